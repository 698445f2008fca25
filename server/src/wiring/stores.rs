//! From the URLs of a configuration to the adapters behind the ports.

use std::sync::Arc;

use super::folder::{DATABASE_FILE, LOG_FILE, must_hold};
use crate::{
    adapters::{
        archive_postgres::PostgresArchive,
        archive_sqlite::SqliteArchive,
        directory_postgres::{self, PostgresDirectory},
        directory_sqlite::{MIGRATIONS, SqliteDirectory},
        ephemeral_local::LocalEphemeral,
        ephemeral_redis::RedisEphemeral,
        event_log_kafka::{self, KafkaSettings},
        event_log_sqlite::SqliteEventLog,
        moving_postgres,
        postgres::{CONNECTIONS, PostgresStore},
        recent_history_none::NoRecentHistory,
        recent_redis::RedisRecentHistory,
        redis::Redis,
        sqlite::SqliteStore,
    },
    config::{Config, HintsAt, LogAt, ServiceUrl, StoreAt},
    ports::{Archive, Directory, Ephemeral, EventLog, RecentHistory},
};

/// What is said of a database that `jimmy-chat migrate` has not done with.
pub(super) const UNFINISHED: &str = "an install is on its way into this database and not all of it is there: run the same jimmy-chat migrate once more, it goes on where it was";

/// What an operator calls the log, and the directory.
pub(super) fn names(config: &Config) -> (String, String) {
    let log = match &config.event_log {
        LogAt::Sqlite => LOG_FILE.into(),
        LogAt::Kafka(url) => url.to_string(),
    };
    let directory = match &config.directory {
        StoreAt::Sqlite => DATABASE_FILE.into(),
        StoreAt::Postgres(url) => url.to_string(),
    };
    (log, directory)
}

/// Everything that a server keeps something in.
pub(super) struct Stores {
    pub(super) directory: Arc<dyn Directory>,
    pub(super) archive: Arc<dyn Archive>,
    pub(super) log: Arc<dyn EventLog>,
    pub(super) recent: Arc<dyn RecentHistory>,
    pub(super) ephemeral: Arc<dyn Ephemeral>,
    pub(super) files: Files,
}

/// What an install is kept in: all of the above but what may be lost.
pub(super) struct Kept {
    pub(super) directory: Arc<dyn Directory>,
    pub(super) archive: Arc<dyn Archive>,
    pub(super) log: Arc<dyn EventLog>,
    pub(super) files: Files,
}

/// The files among them.
#[derive(Default)]
pub(super) struct Files {
    database: Option<SqliteStore>,
    log: Option<Arc<SqliteEventLog>>,
    pools: Option<(ServiceUrl, PostgresStore)>,
}

impl Kept {
    /// Opens all of them.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub(super) async fn open(config: &Config) -> Result<Self, String> {
        let mut files = Files::default();
        let directory: Arc<dyn Directory> = match &config.directory {
            StoreAt::Sqlite => Arc::new(SqliteDirectory(sqlite(config, &mut files.database).await?)),
            StoreAt::Postgres(url) => {
                Arc::new(PostgresDirectory(postgres("--directory", url, &mut files.pools).await?))
            }
        };
        let archive: Arc<dyn Archive> = match &config.archive {
            StoreAt::Sqlite => Arc::new(SqliteArchive(sqlite(config, &mut files.database).await?)),
            StoreAt::Postgres(url) => Arc::new(PostgresArchive(postgres("--archive", url, &mut files.pools).await?)),
        };
        let log: Arc<dyn EventLog> = match &config.event_log {
            LogAt::Sqlite => {
                let log = SqliteEventLog::open(&config.data.join(LOG_FILE)).await.map_err(|error| error.to_string())?;
                files.log.insert(Arc::new(log)).clone()
            }
            LogAt::Kafka(url) => kafka(url).await?,
        };
        Ok(Self { directory, archive, log, files })
    }
}

impl Stores {
    /// Opens all of them.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub(super) async fn open(config: &Config) -> Result<Self, String> {
        let Kept { directory, archive, log, files } = Kept::open(config).await?;
        let mut cache = None;
        let recent: Arc<dyn RecentHistory> = match &config.recent {
            HintsAt::Memory => Arc::new(NoRecentHistory),
            HintsAt::Redis(url) => Arc::new(RedisRecentHistory::new(redis("--recent", url, &mut cache).await?)),
        };
        let ephemeral: Arc<dyn Ephemeral> = match &config.ephemeral {
            HintsAt::Memory => Arc::new(LocalEphemeral::default()),
            HintsAt::Redis(url) => Arc::new(RedisEphemeral::new(redis("--ephemeral", url, &mut cache).await?)),
        };
        if config.event_log != LogAt::Sqlite && config.ephemeral == HintsAt::Memory {
            tracing::warn!(
                "--ephemeral memory: is one server's own: of several, each shows only its own people as there"
            );
        }
        if config.event_log == LogAt::Sqlite && config.directory != StoreAt::Sqlite {
            tracing::warn!(
                "--event-log sqlite: is one server's own: a second server on this database would be told nothing that is said here"
            );
        }
        Ok(Self { directory, archive, log, recent, ephemeral, files })
    }
}

impl Files {
    /// Closes files in an orderly way. What waits in a write-ahead log goes into the file itself: a copy of the file alone is
    /// then whole.
    pub(super) async fn close(self) {
        if let Some(log) = self.log {
            log.close().await;
        }
        if let Some(database) = self.database {
            database.close().await;
        }
        if let Some((_, pool)) = self.pools {
            pool.close().await;
        }
    }
}

/// A topic of Kafka.
pub(super) async fn kafka(url: &ServiceUrl) -> Result<Arc<dyn EventLog>, String> {
    let named = |why| format!("--event-log {url}: {why}");
    let settings = KafkaSettings::parse(url.secret()).map_err(|why| named(format!("the address {why}")))?;
    event_log_kafka::open(&settings).await.map_err(named)
}

/// A PostgreSQL database, if all of an install is there, once for all that name the same.
async fn postgres(
    flag: &str,
    url: &ServiceUrl,
    open: &mut Option<(ServiceUrl, PostgresStore)>,
) -> Result<PostgresStore, String> {
    let store = postgres_as_it_is(flag, url, open).await?;
    let unfinished = moving_postgres::is_unfinished(&store).await;
    match unfinished.map_err(|error| format!("{flag} {url}: {}", crate::chain(&error)))? {
        false => Ok(store),
        true => Err(format!("{flag} {url}: {UNFINISHED}")),
    }
}

/// A PostgreSQL database, whether or not all of an install is there.
pub(super) async fn postgres_as_it_is(
    flag: &str,
    url: &ServiceUrl,
    open: &mut Option<(ServiceUrl, PostgresStore)>,
) -> Result<PostgresStore, String> {
    if let Some((_, store)) = open.as_ref().filter(|(other, _)| other == url) {
        return Ok(store.clone());
    }
    let store = PostgresStore::open(url.secret(), &directory_postgres::MIGRATIONS, CONNECTIONS).await;
    let store = store.map_err(|why| format!("{flag} {url}: {why}"))?;
    *open = Some((url.clone(), store.clone()));
    Ok(store)
}

/// A Redis, once for all that name the same.
async fn redis(flag: &str, url: &ServiceUrl, open: &mut Option<(ServiceUrl, Redis)>) -> Result<Redis, String> {
    if let Some((_, redis)) = open.as_ref().filter(|(other, _)| other == url) {
        return Ok(redis.clone());
    }
    let redis = Redis::open(url.secret()).await.map_err(|why| format!("{flag} {url}: {why}"))?;
    *open = Some((url.clone(), redis.clone()));
    Ok(redis)
}

/// The one database file in the data folder.
async fn sqlite(config: &Config, open: &mut Option<SqliteStore>) -> Result<SqliteStore, String> {
    if let Some(store) = open {
        return Ok(store.clone());
    }
    let path = config.data.join(DATABASE_FILE);
    let store = SqliteStore::open(&path, &MIGRATIONS).await.map_err(|error| error.to_string())?;
    Ok(open.insert(store).clone())
}

/// Opens the directory alone, for an operator's command beside a running server.
///
/// # Errors
/// A sentence for the operator.
pub async fn open_directory(config: &Config) -> Result<Arc<dyn Directory>, String> {
    match &config.directory {
        StoreAt::Sqlite => {
            must_hold(&config.data, DATABASE_FILE)?;
            Ok(Arc::new(SqliteDirectory(sqlite(config, &mut None).await?)))
        }
        StoreAt::Postgres(url) => Ok(Arc::new(PostgresDirectory(postgres("--directory", url, &mut None).await?))),
    }
}
