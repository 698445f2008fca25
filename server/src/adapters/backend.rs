//! What every technology offers the program: opening for a server, opening read-only, the check of `doctor`, and its part in a backup
//! or a migration.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;

use crate::{
    error::OperatorError,
    ports::{
        Archive, Directory, Ephemeral, EventLog, RecentHistory,
        finding::Finding,
        transfer::{Source, Target},
    },
};

/// Where a store is. It may hold a password, so it has no `Debug`.
#[derive(Clone, Copy)]
pub struct Location<'a> {
    /// The URL as the operator wrote it.
    pub url: &'a str,
    /// The data folder, for what is kept in files.
    pub folder: &'a Path,
}

/// A technology. All methods return sentences for the operator that name neither flag nor URL, which the caller puts before them.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Returns the name of the technology. Two flags with the same name and the same URL share what [`Self::open`] returns.
    fn name(&self) -> &'static str;

    /// Returns the file in the data folder that holds everything, if there is one.
    fn file(&self) -> Option<&'static str> {
        None
    }

    /// Opens it for a server: creates files, tables or a topic that are missing, and brings the schema up to date.
    ///
    /// # Errors
    /// It cannot be reached or used, or holds an install whose migration has not finished.
    async fn open(&self, at: Location<'_>) -> Result<Arc<dyn OpenBackend>, OperatorError>;

    /// Opens it without changing anything; a server may be using it. `None` if it does not exist yet.
    ///
    /// # Errors
    /// It cannot be reached or read.
    async fn open_read_only(&self, at: Location<'_>) -> Result<Option<Arc<dyn OpenBackend>>, OperatorError>;

    /// Checks whether a server would run well on it. Changes nothing; a server may be using it.
    async fn check(&self, at: Location<'_>) -> Vec<Finding>;

    /// Copies it into a folder, as it is at one moment; a server may be using it.
    ///
    /// # Errors
    /// Services are backed up by their own tools.
    async fn back_up(&self, _at: Location<'_>, _to: &Path) -> Result<(), OperatorError> {
        Err(OperatorError::new(format!("{} is backed up by its own tools: see docs/operating.md", self.name())))
    }

    /// Opens an install that `migrate` reads.
    ///
    /// # Errors
    /// It cannot be read, or `migrate` cannot read from this technology.
    async fn open_source(&self, _at: Location<'_>) -> Result<Box<dyn Source>, OperatorError> {
        Err(OperatorError::new(format!("migrate cannot read from {}", self.name())))
    }

    /// Opens the database that `migrate` writes an install into; an unfinished migration is no error.
    ///
    /// # Errors
    /// It cannot be reached or used, or `migrate` cannot write into this technology.
    async fn open_target(&self, _at: Location<'_>) -> Result<Arc<dyn Target>, OperatorError> {
        Err(OperatorError::new(format!("migrate cannot write into {}", self.name())))
    }
}

/// An open technology, as the ports that it implements.
#[async_trait]
pub trait OpenBackend: Send + Sync {
    /// Returns accounts, sessions, channels and memberships.
    fn directory(&self) -> Option<Arc<dyn Directory>> {
        None
    }

    /// Returns the history.
    fn archive(&self) -> Option<Arc<dyn Archive>> {
        None
    }

    /// Returns the event log.
    fn event_log(&self) -> Option<Arc<dyn EventLog>> {
        None
    }

    /// Returns the cache of the newest messages.
    fn recent_history(&self) -> Option<Arc<dyn RecentHistory>> {
        None
    }

    /// Returns the signals between servers.
    fn ephemeral(&self) -> Option<Arc<dyn Ephemeral>> {
        None
    }

    /// Writes what is waiting and closes it. A copy of a file alone is complete afterwards.
    async fn close(&self) {}
}
