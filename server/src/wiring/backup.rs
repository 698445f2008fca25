//! A copy of the data folder while the server runs. Each file is copied in one snapshot, the database before the log: what
//! the database has read is then in the log's copy too. Before it is called a back-up, it is opened as a start would.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use super::folder::{DATABASE_FILE, KEY_FILE, LOG_FILE, make_private, must_hold};
use crate::{
    adapters::{
        archive_sqlite::SqliteArchive,
        directory_sqlite::MIGRATIONS,
        event_log_sqlite::SqliteEventLog,
        sqlite::{SqliteStore, copy_into},
    },
    config::{Config, LogAt, StoreAt},
    delivery::{LoadError, belongs},
    ports::EventLog,
};

/// The log may be trimmed between the two copies, past where the database's copy stands: both are then copied again.
const TRIES: usize = 5;

/// Copies everything that the server needs into a folder, which must be empty or not there. The server may be running.
///
/// # Errors
/// A sentence for the operator; what was copied until then is taken away again.
pub async fn backup(config: &Config, to: &Path) -> Result<(), String> {
    if config.directory != StoreAt::Sqlite || config.archive != StoreAt::Sqlite || config.event_log != LogAt::Sqlite {
        return Err("this copies the files of --data; for PostgreSQL use its own pg_dump, and keep the topic's replicas: see docs/operating.md".into());
    }
    let told = |error: std::io::Error| format!("{}: {error}", to.display());
    let is_new = !to.exists();
    make_private(to).map_err(told)?;
    if fs::read_dir(to).map_err(told)?.next().is_some() {
        return Err(format!("{}: the folder is not empty; name a new one", to.display()));
    }
    let done = fill(config, to).await;
    if done.is_err() {
        clear(to, is_new);
    }
    done
}

async fn fill(config: &Config, to: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", to.display());
    let mut why = String::new();
    for _ in 0..TRIES {
        clear(to, false);
        for file in [DATABASE_FILE, LOG_FILE] {
            copy(&config.data, to, file).await?;
        }
        match check(to).await {
            Ok(()) => return finish(config, to).map_err(told),
            Err(sentence) => why = sentence,
        }
    }
    Err(format!("the two files do not belong together: {why}"))
}

/// What is no back-up does not look like one. What cannot be taken away stays: the operator is told of the first error.
fn clear(folder: &Path, with_folder: bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        // SQLite's own files beside them begin in the same way.
        if [DATABASE_FILE, LOG_FILE, KEY_FILE].iter().any(|ours| name.to_string_lossy().starts_with(ours)) {
            let _ = fs::remove_file(entry.path());
        }
    }
    if with_folder {
        let _ = fs::remove_dir(folder);
    }
}

async fn copy(from: &Path, to: &Path, file: &str) -> Result<(), String> {
    must_hold(from, file)?;
    copy_into(&from.join(file), &to.join(file)).await.map_err(|error| format!("{file} cannot be copied: {error}"))
}

/// Opens the copies as a start would.
async fn check(folder: &Path) -> Result<(), String> {
    let database = SqliteStore::open(&folder.join(DATABASE_FILE), &MIGRATIONS).await.map_err(|e| e.to_string())?;
    let log = SqliteEventLog::open(&folder.join(LOG_FILE)).await.map_err(|e| e.to_string())?;
    let archive = SqliteArchive(database.clone());
    let mut whole = Ok(());
    for partition in 0..log.partitions().await.map_err(|error| error.to_string())? {
        whole = whole.and(belongs(partition, &archive, &log).await.map(drop).map_err(LoadError::told));
    }
    log.close().await;
    database.close().await;
    whole
}

/// The key, so that nobody has to log in again; and everything on the disk.
fn finish(config: &Config, to: &Path) -> std::io::Result<()> {
    let key = config.data.join(KEY_FILE);
    if config.signing_key_file.is_none() && key.exists() {
        fs::copy(key, to.join(KEY_FILE))?;
    }
    for entry in fs::read_dir(to)? {
        let path = entry?.path();
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        File::open(path)?.sync_all()?;
    }
    File::open(to)?.sync_all()
}
