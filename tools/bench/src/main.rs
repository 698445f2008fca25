//! `bench`: the comparisons that the design was based on, with the product's own code and real services.
//!
//! | module | contents |
//! | --- | --- |
//! | `queue` | how messages get through the log into the database: writers, readers, batch sizes |
//! | `history` | where the newest page of a channel is read from |
//! | `database`, `samples`, `cpu` | a private database, sample messages, processor time |
//! | `figures`, `table` | medians, and their presentation |

mod cpu;
mod database;
mod figures;
mod history;
mod queue;
mod samples;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Compares alternative ways through the product's code on real services, and prints a table.
#[derive(Parser)]
#[command(name = "bench")]
struct Args {
    #[command(subcommand)]
    comparison: Comparison,
}

#[derive(Subcommand)]
enum Comparison {
    /// Messages through Kafka into PostgreSQL: numbers of writers, readers and partitions, single rows or batches.
    Queue(queue::Args),
    /// The newest 50 events of a channel from the ring, from Redis, and from PostgreSQL.
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
