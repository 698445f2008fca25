//! SQLite files: how they are opened, copied and closed, and what their errors mean.

use std::{
    cmp::Ordering,
    fs::{OpenOptions, Permissions},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, Connection, Sqlite, SqliteConnection, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    adapters::sql::{corrupt, is_corrupt},
    ports::StoreError,
};

/// Connections that read at the same time. SQLite readers do not block each other.
const READERS: u32 = 4;
/// Time-out for getting a connection.
const ACQUIRE_WAIT: Duration = Duration::from_secs(5);
/// Time-out for a write of another process, such as an operator's command.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// A transaction on one of the connections.
pub(super) type Tx = Transaction<'static, Sqlite>;

/// Why a file cannot be used. Each variant is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer version has changed the schema.
    #[error("{0} was written by a newer version of jimmy-chat; run that version, or restore a backup")]
    Newer(String),
    /// A file that is opened for reading only has an older schema.
    #[error(
        "{0} was written by an older version of jimmy-chat; start this version on it once and stop it again, which brings it up to date"
    )]
    Older(String),
    /// The file cannot be opened for any other reason.
    #[error("{path} cannot be opened: {source}")]
    Unusable {
        /// The path of the database file.
        path: String,
        /// The error of the driver or of the operating system.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Creates a file that its owner alone can access. SQLite gives the files beside it the same mode.
///
/// # Errors
/// See [`OpenError`].
pub fn make_private(path: &Path) -> Result<(), OpenError> {
    let made = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    let private = made.and_then(|file| file.set_permissions(Permissions::from_mode(0o600)));
    private.map_err(|error| unusable(path, error))
}

/// Returns how a file is opened for writing: with a write-ahead log, and a commit is on the disk when it returns.
pub fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_WAIT)
        .foreign_keys(true)
}

/// One database file: one connection that writes, a few that read. Cheap to clone.
#[derive(Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the file. Creates it if it does not exist, and brings its schema up to date.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(path: &Path, migrations: &Migrator) -> Result<Self, OpenError> {
        let unusable = |source: sqlx::Error| unusable(path, source);
        make_private(path)?;
        let pool = |most: u32| {
            let options = SqlitePoolOptions::new().max_connections(most).acquire_timeout(ACQUIRE_WAIT);
            // A full disk makes SQLite roll back by itself; sqlx then counts a transaction that is none. Such a
            // connection is closed and a new one opened, or nothing could be written any more.
            options.after_release(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        };
        let writer = pool(1).connect_with(options(path)).await.map_err(unusable)?;
        migrate(&writer, path, migrations).await?;
        let readers = pool(READERS).connect_with(options(path).read_only(true)).await.map_err(unusable)?;
        Ok(Self { writer, readers })
    }

    /// Opens an existing file for reading only.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_read_only(path: &Path, migrations: &Migrator) -> Result<Self, OpenError> {
        let pool = SqlitePoolOptions::new().max_connections(READERS).acquire_timeout(ACQUIRE_WAIT);
        let readers = pool.connect_with(read_only_options(path, migrations).await?).await;
        let readers = readers.map_err(|source| unusable(path, source))?;
        Ok(Self { writer: readers.clone(), readers })
    }

    /// Begins the one transaction that may write.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(store)
    }

    /// Closes the file. Its write-ahead log moves into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Returns the connections that read.
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Begins a transaction that reads one snapshot.
    pub async fn snapshot(&self) -> Result<Tx, StoreError> {
        self.readers.begin().await.map_err(store)
    }
}

/// Returns how a file is opened for reading only, if its schema is of this version.
///
/// # Errors
/// See [`OpenError`].
pub async fn read_only_options(path: &Path, migrations: &Migrator) -> Result<SqliteConnectOptions, OpenError> {
    let wanted = migrations.iter().map(|step| step.version).max().unwrap_or(0);
    match version(path).await.map_err(|error| unusable(path, error))?.cmp(&wanted) {
        Ordering::Less => Err(OpenError::Older(path.display().to_string())),
        Ordering::Equal => Ok(sharing_options(path)),
        Ordering::Greater => Err(OpenError::Newer(path.display().to_string())),
    }
}

fn sharing_options(path: &Path) -> SqliteConnectOptions {
    let mut ahead = path.as_os_str().to_owned();
    ahead.push("-wal");
    // If no process has it open, SQLite would create files beside it for sharing it, and leave them behind.
    let is_closed = !Path::new(&ahead).exists();
    SqliteConnectOptions::new().filename(path).read_only(true).immutable(is_closed).busy_timeout(BUSY_WAIT)
}

pub(super) async fn version(path: &Path) -> Result<i64, sqlx::Error> {
    let mut connection: SqliteConnection = sharing_options(path).connect().await?;
    let version = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";
    let version = sqlx::query_scalar(version).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(version)
}

/// Copies a file as it is at one moment, while others read and write it.
///
/// # Errors
/// SQLite cannot read the file or write the copy.
pub async fn copy_into(from: &Path, to: &Path) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(from).read_only(true).busy_timeout(BUSY_WAIT);
    let mut db = SqliteConnection::connect_with(&options).await?;
    sqlx::query("VACUUM INTO ?").bind(to.to_string_lossy().into_owned()).execute(&mut db).await?;
    db.close().await
}

/// Brings a schema up to date. Refuses one that is newer than this program.
pub async fn migrate(pool: &SqlitePool, path: &Path, migrations: &Migrator) -> Result<(), OpenError> {
    migrations.run(pool).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) => OpenError::Newer(path.display().to_string()),
        other => unusable(path, other),
    })
}

/// Returns the sentence about a file that cannot be opened.
pub fn unusable(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OpenError {
    OpenError::Unusable { path: path.display().to_string(), source: source.into() }
}

/// SQLite's primary result code for a full disk (SQLITE_FULL).
const FULL: i32 = 13;
/// The codes for a damaged file, or one that is no database (SQLITE_CORRUPT, SQLITE_NOTADB).
const CORRUPT: [i32; 2] = [11, 26];

/// Returns what an error means to a port.
pub fn store(error: sqlx::Error) -> StoreError {
    match primary_code(&error) {
        Some(FULL) => StoreError::Full,
        code if is_corrupt(&error) || code.is_some_and(|code| CORRUPT.contains(&code)) => corrupt(error),
        _ => StoreError::Unavailable(error.into()),
    }
}

/// Returns whether the disk is full.
pub fn is_full(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(FULL)
}

/// Returns the primary result code. sqlx gives the extended one as text, whose low byte is the primary one.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<i32>().ok().map(|code| code & 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_cannot_be_read_is_told_apart_from_what_does_not_answer() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file.db");
        let db = SqlitePool::connect_with(options(&path)).await.expect("a file");
        let odd = sqlx::query_scalar::<_, i64>("SELECT 'no number'").fetch_one(&db).await.expect_err("no number");
        assert!(matches!(store(odd), StoreError::Corrupt(_)));
        let unknown = sqlx::query("SELECT * FROM nowhere").execute(&db).await.expect_err("no such table");
        assert!(matches!(store(unknown), StoreError::Unavailable(_)));
        db.close().await;
        std::fs::write(&path, "no database at all, but long enough to be taken for one".repeat(100)).expect("damaged");
        let db = SqlitePool::connect_lazy_with(SqliteConnectOptions::new().filename(&path));
        let damaged = sqlx::query("SELECT * FROM nowhere").execute(&db).await.expect_err("damaged");
        assert!(matches!(store(damaged), StoreError::Corrupt(_)));
    }
}
