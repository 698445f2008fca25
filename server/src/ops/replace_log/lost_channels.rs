//! Channels whose `created` event the log has lost before the database had read it. A channel exists for the sequencer once its
//! `created` event has been read: no message could ever be sent in these.

use std::collections::HashSet;

use domain::{
    ids::{ChannelId, MessageId},
    record::{Action, Change, Record},
};

use super::install::Install;
use crate::{
    clock::now,
    error::{OperatorError, chain},
    ports::{
        EventLog,
        event_log::{LogError, Partition},
    },
};

/// Channels that are read from the directory at a time.
const CHANNELS: usize = 1_000;
/// Records that are read from the log at a time.
const RECORDS: u32 = 512;

/// Returns the announced channels that neither the archive nor the unread part of the log knows. The archive's positions must fit
/// the log.
///
/// # Errors
/// A sentence for the operator.
pub(super) async fn find(install: &Install<'_>) -> Result<Vec<ChannelId>, OperatorError> {
    let known = known(install).await?;
    let (mut lost, mut after) = (Vec::new(), None);
    loop {
        let announced = install.directory.announced_channels(after.as_ref(), CHANNELS).await;
        let announced = announced.map_err(|error| OperatorError::new(chain(&error)))?;
        let is_last = announced.len() < CHANNELS;
        after = announced.last().cloned();
        lost.extend(announced.into_iter().filter(|channel| !known.contains(channel)));
        if is_last {
            return Ok(lost);
        }
    }
}

/// Puts their `created` events into the outbox again.
///
/// # Errors
/// A sentence for the operator.
pub(super) async fn reannounce(install: &Install<'_>, lost: &[ChannelId]) -> Result<(), OperatorError> {
    for channel in lost {
        let done = install.directory.reannounce(channel, MessageId::generate(), now()).await;
        done.map_err(|error| OperatorError::new(chain(&error)))?;
    }
    Ok(())
}

/// Returns every channel whose `created` event the database has read, or will read.
async fn known(install: &Install<'_>) -> Result<HashSet<ChannelId>, OperatorError> {
    let mut known = HashSet::new();
    for position in install.archive.positions().await.map_err(|error| OperatorError::new(chain(&error)))? {
        let state =
            install.archive.load(position.partition).await.map_err(|error| OperatorError::new(chain(&error)))?;
        known.extend(state.heads.into_keys());
        let unread = created_in(install.log, position.partition, position.next, position.generation);
        known.extend(unread.await.map_err(|error| OperatorError::new(error.to_string()))?);
    }
    Ok(known)
}

/// Returns the channels that are created by records from offset `next` on.
async fn created_in(
    log: &dyn EventLog,
    partition: Partition,
    next: u64,
    generation: u32,
) -> Result<Vec<ChannelId>, LogError> {
    let (mut created, mut from) = (Vec::new(), next);
    loop {
        let records = log.read(partition, from, RECORDS).await?;
        let Some(last) = records.last() else { return Ok(created) };
        from = last.offset + 1;
        created.extend(records.iter().filter_map(|record| match Record::decode(&record.bytes).ok()? {
            Record::Change(Change { generation: its, channel, action: Action::Create { .. }, .. })
                if its == generation =>
            {
                Some(channel)
            }
            _ => None,
        }));
    }
}
