//! The two SQLite files of a data folder, behind [`Backend`].

use std::{path::Path, sync::Arc};

use async_trait::async_trait;

use super::{
    archive::SqliteArchive,
    check::check,
    directory::SqliteDirectory,
    event_log::SqliteEventLog,
    schema,
    store::{SqliteStore, copy_into},
    transfer::SqliteSource,
};
use crate::{
    adapters::backend::{Backend, Location, OpenBackend},
    error::{Context as _, OperatorError},
    ports::{Archive, Directory, EventLog, finding::Finding, transfer::Source},
};

/// The file with accounts, channels and history.
pub const DATABASE_FILE: &str = "jimmy.db";
/// The file with the event log.
pub const EVENT_LOG_FILE: &str = "log.db";

/// The file with accounts, channels and history.
pub struct SqliteDatabase;

#[async_trait]
impl Backend for SqliteDatabase {
    fn name(&self) -> &'static str {
        "the SQLite database"
    }

    fn file(&self) -> Option<&'static str> {
        Some(DATABASE_FILE)
    }

    async fn open(&self, at: Location<'_>) -> Result<Arc<dyn OpenBackend>, OperatorError> {
        let store = SqliteStore::open(&at.folder.join(DATABASE_FILE), &schema::DATABASE).await;
        Ok(Arc::new(OpenDatabase(store.map_err(|error| OperatorError::new(error.to_string()))?)))
    }

    async fn open_read_only(&self, at: Location<'_>) -> Result<Option<Arc<dyn OpenBackend>>, OperatorError> {
        let path = at.folder.join(DATABASE_FILE);
        if !path.exists() {
            return Ok(None);
        }
        let store = SqliteStore::open_read_only(&path, &schema::DATABASE).await;
        Ok(Some(Arc::new(OpenDatabase(store.map_err(|error| OperatorError::new(error.to_string()))?))))
    }

    async fn check(&self, at: Location<'_>) -> Vec<Finding> {
        check(&at.folder.join(DATABASE_FILE), &schema::DATABASE).await
    }

    async fn back_up(&self, at: Location<'_>, to: &Path) -> Result<(), OperatorError> {
        copy(at.folder, to, DATABASE_FILE).await
    }

    async fn open_source(&self, at: Location<'_>) -> Result<Box<dyn Source>, OperatorError> {
        let source = SqliteSource::open(&at.folder.join(DATABASE_FILE), &schema::DATABASE).await;
        Ok(Box::new(source.map_err(|error| OperatorError::new(error.to_string()))?))
    }
}

struct OpenDatabase(SqliteStore);

#[async_trait]
impl OpenBackend for OpenDatabase {
    fn directory(&self) -> Option<Arc<dyn Directory>> {
        Some(Arc::new(SqliteDirectory(self.0.clone())))
    }

    fn archive(&self) -> Option<Arc<dyn Archive>> {
        Some(Arc::new(SqliteArchive(self.0.clone())))
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

/// The file with the event log.
pub struct SqliteLog;

#[async_trait]
impl Backend for SqliteLog {
    fn name(&self) -> &'static str {
        "the SQLite event log"
    }

    fn file(&self) -> Option<&'static str> {
        Some(EVENT_LOG_FILE)
    }

    async fn open(&self, at: Location<'_>) -> Result<Arc<dyn OpenBackend>, OperatorError> {
        let log = SqliteEventLog::open(&at.folder.join(EVENT_LOG_FILE))
            .await
            .map_err(|error| OperatorError::new(error.to_string()))?;
        Ok(Arc::new(OpenLog(Arc::new(log))))
    }

    async fn open_read_only(&self, at: Location<'_>) -> Result<Option<Arc<dyn OpenBackend>>, OperatorError> {
        let path = at.folder.join(EVENT_LOG_FILE);
        if !path.exists() {
            return Ok(None);
        }
        let log = SqliteEventLog::open_read_only(&path).await.map_err(|error| OperatorError::new(error.to_string()))?;
        Ok(Some(Arc::new(OpenLog(Arc::new(log)))))
    }

    async fn check(&self, at: Location<'_>) -> Vec<Finding> {
        check(&at.folder.join(EVENT_LOG_FILE), &schema::EVENT_LOG).await
    }

    async fn back_up(&self, at: Location<'_>, to: &Path) -> Result<(), OperatorError> {
        copy(at.folder, to, EVENT_LOG_FILE).await
    }
}

struct OpenLog(Arc<SqliteEventLog>);

#[async_trait]
impl OpenBackend for OpenLog {
    fn event_log(&self) -> Option<Arc<dyn EventLog>> {
        Some(self.0.clone())
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

async fn copy(from: &Path, to: &Path, file: &str) -> Result<(), OperatorError> {
    copy_into(&from.join(file), &to.join(file)).await.context(|| format!("{file} cannot be copied"))
}
