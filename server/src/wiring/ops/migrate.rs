//! `jimmy-chat migrate`: opens the files of a data folder, and the services that they are copied to.

use crate::{
    adapters::{
        backend::{Backend as _, Location},
        sqlite::{DATABASE_FILE, EVENT_LOG_FILE, SqliteDatabase, SqliteLog},
    },
    config::Config,
    error::OperatorError,
    ops::migrate::{self, Progress, To},
    ports::event_log::{LogRange, LogRecord},
    wiring::{
        folder::{DataFolder, KEY_FILE, holds},
        stores::{Choices, OpenStores},
    },
};

/// Copies the install in `--data` to the services that the other settings name, and reports its progress.
///
/// # Errors
/// A sentence for the operator. What was copied until then stays, and the same command continues with it.
pub async fn migrate(config: &Config, say: &mut (dyn FnMut(&str) + Send)) -> Result<(), OperatorError> {
    let choices = Choices::of(config)?;
    let Choices { directory, archive, event_log, .. } = &choices;
    if [directory, archive, event_log].iter().any(|choice| choice.url.is_local()) {
        return Err("migrate copies the files of --data to PostgreSQL and Kafka, all at once: name with --directory and --archive a postgres://… and with --event-log a kafka://…".into());
    }
    for file in [DATABASE_FILE, EVENT_LOG_FILE] {
        if !holds(&config.data, file)? {
            return Err(OperatorError::new(format!(
                "{}: there is no such file; name the folder of the install with --data",
                config.data.join(file).display()
            )));
        }
    }
    let _folder = DataFolder::open(&config.data)?;
    let files = Location { url: "sqlite:", folder: &config.data };
    let from = SqliteDatabase.open_source(files).await?;
    let from_log = end_of_log(files).await?;

    let names = [directory, archive].map(ToString::to_string);
    let target = directory.technology.open_target(directory.location()).await.map_err(|why| directory.named(why))?;
    let to = To {
        archive: match archive.is_same_as(directory) {
            true => target.clone(),
            false => archive.technology.open_target(archive.location()).await.map_err(|why| archive.named(why))?,
        },
        directory: target,
        names,
    };
    let key = || match &config.signing_key_file {
        Some(file) => migrate::copy_key(&config.data.join(KEY_FILE), file),
        None => Ok(()),
    };
    let mut open = OpenStores::default();
    let log = open.open(event_log, |backend| backend.event_log());
    migrate::migrate(&*from, from_log, &to, log, key, &mut Progress::new(say)).await?;
    if let Some(file) = &config.signing_key_file {
        say(&format!(
            "Now start the servers with the same --directory, --archive and --event-log, and each with a copy of this key: --signing-key-file {}",
            file.display()
        ));
    }
    from.close().await;
    Ok(())
}

/// Returns what the log of the data folder holds, and its last record.
async fn end_of_log(files: Location<'_>) -> Result<(LogRange, Option<LogRecord>), OperatorError> {
    let open = SqliteLog.open_read_only(files).await?;
    let log = open.as_ref().and_then(|open| open.event_log());
    let (Some(open), Some(log)) = (open, log) else {
        return Err(OperatorError::new(format!("{EVENT_LOG_FILE} is gone")));
    };
    let range = log.range(0).await.map_err(|error| OperatorError::new(error.to_string()))?;
    let last =
        log.read(0, range.next.saturating_sub(1), 1).await.map_err(|error| OperatorError::new(error.to_string()))?;
    open.close().await;
    Ok((range, last.into_iter().next()))
}
