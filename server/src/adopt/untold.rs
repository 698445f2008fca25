//! Channels whose beginning the log has lost before the database had read it. A channel exists for the sequencer once its
//! `created` has been read: nothing could ever be said in these.

use std::collections::HashSet;

use domain::{
    ids::{ChannelId, MessageId},
    record::{Action, Change, Record},
};

use super::Install;
use crate::{
    clock::now,
    ports::{
        EventLog,
        event_log::{LogError, Partition},
    },
};

/// Channels that are asked for at a time.
const CHANNELS: usize = 1_000;
/// Records that are read at a time.
const RECORDS: u32 = 512;

/// Those channels, as long as the projection fits the log.
///
/// # Errors
/// A sentence for the operator.
pub(super) async fn find(install: &Install<'_>) -> Result<Vec<ChannelId>, String> {
    let begun = begun(install).await?;
    let (mut untold, mut after) = (Vec::new(), None);
    loop {
        let told = install.directory.told_channels(after.as_ref(), CHANNELS).await;
        let told = told.map_err(|error| crate::chain(&error))?;
        let is_last = told.len() < CHANNELS;
        after = told.last().cloned();
        untold.extend(told.into_iter().filter(|channel| !begun.contains(channel)));
        if is_last {
            return Ok(untold);
        }
    }
}

/// Tells of them once more.
///
/// # Errors
/// A sentence for the operator.
pub(super) async fn tell(install: &Install<'_>, untold: &[ChannelId]) -> Result<(), String> {
    for channel in untold {
        let told = install.directory.tell_again(channel, MessageId::generate(), now()).await;
        told.map_err(|error| crate::chain(&error))?;
    }
    Ok(())
}

/// Every channel that the database has heard of from the log, or will.
async fn begun(install: &Install<'_>) -> Result<HashSet<ChannelId>, String> {
    let mut begun = HashSet::new();
    for stand in install.archive.stands().await.map_err(|error| crate::chain(&error))? {
        let state = install.archive.load(stand.partition).await.map_err(|error| crate::chain(&error))?;
        begun.extend(state.heads.into_keys());
        let unread = unread(install.log, stand.partition, stand.next, stand.generation);
        begun.extend(unread.await.map_err(|error| error.to_string())?);
    }
    Ok(begun)
}

/// The channels that begin in what the database has not read yet.
async fn unread(
    log: &dyn EventLog,
    partition: Partition,
    next: u64,
    generation: u32,
) -> Result<Vec<ChannelId>, LogError> {
    let (mut begun, mut from) = (Vec::new(), next);
    loop {
        let records = log.read(partition, from, RECORDS).await?;
        let Some(last) = records.last() else { return Ok(begun) };
        from = last.offset + 1;
        begun.extend(records.iter().filter_map(|record| match Record::decode(&record.bytes).ok()? {
            Record::Change(Change { generation: its, channel, action: Action::Create { .. }, .. })
                if its == generation =>
            {
                Some(channel)
            }
            _ => None,
        }));
    }
}
