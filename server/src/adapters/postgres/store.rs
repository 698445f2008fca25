//! The connections of this server to a PostgreSQL database, what its errors mean, and every time-out.

use std::{future::Future, time::Duration};

use sqlx::{
    Connection as _, PgConnection, PgPool, Postgres, Transaction,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::timeout;

use super::{
    error::{OpenError, code, place, sentence},
    options::options,
};
use crate::{
    adapters::sql::{corrupt, is_corrupt},
    ports::{StoreError, event_log::Partition},
};

/// Connections of one server. Six servers fit into the 100 that PostgreSQL accepts by default.
pub const CONNECTIONS: u32 = 16;
/// Time-out for getting a connection: short, so that a user soon sees an error and not a page that loads for half a minute.
const ACQUIRE_WAIT: Duration = Duration::from_secs(2);
/// Time-out of the first connection.
pub(super) const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// Longest time of one statement, in ms. Ours take a few ms; this ends one that hangs on a lock or a bad plan.
pub(super) const STATEMENT_MS: u32 = 8_000;
/// Longest time that a transaction may be idle, in ms: a server that hangs in one does not keep its locks forever.
const IDLE_IN_TRANSACTION_MS: u32 = 5_000;
/// Time-out of a whole call. The database's own limits end it earlier, unless the answer was lost.
const CALL_WAIT: Duration = Duration::from_secs(10);
/// Time-out of the ping after which a returned connection is used again.
const RELEASE_WAIT: Duration = Duration::from_secs(2);
/// Longest time of one migration, including the wait for another server that runs it, in ms.
const MIGRATION_MS: u32 = 600_000;

/// A transaction on one of the connections.
pub(super) type Tx = Transaction<'static, Postgres>;

/// A database, and this server's connections to it. Cheap to clone.
#[derive(Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// Connects to a database and brings its schema up to date, one server at a time. At most `connections` are open
    /// ([`CONNECTIONS`] is what a server needs). The address may name user, password, and encryption (`sslmode`, `sslrootcert`,
    /// `sslcert`, `sslkey`).
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(address: &str, migrations: &Migrator, connections: u32) -> Result<Self, OpenError> {
        let options = options(address)?;
        migrate(&options, migrations).await?;
        let limits =
            [("statement_timeout", STATEMENT_MS), ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_MS)];
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_WAIT)
            // A call that timed out leaves its connection waiting for an answer that may never come.
            .after_release(|connection, _| {
                Box::pin(async move {
                    let late = |_| sqlx::Error::Protocol("it does not answer".into());
                    timeout(RELEASE_WAIT, connection.ping()).await.map_err(late)?.map(|()| true)
                })
            })
            .connect_lazy_with(options.options(limits));
        Ok(Self { pool })
    }

    /// Opens a database for reading only. Connects with the first query.
    ///
    /// # Errors
    /// The address is not valid.
    pub fn open_read_only(address: &str) -> Result<Self, OpenError> {
        let options = options(address)?.options([("default_transaction_read_only", "on")]);
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_WAIT);
        Ok(Self { pool: pool.connect_lazy_with(options.options([("statement_timeout", STATEMENT_MS)])) })
    }

    /// Returns the connections for single statements.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Begins a transaction in which each statement sees what was committed before it.
    ///
    /// # Errors
    /// There is no connection.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(store)
    }

    /// Begins a transaction that reads one snapshot.
    ///
    /// # Errors
    /// There is no connection.
    pub async fn snapshot(&self) -> Result<Tx, StoreError> {
        self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(store)
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Ends a call that takes too long. Whether it took effect is then unknown.
///
/// # Errors
/// The call's errors, and the time-out.
pub async fn bounded<T, E: From<StoreError>>(call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    bounded_by(CALL_WAIT, call).await
}

/// The same for a call that may take longer than others.
///
/// # Errors
/// The call's errors, and the time-out.
pub async fn bounded_by<T, E: From<StoreError>>(
    wait: Duration,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let late = || StoreError::Unavailable("PostgreSQL does not answer".into());
    timeout(wait, call).await.unwrap_or_else(|_| Err(late().into()))
}

/// Runs the migrations over a connection of its own: one may take longer than a call, and when it fails, sqlx leaves its lock to the
/// connection.
async fn migrate(options: &PgConnectOptions, migrations: &Migrator) -> Result<(), OpenError> {
    let what = |error| sentence(options, error);
    let patient = options.clone().options([("statement_timeout", MIGRATION_MS)]);
    let connecting = timeout(CONNECT_WAIT, PgConnection::connect_with(&patient)).await;
    let late = |_| OpenError::Unreachable(place(options), "it does not answer".into());
    let mut connection = connecting.map_err(late)?.map_err(what)?;
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut connection).await.map_err(what)?;
    if encoding != "UTF8" {
        return Err(OpenError::Encoding(place(options), encoding));
    }
    // The future of `run` could not move between threads.
    migrations.run_direct(&mut connection).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) => OpenError::Newer(place(options)),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => what(error),
        other => OpenError::Unusable(place(options), other.into()),
    })?;
    connection.close().await.map_err(what)
}

/// SQLSTATE disk_full: a write fails until the operator frees space.
const FULL: &str = "53100";
/// SQLSTATE data_corrupted and index_corrupted.
const CORRUPT: [&str; 2] = ["XX001", "XX002"];

/// Returns what an error means to a port.
pub fn store(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut => {
            StoreError::Unavailable("PostgreSQL cannot be reached, or all connections to it are in use".into())
        }
        error if code(&error).as_deref() == Some(FULL) => StoreError::Full,
        error if is_corrupt(&error) || code(&error).is_some_and(|code| CORRUPT.contains(&&*code)) => corrupt(error),
        error => StoreError::Unavailable(error.into()),
    }
}

/// Returns the partition of a stored number.
///
/// # Errors
/// No partition can have this number.
pub fn partition_of(number: i64) -> Result<Partition, StoreError> {
    Partition::try_from(number).map_err(corrupt)
}

/// Returns a text up to its first U+0000, which PostgreSQL rejects. No name has one, so the names after a cursor are those after what
/// is left of it.
pub fn up_to_nul(text: &str) -> &str {
    text.split('\0').next().unwrap_or_default()
}
