//! What `replace-log` works on.

use crate::ports::{Archive, Directory, EventLog};

/// The install, and the log that it is to continue with.
pub struct Install<'a> {
    /// Accounts and channels.
    pub directory: &'a dyn Directory,
    /// What was projected from the former log.
    pub archive: &'a dyn Archive,
    /// The log to continue with.
    pub log: &'a dyn EventLog,
}
