//! PostgreSQL: how it is reached, what its errors mean, and how long anybody waits for it. Shared by the adapters that keep
//! something in one.

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

/// Connections of one server. Six servers fit into the 100 that a PostgreSQL takes by default.
pub const CONNECTIONS: u32 = 16;
/// How long a call waits for a connection: a person sees a sentence rather than a page that loads for half a minute.
const ACQUIRE_WAIT: Duration = Duration::from_secs(2);
/// How long making the first connection may take, before the operator is told that there is none.
pub(super) const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// How long the database works on one statement, in ms. Ours take a few; this ends what a lost lock or plan would not.
pub(super) const STATEMENT_MS: u32 = 8_000;
/// How long a transaction may rest, in ms: a server that was stopped in the midst of one does not hold its locks for ever.
const IDLE_IN_TRANSACTION_MS: u32 = 5_000;
/// How long a whole call may take. The database's own limits end it before, unless the network has swallowed the answer.
const CALL_WAIT: Duration = Duration::from_secs(10);
/// How long a connection that is given back may take to show that it is in order; then it is closed.
const RELEASE_WAIT: Duration = Duration::from_secs(2);
/// How long one step of the schema, or the wait for another server that takes one, may last, in ms.
const MIGRATION_MS: u32 = 600_000;

/// One database, and this server's connections to it.
#[derive(Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// Reaches a database and brings its schema up to date if need be, one server at a time. At most `connections` are held
    /// ([`CONNECTIONS`] is what a server needs). The address may name user, password, and
    /// how the connection is encrypted (`sslmode`, `sslrootcert`, `sslcert`, `sslkey`).
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
            // A call that was given up leaves its connection in the midst of an answer that may never come.
            .after_release(|connection, _| {
                Box::pin(async move {
                    let late = |_| sqlx::Error::Protocol("it does not answer".into());
                    timeout(RELEASE_WAIT, connection.ping()).await.map_err(late)?.map(|()| true)
                })
            })
            .connect_lazy_with(options.options(limits));
        Ok(Self { pool })
    }

    /// A database as it is, for who changes nothing. Nobody is asked yet.
    ///
    /// # Errors
    /// The address cannot be understood, or not be followed.
    pub fn open_read_only(address: &str) -> Result<Self, OpenError> {
        let options = options(address)?.options([("default_transaction_read_only", "on")]);
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_WAIT);
        Ok(Self { pool: pool.connect_lazy_with(options.options([("statement_timeout", STATEMENT_MS)])) })
    }

    /// Connections for single statements.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A transaction: each statement sees what was committed before it.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn write(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(store)
    }

    /// A transaction that reads one snapshot.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn snapshot(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(store)
    }

    /// Closes every connection in an orderly way.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Gives a call up that takes longer than any answer does. Whether it was done is then not known.
///
/// # Errors
/// The call's, and that it took too long.
pub async fn bounded<T, E: From<StoreError>>(call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    bounded_by(CALL_WAIT, call).await
}

/// The same for a call that may take longer than others.
///
/// # Errors
/// The call's, and that it took too long.
pub async fn bounded_by<T, E: From<StoreError>>(
    wait: Duration,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let late = || StoreError::Unavailable("PostgreSQL does not answer".into());
    timeout(wait, call).await.unwrap_or_else(|_| Err(late().into()))
}

/// Over a connection of its own: a step may take longer than a call, and sqlx leaves the lock to the connection when it
/// fails.
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
    // `run` would make this a future that cannot be moved between threads.
    migrations.run_direct(&mut connection).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) => OpenError::Newer(place(options)),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => what(error),
        other => OpenError::Unusable(place(options), other.into()),
    })?;
    connection.close().await.map_err(what)
}

/// SQLSTATE disk_full.
const FULL: &str = "53100";
/// SQLSTATE data_corrupted and index_corrupted.
const CORRUPT: [&str; 2] = ["XX001", "XX002"];

/// What an error means to the port.
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

/// The partition that a number is.
///
/// # Errors
/// When no partition can have it.
pub fn partition_of(number: i64) -> Result<Partition, StoreError> {
    Partition::try_from(number).map_err(corrupt)
}

/// A text as far as PostgreSQL can hold it: it refuses U+0000. No name has one, so the names after a cursor are those
/// after what is left of it.
pub fn up_to_nul(text: &str) -> &str {
    text.split('\0').next().unwrap_or_default()
}
