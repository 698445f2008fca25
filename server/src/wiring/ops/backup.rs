//! `jimmy-chat backup`: a copy of the data folder while the server runs. Each file is copied as it is at one moment, the database
//! before the event log, so that the log's copy holds everything that the database's copy has read. The copies are opened as a
//! starting server would open them before they count as a backup.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use crate::{
    adapters::{
        backend::Location,
        sqlite::{DATABASE_FILE, EVENT_LOG_FILE},
    },
    config::Config,
    delivery::check_continuity,
    error::OperatorError,
    wiring::{
        folder::{KEY_FILE, make_private},
        stores::{Choice, Choices},
    },
};

/// Attempts. The log may be trimmed between the two copies, beyond the position of the database's copy: both files are then
/// copied again.
const TRIES: usize = 5;

/// Copies everything that the server needs into a folder, which must be empty or not exist. The server may be running.
///
/// # Errors
/// A sentence for the operator; what was copied until then is removed.
pub async fn backup(config: &Config, to: &Path) -> Result<(), OperatorError> {
    let choices = Choices::of(config)?;
    let Choices { directory, archive, event_log, .. } = &choices;
    if [directory, archive, event_log].iter().any(|choice| !choice.url.is_local()) {
        return Err("backup copies the files of --data; for PostgreSQL use its own pg_dump, and keep the topic's replicas: see docs/operating.md".into());
    }
    let failed = |error: std::io::Error| OperatorError::caused_by(to.display().to_string(), error);
    let is_new = !to.exists();
    make_private(to).map_err(failed)?;
    if fs::read_dir(to).map_err(failed)?.next().is_some() {
        return Err(OperatorError::new(format!("{}: the folder is not empty; name a new one", to.display())));
    }
    let done = fill(config, &choices, to).await;
    if done.is_err() {
        clear(to, is_new);
    }
    done
}

async fn fill(config: &Config, choices: &Choices<'_>, to: &Path) -> Result<(), OperatorError> {
    let failed = |error: std::io::Error| OperatorError::caused_by(to.display().to_string(), error);
    let mut last = None;
    for _ in 0..TRIES {
        clear(to, false);
        for choice in [&choices.archive, &choices.event_log] {
            choice.must_exist()?;
            choice.technology.back_up(choice.location(), to).await?;
        }
        match check(choices, to).await {
            Ok(()) => return finish(config, to).map_err(failed),
            Err(error) => last = Some(error),
        }
    }
    const UNRELATED: &str = "the two files do not belong together";
    Err(last.map_or_else(|| UNRELATED.into(), |error| OperatorError::caused_by(UNRELATED, error)))
}

/// Removes what was copied, so that an incomplete copy is not mistaken for a backup. Errors are ignored: the operator reads the first one.
fn clear(folder: &Path, with_folder: bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        // The names of SQLite's own files beside them begin in the same way.
        if [DATABASE_FILE, EVENT_LOG_FILE, KEY_FILE].iter().any(|ours| name.to_string_lossy().starts_with(ours)) {
            let _ = fs::remove_file(entry.path());
        }
    }
    if with_folder {
        let _ = fs::remove_dir(folder);
    }
}

/// Opens the copies as a starting server would.
async fn check(choices: &Choices<'_>, folder: &Path) -> Result<(), OperatorError> {
    let copy = |choice: &Choice<'_>| {
        let technology = choice.technology;
        let url = choice.location().url.to_owned();
        async move { technology.open(Location { url: &url, folder }).await }
    };
    let database = copy(&choices.archive).await?;
    let event_log = copy(&choices.event_log).await?;
    let (Some(archive), Some(log)) = (database.archive(), event_log.event_log()) else {
        return Err("the copies hold no history".into());
    };
    let mut whole = Ok(());
    for partition in 0..log.partitions().await.map_err(|error| OperatorError::new(error.to_string()))? {
        let fits = check_continuity(partition, &*archive, &*log).await.map(drop);
        whole = whole.and(fits.map_err(|error| OperatorError::new(error.to_string())));
    }
    event_log.close().await;
    database.close().await;
    whole
}

/// Copies the signing key, so that sessions stay valid, and waits until everything is on the disk.
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
