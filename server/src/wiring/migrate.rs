//! `jimmy-chat migrate`: from the files of a data folder to services.

use std::sync::Arc;

use super::{
    folder::{DATABASE_FILE, DataFolder, KEY_FILE, LOG_FILE, holds},
    stores,
};
use crate::{
    adapters::{
        directory_sqlite::MIGRATIONS, event_log_sqlite::SqliteEventLog, moving_postgres::PostgresTarget,
        moving_sqlite::SqliteSource,
    },
    config::{Config, LogAt, ServiceUrl, StoreAt},
    migrate::{self, Progress, To},
    ports::EventLog as _,
};

/// Moves what is in `--data` to the services that the other settings name, and says so meanwhile.
///
/// # Errors
/// A sentence for the operator. What was moved until then stays, and the same command goes on with it.
pub async fn migrate(config: &Config, say: &mut (dyn FnMut(&str) + Send)) -> Result<(), String> {
    let (directory, archive, log) = services(config)?;
    for file in [DATABASE_FILE, LOG_FILE] {
        if !holds(&config.data, file)? {
            return Err(format!(
                "{}: there is no such file; name the folder of the install with --data",
                config.data.join(file).display()
            ));
        }
    }
    let [database, log_file] = [DATABASE_FILE, LOG_FILE].map(|file| config.data.join(file));
    let _folder = DataFolder::open(&config.data)?;
    let from = SqliteSource::open(&database, &MIGRATIONS).await.map_err(|error| error.to_string())?;
    let log_of_files = SqliteEventLog::look(&log_file).await.map_err(|error| error.to_string())?;
    let range = log_of_files.range(0).await.map_err(|error| error.to_string())?;
    let last = log_of_files.read(0, range.next.saturating_sub(1), 1).await.map_err(|error| error.to_string())?;
    log_of_files.close().await;
    let from_log = (range, last.into_iter().next());

    let mut pools = None;
    let names = [format!("--directory {directory}"), format!("--archive {archive}")];
    let directory = PostgresTarget(stores::postgres_as_it_is("--directory", directory, &mut pools).await?);
    let archive = PostgresTarget(stores::postgres_as_it_is("--archive", archive, &mut pools).await?);
    let to = To { directory: Arc::new(directory), archive: Arc::new(archive), names };
    let key = || match &config.signing_key_file {
        Some(file) => migrate::take_along(&config.data.join(KEY_FILE), file),
        None => Ok(()),
    };
    migrate::migrate(&from, from_log, &to, stores::kafka(log), key, &mut Progress::new(say)).await?;
    if let Some(file) = &config.signing_key_file {
        say(&format!(
            "Now start the servers with the same --directory, --archive and --event-log, and each with a copy of this key: --signing-key-file {}",
            file.display()
        ));
    }
    from.close().await;
    Ok(())
}

/// The three services that an install can be moved to.
fn services(config: &Config) -> Result<(&ServiceUrl, &ServiceUrl, &ServiceUrl), String> {
    match (&config.directory, &config.archive, &config.event_log) {
        (StoreAt::Postgres(directory), StoreAt::Postgres(archive), LogAt::Kafka(log)) => Ok((directory, archive, log)),
        _ => Err("this moves the files of --data to PostgreSQL and Kafka, all at once: name with --directory and --archive a postgres://… and with --event-log a kafka://…".into()),
    }
}
