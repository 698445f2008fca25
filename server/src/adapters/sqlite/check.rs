//! Checks whether this program can use a file. Changes nothing.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use sqlx::migrate::Migrator;

use super::store::version;
use crate::ports::finding::Finding;

/// Checks one file. A server may have it open.
pub async fn check(path: &Path, migrations: &Migrator) -> Vec<Finding> {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let mode = match std::fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return vec![Finding::ok(format!("{file} does not exist yet; the first start creates it"))];
        }
        Err(error) => {
            return vec![Finding::error(format!(
                "{file} cannot be read ({error}); check its owner and its permissions"
            ))];
        }
    };
    let mut found = Vec::new();
    if mode & 0o077 != 0 {
        found.push(Finding::warning(format!(
            "other users of this machine may read {file}, and with it every message; chmod 600 {}",
            path.display()
        )));
    }
    let wanted = migrations.iter().map(|step| step.version).max().unwrap_or(0);
    found.push(match version(path).await {
        Ok(made) if made > wanted => Finding::error(format!(
            "{file} was written by a newer version of jimmy-chat; run that version, or restore a backup"
        )),
        Ok(made) if made < wanted => {
            Finding::ok(format!("{file} is of an older version; the next start brings it up to date"))
        }
        Ok(_) => Finding::ok(format!("{file} can be read, and is up to date")),
        Err(error) => Finding::error(format!("{file} cannot be read ({error}): restore a backup")),
    });
    found
}
