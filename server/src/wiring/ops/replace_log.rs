//! `jimmy-chat replace-log`: opens the stores of an install while no server runs.

use crate::{
    config::Config,
    error::OperatorError,
    ops::replace_log::{self, Install},
    wiring::{
        folder::DataFolder,
        stores::{Choices, DurableStores},
    },
};

/// Reports how database and log fit together, and, if the operator has confirmed it, lets the database continue with this log.
///
/// # Errors
/// A sentence for the operator.
pub async fn replace_log(config: &Config, yes: bool, say: &mut (dyn FnMut(&str) + Send)) -> Result<(), OperatorError> {
    let choices = Choices::of(config)?;
    let Choices { directory, archive, event_log, .. } = &choices;
    directory.must_exist()?;
    archive.must_exist()?;
    let is_cluster = !directory.url.is_local() && !archive.url.is_local();
    if is_cluster && event_log.url.is_local() {
        return Err("name the log to continue with by --event-log kafka://…: a log in --data belongs to one server, and this database to a cluster".into());
    }
    let folder = config.keeps_files().then(|| DataFolder::open(&config.data)).transpose()?;
    let DurableStores { directory, archive, log, open } = DurableStores::open(&choices).await?;
    let done =
        replace_log::replace_log(&Install { directory: &*directory, archive: &*archive, log: &*log }, yes, say).await;
    open.close().await;
    drop(folder);
    done
}
