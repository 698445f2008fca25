//! The command line and the environment of this process.

use clap::{
    Arg, CommandFactory, FromArgMatches,
    builder::{OsStr, Resettable},
};

use super::Args;

impl Args {
    /// Parses flags and environment, and ends the process on an error. An empty variable counts as not set: compose files pass
    /// variables that are not set as empty ones.
    pub fn given() -> Self {
        let is_empty = |arg: &Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
        let set = |arg: Arg| if is_empty(&arg) { arg.env(Resettable::<OsStr>::Reset) } else { arg };
        let given = Self::command().mut_args(set).get_matches();
        Self::from_arg_matches(&given).unwrap_or_else(|error| error.exit())
    }
}
