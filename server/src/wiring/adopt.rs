//! `jimmy-chat adopt-log`: the stores of an install that no server has.

use super::{
    folder::{DATABASE_FILE, DataFolder, must_hold},
    stores::Kept,
};
use crate::{
    adopt::{self, Install},
    config::{Config, LogAt, StoreAt},
};

/// Goes on with another log, or with what is left of one, if the operator has said yes.
///
/// # Errors
/// A sentence for the operator.
pub async fn adopt_log(config: &Config, yes: bool, say: &mut (dyn FnMut(&str) + Send)) -> Result<(), String> {
    let is_kept_here = config.directory == StoreAt::Sqlite || config.archive == StoreAt::Sqlite;
    if is_kept_here {
        must_hold(&config.data, DATABASE_FILE)?;
    }
    if !is_kept_here && config.event_log == LogAt::Sqlite {
        return Err(
            "name the log that is to be adopted with --event-log kafka://…: one in --data is no cluster's".into()
        );
    }
    let folder = config.keeps_files().then(|| DataFolder::open(&config.data)).transpose()?;
    let Kept { directory, archive, log, files } = Kept::open(config).await?;
    let done = adopt::adopt(&Install { directory: &*directory, archive: &*archive, log: &*log }, yes, say).await;
    files.close().await;
    drop(folder);
    done
}
