//! Whether a file can be used by this program. Looks, and changes nothing.

use std::{cmp::Ordering, os::unix::fs::PermissionsExt as _, path::Path};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions};

use super::{BUSY_WAIT, OpenError, unusable};
use crate::finding::Finding;

/// What is to be known of one file; a server may have it open.
pub async fn check(path: &Path, migrations: &Migrator) -> Vec<Finding> {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let mode = match std::fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return vec![Finding::ok(format!("{file} is not there yet; the first start makes it"))];
        }
        Err(error) => return vec![Finding::error(format!("{file} cannot be looked at: {error}"))],
    };
    let mut found = Vec::new();
    if mode & 0o077 != 0 {
        found.push(Finding::warning(format!(
            "others on this machine may read {file}, and all that was said; chmod 600 {}",
            path.display()
        )));
    }
    let wanted = migrations.iter().map(|step| step.version).max().unwrap_or(0);
    found.push(match version(path).await {
        Ok(made) if made > wanted => Finding::error(format!(
            "{file} was written by a newer version of jimmy-chat; run that version, or restore a back-up"
        )),
        Ok(made) if made < wanted => {
            Finding::ok(format!("{file} is of an older version; the next start brings it up to date"))
        }
        Ok(_) => Finding::ok(format!("{file} can be read, and is up to date")),
        Err(error) => Finding::error(format!("{file} cannot be read ({error}): restore a back-up")),
    });
    found
}

/// How a file is opened by who changes nothing, if this version has made it, or brought it up to date.
///
/// # Errors
/// See [`OpenError`].
pub async fn looking(path: &Path, migrations: &Migrator) -> Result<SqliteConnectOptions, OpenError> {
    let wanted = migrations.iter().map(|step| step.version).max().unwrap_or(0);
    match version(path).await.map_err(|error| unusable(path, error))?.cmp(&wanted) {
        Ordering::Less => Err(OpenError::Older(path.display().to_string())),
        Ordering::Equal => Ok(options(path)),
        Ordering::Greater => Err(OpenError::Newer(path.display().to_string())),
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    let mut ahead = path.as_os_str().to_owned();
    ahead.push("-wal");
    // Where nobody has it open, SQLite would make files beside it to share it by, and leave them there.
    let is_closed = !Path::new(&ahead).exists();
    SqliteConnectOptions::new().filename(path).read_only(true).immutable(is_closed).busy_timeout(BUSY_WAIT)
}

async fn version(path: &Path) -> Result<i64, sqlx::Error> {
    let mut connection: SqliteConnection = options(path).connect().await?;
    let version = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";
    let version = sqlx::query_scalar(version).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(version)
}
