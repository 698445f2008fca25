//! Whether what is kept goes together, asked as a start asks it: whether all of an install is there, and whether the log goes on
//! where the database stands. What cannot be asked here has a line of its own already, or is not there yet.

use std::sync::Arc;

use crate::{
    adapters::{
        archive_postgres::PostgresArchive,
        archive_sqlite::SqliteArchive,
        directory_sqlite::MIGRATIONS,
        event_log_kafka::{KafkaEventLog, KafkaSettings},
        event_log_sqlite::SqliteEventLog,
        moving_postgres,
        postgres::PostgresStore,
        sqlite::SqliteStore,
    },
    config::{Config, LogAt, StoreAt},
    delivery::{LoadError, goes_on},
    finding::Finding,
    ports::{Archive, EventLog},
    wiring::{
        folder::{DATABASE_FILE, LOG_FILE},
        stores::UNFINISHED,
    },
};

/// Whether no install is on its way into a database.
pub(super) async fn whole(address: &str) -> Option<Finding> {
    let db = PostgresStore::look(address).ok()?;
    match moving_postgres::is_unfinished(&db).await {
        Ok(false) => Some(Finding::ok("no install is on its way into it")),
        Ok(true) => Some(Finding::error(UNFINISHED)),
        Err(_) => None,
    }
}

/// Whether the log goes on where the archive stands.
pub(super) async fn pair(config: &Config) -> Option<Finding> {
    let archive = archive(config).await?;
    let log = log(config).await?;
    let mut fits = goes_on(&*archive, log.as_deref()).await;
    if matches!(fits, Err(LoadError::Refused(_))) {
        // A server that runs may have gone on, and trimmed the log, between the two looks.
        fits = goes_on(&*archive, log.as_deref()).await;
    }
    Some(match fits {
        Ok(()) => Finding::ok("the log goes on where the database stands"),
        Err(LoadError::Refused(why)) => Finding::error(why),
        Err(error) => Finding::error(format!("whether they belong together cannot be told: {}", error.told())),
    })
}

/// `None`: there is nothing to be asked.
async fn archive(config: &Config) -> Option<Arc<dyn Archive>> {
    match &config.archive {
        StoreAt::Sqlite => {
            let file = SqliteStore::look(&config.data.join(DATABASE_FILE), &MIGRATIONS).await.ok()?;
            Some(Arc::new(SqliteArchive(file)))
        }
        StoreAt::Postgres(url) => {
            let db = PostgresStore::look(url.secret()).ok()?;
            // It answers, and its tables are there.
            moving_postgres::is_unfinished(&db).await.ok()?;
            Some(Arc::new(PostgresArchive(db)))
        }
    }
}

/// `None`: there is nothing to be asked; `Some(None)`: there is no log, so a start would make one.
async fn log(config: &Config) -> Option<Option<Arc<dyn EventLog>>> {
    match &config.event_log {
        LogAt::Sqlite => {
            let file = config.data.join(LOG_FILE);
            if !file.exists() {
                return Some(None);
            }
            Some(Some(Arc::new(SqliteEventLog::look(&file).await.ok()?)))
        }
        LogAt::Kafka(url) => {
            let log = KafkaEventLog::look(&KafkaSettings::parse(url.secret()).ok()?).await.ok()?;
            Some(log.map(|log| Arc::new(log) as Arc<dyn EventLog>))
        }
    }
}
