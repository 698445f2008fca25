//! What the program is told.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

/// Many clients that repeat themselves, lose their connections and come back, and a server that is killed again and
/// again; then a judgement on what everybody was told.
///
/// Ends with 0 when nothing was violated, with 1 when something was, with 2 when it could not run.
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
    /// Judge a history that an earlier run has written.
    Check {
        /// The file, one JSON object a line.
        file: PathBuf,
    },
}

/// What happens.
#[derive(Clone, Debug, ClapArgs)]
pub struct Plan {
    /// The server's program. The environment variable JIMMY_FAULT is passed on to it.
    #[arg(long, value_name = "PATH")]
    pub binary: PathBuf,
    /// What is left to chance is drawn from this: the same seed plans the same run. What two processes do at the same
    /// moment stays different each time. Random unless it is given; it is printed first.
    #[arg(long, default_value_t = rand::random::<u32>().into(), hide_default_value = true)]
    pub seed: u64,
    /// How long the clients go on, in seconds; coming to rest and reading the end take some more.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(2..=600))]
    pub seconds: u32,
    /// Clients with a socket.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=5_000))]
    pub clients: u32,
    /// How often the server is killed. With --stack the time says how often.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub kills: u32,
    /// Several servers on services of their own, all of which fail: every kind of fault once, then again for as long as
    /// there is time.
    #[arg(long)]
    pub stack: bool,
    /// Servers of --stack.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(2..=8))]
    pub servers: u32,
    /// Kafka's brokers of --stack; one of fewer than three that fails takes the log along.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=5))]
    pub brokers: u32,
    /// Where the scripts are that start the services of --stack.
    #[arg(long, default_value = "scripts/stack", value_name = "FOLDER")]
    pub scripts: PathBuf,
    /// Where --stack keeps everything; what is there is removed first, and at the end unless --keep says otherwise.
    #[arg(long, default_value = "target/torture-stack", value_name = "FOLDER")]
    pub folder: PathBuf,
    /// Keep what the server, or the services, have written, and say where it is.
    #[arg(long)]
    pub keep: bool,
    /// Write the history to this file, whatever the judgement; without it, only a bad one, to a temporary file.
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_is_complete() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn a_run_or_a_check_is_asked_for() {
        assert!(Args::try_parse_from(["torture", "check", "x"]).is_ok_and(|args| args.command.is_some()));
        assert!(Args::try_parse_from(["torture", "--binary", "x", "--seed", "7"]).is_ok_and(|args| args.run.is_some()));
    }
}
