//! Command-line arguments.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

/// Runs many clients that repeat messages, lose their connections and reconnect, against a server that is killed
/// repeatedly; then checks everything that they received.
///
/// Exits with 0 if no invariant was violated, with 1 if one was, and with 2 if the run failed.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub run: Option<Plan>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the history of an earlier run.
    Check {
        /// The file, with one JSON object per line.
        file: PathBuf,
    },
}

/// The plan of a run.
#[derive(Clone, Debug, ClapArgs)]
pub struct Plan {
    /// The server binary. It inherits the environment variable JIMMY_FAULT.
    #[arg(long, value_name = "PATH")]
    pub binary: PathBuf,
    /// Seed of the random choices: the same seed gives the same plan. The timing of concurrent processes still differs.
    /// Random by default; it is printed first.
    #[arg(long, default_value_t = rand::random::<u32>().into(), hide_default_value = true)]
    pub seed: u64,
    /// Duration of the clients' actions, in seconds. Coming to rest and reading the final state take longer.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(2..=600))]
    pub seconds: u32,
    /// Number of clients with a socket.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=5_000))]
    pub clients: u32,
    /// Number of times that the server is killed. With --stack the duration decides.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub kills: u32,
    /// Run several servers with their own Kafka, PostgreSQL and Redis, and inject every kind of fault once, then again
    /// until the time is over.
    #[arg(long)]
    pub stack: bool,
    /// Number of servers of --stack.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(2..=8))]
    pub servers: u32,
    /// Number of Kafka brokers of --stack. With fewer than three, the log is unavailable while one is down.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=5))]
    pub brokers: u32,
    /// Folder of the scripts that start the services of --stack.
    #[arg(long, default_value = "scripts/stack", value_name = "FOLDER")]
    pub scripts: PathBuf,
    /// Folder for the data of --stack. Its contents are removed at the start, and at the end unless --keep is given.
    #[arg(long, default_value = "target/torture-stack", value_name = "FOLDER")]
    pub folder: PathBuf,
    /// Keep the data of the server or the services, and print where it is.
    #[arg(long)]
    pub keep: bool,
    /// Write the history to this file. By default only the history of a failed run is written, to a temporary file.
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_valid() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn parses_a_run_or_a_check() {
        assert!(Args::try_parse_from(["torture", "check", "x"]).is_ok_and(|args| args.command.is_some()));
        assert!(Args::try_parse_from(["torture", "--binary", "x", "--seed", "7"]).is_ok_and(|args| args.run.is_some()));
    }
}
