//! The question that the product started from: how do many messages get through a log into a database, and what helps?
//! Kafka, PostgreSQL and the code in between are the real ones; see [`run`].

mod read;
mod run;
mod shape;
mod write;

use std::collections::HashMap;

use crate::{
    figures::{median, shown, thousands},
    table::Table,
};
use run::Services;
use shape::{Shape, Writing, shapes};

/// What to compare, on which services.
#[derive(clap::Args)]
pub struct Args {
    /// The Kafka brokers. Each run of the program creates its own topics.
    #[arg(long, env = "JIMMY_TEST_KAFKA", value_name = "kafka://HOST:PORT")]
    kafka: String,
    /// A PostgreSQL server whose user may create databases.
    #[arg(long, env = "JIMMY_TEST_POSTGRES", value_name = "URL", hide_env_values = true)]
    postgres: String,
    /// Number of rounds; the table shows medians.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Number of messages in every shape.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    few: u32,
    /// Number of messages in the shapes with batches; 0 for none.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    many: u32,
}

/// Measures every shape in every round, and compares it with the first shape of the same round.
///
/// # Errors
/// A sentence, if a service is not available, or a message was lost or duplicated.
pub async fn compare(args: &Args) -> Result<String, String> {
    let shapes = shapes(args.few as usize, args.many as usize);
    let services = Services::open(&args.kafka, &args.postgres).await?;
    let compared = measure(&services, &shapes, args.rounds).await;
    let closed = services.close().await;
    let seconds = compared?;
    closed?;
    Ok(table(&shapes, &seconds, args))
}

/// Returns the seconds of each shape in each round.
async fn measure(services: &Services, shapes: &[Shape], rounds: u32) -> Result<HashMap<Shape, Vec<f64>>, String> {
    let mut seconds: HashMap<Shape, Vec<f64>> = HashMap::new();
    // Warms up connections, plans and the JVM.
    for shape in shapes.iter().filter(|shape| shape.writing == Writing::Batches) {
        run::run(services, &Shape { messages: shape.messages.min(2_000), ..*shape }).await?;
    }
    for round in 1..=rounds {
        for at in 0..shapes.len() {
            // Each round starts with another shape, so that no shape always follows the same one.
            let shape = shapes[(at + round as usize * 5) % shapes.len()];
            let took = run::run(services, &shape).await?.as_secs_f64();
            eprintln!("round {round} of {rounds}: {shape}: {took:.2} s");
            seconds.entry(shape).or_default().push(took);
        }
    }
    Ok(seconds)
}

fn table(shapes: &[Shape], seconds: &HashMap<Shape, Vec<f64>>, args: &Args) -> String {
    let none = Vec::new();
    let of = |shape: &Shape| seconds.get(shape).unwrap_or(&none);
    let mut table = Table::new(
        2,
        &["messages", "writing", "writers + readers", "partitions", "seconds", "messages/s", "× the first"],
    );
    for shape in shapes {
        let rates = || of(shape).iter().map(|seconds| shape.messages as f64 / seconds);
        let first = of(&shapes[0]).iter().map(|seconds| shapes[0].messages as f64 / seconds);
        table.row(vec![
            thousands(shape.messages as u64),
            shape.writing.to_string(),
            format!("{0} + {0}", shape.writers),
            shape.partitions.to_string(),
            shown(median(of(shape).iter().copied())),
            shown(median(rates())),
            shown(median(rates().zip(first).map(|(rate, first)| rate / first))),
        ]);
    }
    let (few, many, rounds) = (thousands(args.few.into()), thousands(args.many.into()), args.rounds);
    format!(
        "{table}\nMedians of {rounds} rounds, each of which measures every row once. The ratio compares messages per second with the \
         first row in the same round. One at a time and row by row are measured with {few} messages only, because {many} would take \
         minutes.\n"
    )
}
