//! What a process was given: flags, and the environment.

use clap::{
    Arg, CommandFactory, FromArgMatches,
    builder::{OsStr, Resettable},
};

use super::Args;

impl Args {
    /// Reads it, and ends the process where it cannot be read. A variable that is set to nothing counts as not set: so compose
    /// files pass on what they were not given.
    pub fn given() -> Self {
        let is_empty = |arg: &Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
        let set = |arg: Arg| if is_empty(&arg) { arg.env(Resettable::<OsStr>::Reset) } else { arg };
        let given = Self::command().mut_args(set).get_matches();
        Self::from_arg_matches(&given).unwrap_or_else(|error| error.exit())
    }
}
