//! Where the newest page of a channel is read from: the ring in memory, Redis, or PostgreSQL. The server queries them in this
//! order; here each is asked alone.

mod load;
mod sources;

use std::{collections::HashMap, sync::Arc, time::Duration};

use crate::{
    figures::{median, shown},
    table::Table,
};
use load::{Load, load};
use sources::{CHANNELS, EVENTS, PAGE, Source, Sources};

/// Numbers of concurrent clients.
const CLIENTS: [usize; 2] = [1, 32];
/// Warm-up time of each source.
const WARM_UP: Duration = Duration::from_millis(500);

/// What to compare, on which services.
#[derive(clap::Args)]
pub struct Args {
    /// A PostgreSQL server whose user may create databases.
    #[arg(long, env = "JIMMY_TEST_POSTGRES", value_name = "URL", hide_env_values = true)]
    postgres: String,
    /// A Redis server.
    #[arg(long, env = "JIMMY_TEST_REDIS", value_name = "URL", hide_env_values = true)]
    redis: String,
    /// Number of rounds; the table shows medians.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Seconds per source, round and number of clients.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

/// Measures every source in every round, and compares each with PostgreSQL in the same round.
///
/// # Errors
/// A sentence, if a service is not available, or two sources differ.
pub async fn compare(args: &Args) -> Result<String, String> {
    let sources = Arc::new(Sources::open(&args.postgres, &args.redis).await?);
    let compared = measure(&sources, args).await;
    let closed = sources.close().await;
    let loads = compared?;
    closed?;
    Ok(table(&loads, args))
}

type Loads = HashMap<(usize, Source), Vec<Load>>;

async fn measure(sources: &Arc<Sources>, args: &Args) -> Result<Loads, String> {
    sources.check().await?;
    let mut loads = Loads::new();
    for source in Source::ALL {
        load(sources, source, 1, WARM_UP).await?;
    }
    for round in 1..=args.rounds {
        for clients in CLIENTS {
            for source in Source::ALL {
                let asked = load(sources, source, clients, Duration::from_secs(args.seconds)).await?;
                eprintln!("round {round} of {}: {source}, {clients} clients: p50 {:?}", args.rounds, asked.p50);
                loads.entry((clients, source)).or_default().push(asked);
            }
        }
    }
    Ok(loads)
}

/// Converts to microseconds.
fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn table(loads: &Loads, args: &Args) -> String {
    let none = Vec::new();
    let mut table = Table::new(
        1,
        &["from", "clients", "p50 µs", "p99 µs", "requests/s", "CPU here µs", "CPU there µs", "p50 ×", "CPU ×"],
    );
    for clients in CLIENTS {
        let of = |source| loads.get(&(clients, source)).unwrap_or(&none);
        let middle = |source, figure: fn(&Load) -> f64| shown(median(of(source).iter().map(figure)));
        let against = |source, figure: fn(&Load) -> f64| {
            let pairs = of(source).iter().zip(of(Source::Postgres));
            shown(median(pairs.map(|(load, postgres)| figure(load) / figure(postgres))))
        };
        for source in Source::ALL {
            table.row(vec![
                source.to_string(),
                clients.to_string(),
                middle(source, |load| us(load.p50)),
                middle(source, |load| us(load.p99)),
                middle(source, |load| load.rate),
                middle(source, |load| us(load.cpu_here)),
                middle(source, |load| us(load.cpu_there)),
                against(source, |load| us(load.p50)),
                against(source, |load| us(load.cpu_here + load.cpu_there)),
            ]);
        }
    }
    format!(
        "{table}\nThe newest {PAGE} events as JSON, of {CHANNELS} channels with {EVENTS} messages each, in turn. Medians of {} rounds of {} s. CPU is \
         per request, here (in the server) and there (in the processes of the service). The last two columns compare with PostgreSQL in \
         the same round: the median latency, and the total CPU.\n",
        args.rounds, args.seconds
    )
}
