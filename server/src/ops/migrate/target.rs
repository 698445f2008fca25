//! The databases that an install is copied into, and what an operator reads when they fail.

use std::sync::Arc;

use super::tables::Part;
use crate::{
    error::{OperatorError, chain},
    ports::{StoreError, transfer::Target},
};

/// The databases that an install is copied into.
pub struct To {
    /// The database of the directory.
    pub directory: Arc<dyn Target>,
    /// The database of the archive, which may be the same.
    pub archive: Arc<dyn Target>,
    /// What an operator calls the two: the flag, and the address without its password.
    pub names: [String; 2],
}

impl To {
    pub(super) fn database(&self, part: Part) -> &dyn Target {
        match part {
            Part::Directory => &*self.directory,
            Part::Archive => &*self.archive,
        }
    }
}

/// Returns the sentence for two sides that do not agree.
pub(super) fn changed(what: &str) -> OperatorError {
    OperatorError::new(format!(
        "{what} since the migration began, or something else writes into the target: create the target database again (dropdb, createdb), and run migrate again; the source is unchanged"
    ))
}

/// Returns the sentence for a database that failed.
pub(super) fn failed(error: StoreError) -> OperatorError {
    OperatorError::new(chain(&error))
}
