//! PostgreSQL, behind [`Backend`].

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    archive::PostgresArchive,
    check::check,
    directory::PostgresDirectory,
    schema,
    store::{CONNECTIONS, PostgresStore},
    transfer::{PostgresTarget, is_unfinished},
};
use crate::{
    adapters::backend::{Backend, Location, OpenBackend},
    error::{OperatorError, chain},
    ports::{Archive, Directory, finding::Finding, transfer::Target},
};

/// What an operator reads about a database that a migration has not finished.
const UNFINISHED: &str =
    "a migration into this database has not finished: run the same jimmy-chat migrate again, which continues it";

/// A PostgreSQL database.
pub struct PostgresDatabase;

#[async_trait]
impl Backend for PostgresDatabase {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    async fn open(&self, at: Location<'_>) -> Result<Arc<dyn OpenBackend>, OperatorError> {
        let store = open(at).await?;
        match is_unfinished(&store).await.map_err(|error| OperatorError::new(chain(&error)))? {
            false => Ok(Arc::new(OpenDatabase(store))),
            true => Err(UNFINISHED.into()),
        }
    }

    async fn open_read_only(&self, at: Location<'_>) -> Result<Option<Arc<dyn OpenBackend>>, OperatorError> {
        let store = PostgresStore::open_read_only(at.url).map_err(|error| OperatorError::new(error.to_string()))?;
        // The query shows that the database answers, and that its tables exist.
        is_unfinished(&store).await.map_err(|error| OperatorError::new(chain(&error)))?;
        Ok(Some(Arc::new(OpenDatabase(store))))
    }

    async fn check(&self, at: Location<'_>) -> Vec<Finding> {
        let mut found = check(at.url, &schema::DATABASE).await;
        found.extend(migration(at).await);
        found
    }

    async fn open_target(&self, at: Location<'_>) -> Result<Arc<dyn Target>, OperatorError> {
        Ok(Arc::new(PostgresTarget(open(at).await?)))
    }
}

async fn open(at: Location<'_>) -> Result<PostgresStore, OperatorError> {
    PostgresStore::open(at.url, &schema::DATABASE, CONNECTIONS)
        .await
        .map_err(|error| OperatorError::new(error.to_string()))
}

/// Returns whether a migration into the database has finished, or `None` if the database does not answer.
async fn migration(at: Location<'_>) -> Option<Finding> {
    let store = PostgresStore::open_read_only(at.url).ok()?;
    let is_unfinished = is_unfinished(&store).await.ok()?;
    Some(if is_unfinished { Finding::error(UNFINISHED) } else { Finding::ok("no migration into it is unfinished") })
}

struct OpenDatabase(PostgresStore);

#[async_trait]
impl OpenBackend for OpenDatabase {
    fn directory(&self) -> Option<Arc<dyn Directory>> {
        Some(Arc::new(PostgresDirectory(self.0.clone())))
    }

    fn archive(&self) -> Option<Arc<dyn Archive>> {
        Some(Arc::new(PostgresArchive(self.0.clone())))
    }

    async fn close(&self) {
        self.0.close().await;
    }
}
