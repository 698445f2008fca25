//! `bench`: the comparisons that the product was built on, with its own parts, against real services.
//!
//! | module | what it does |
//! | --- | --- |
//! | `queue` | how messages get through the queue into the database: who writes, who reads, how much at once |
//! | `history` | where the newest page of a channel is read from |
//! | `database`, `people`, `cpu` | what both need: a database of its own, what is said, who spends processor time |
//! | `figures`, `table` | medians, and how they are shown |

mod cpu;
mod database;
mod figures;
mod history;
mod people;
mod queue;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Compares ways through the product's parts on real services, and prints a table.
#[derive(Parser)]
#[command(name = "bench")]
struct Args {
    #[command(subcommand)]
    comparison: Comparison,
}

#[derive(Subcommand)]
enum Comparison {
    /// Messages through Kafka into PostgreSQL: writers and readers, partitions, one at a time or in batches.
    Queue(queue::Args),
    /// The newest 50 events of a channel from the ring, from Redis and from PostgreSQL.
    History(history::Args),
}

#[tokio::main]
async fn main() -> ExitCode {
    let table = match Args::parse().comparison {
        Comparison::Queue(args) => queue::compare(&args).await,
        Comparison::History(args) => history::compare(&args).await,
    };
    match table {
        Ok(table) => {
            print!("{table}");
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("bench: {sentence}");
            ExitCode::FAILURE
        }
    }
}
