//! Brings a partition back to where it was, or says why not: the stored position must belong to this log.

use std::collections::HashMap;

use domain::{
    ids::ChannelId,
    record::Record,
    sequencer::{Head, Sequencer},
};

use super::follower::checksum;
use crate::ports::{
    Archive, EventLog,
    archive::{Position, Projection},
    event_log::{AppendError, LogError, LogRange, LogRecord, Partition},
};

/// Why a partition was not loaded. Each holds a sentence for the operator.
#[derive(Debug)]
pub enum LoadError {
    /// The archive does not answer: later may be fine.
    NoArchive(String),
    /// The log does not answer: later may be fine, or it is gone.
    NoLog(String),
    /// They do not belong together.
    Refused(String),
}

impl LoadError {
    /// The sentence.
    pub fn told(self) -> String {
        let (LoadError::NoArchive(why) | LoadError::NoLog(why) | LoadError::Refused(why)) = self;
        why
    }
}

/// Loads what the archive holds of a partition and checks that the log goes on from there: the sequencer as it was there, and
/// the channels' heads.
///
/// # Errors
/// See [`LoadError`].
pub async fn load(
    partition: Partition,
    archive: &dyn Archive,
    log: &dyn EventLog,
) -> Result<(Sequencer, HashMap<ChannelId, Head>), LoadError> {
    let (projection, range) = belongs(partition, archive, log).await?;
    if range.next == 0 {
        begin(&projection, partition, log).await.map_err(LoadError::NoLog)?;
    }
    let Projection { generation, next, heads, window, .. } = projection;
    Ok((Sequencer::restore(generation, next, heads.clone(), window), heads))
}

/// Whether a log and what was made of it belong together: the one goes on from where the other stands.
///
/// # Errors
/// See [`LoadError`].
pub async fn belongs(
    partition: Partition,
    archive: &dyn Archive,
    log: &dyn EventLog,
) -> Result<(Projection, LogRange), LoadError> {
    let loaded = archive.load(partition).await;
    let projection = loaded.map_err(|error| LoadError::NoArchive(crate::chain(&error)))?;
    let Projection { generation, next, checksum, .. } = projection;
    let range = fits(&Position { partition, generation, next, checksum }, log).await?;
    Ok((projection, range))
}

/// The same of all partitions, where nothing may be written. Without a log: as if it were empty.
///
/// # Errors
/// See [`LoadError`].
pub async fn goes_on(archive: &dyn Archive, log: Option<&dyn EventLog>) -> Result<(), LoadError> {
    let stands = archive.positions().await.map_err(|error| LoadError::NoArchive(crate::chain(&error)))?;
    let Some(log) = log else {
        let empty = LogRange { first: 0, next: 0 };
        return stands.iter().try_for_each(|stand| check(stand.next, empty)).map_err(LoadError::Refused);
    };
    for partition in 0..log.partitions().await.map_err(no_log)? {
        let known = stands.iter().find(|stand| stand.partition == partition).cloned();
        // One that the database has not heard of yet is read from its beginning.
        let stand = known.unwrap_or(Position { partition, generation: 1, next: 0, checksum: None });
        fits(&stand, log).await?;
    }
    Ok(())
}

fn no_log(error: LogError) -> LoadError {
    LoadError::NoLog(error.to_string())
}

async fn fits(stand: &Position, log: &dyn EventLog) -> Result<LogRange, LoadError> {
    let range = log.range(stand.partition).await.map_err(no_log)?;
    check(stand.next, range).map_err(LoadError::Refused)?;
    let before = match stand.next.checked_sub(1) {
        Some(before) => log.read(stand.partition, before, 1).await.map_err(no_log)?,
        None => Vec::new(),
    };
    compare(stand, before.first()).map_err(LoadError::Refused)?;
    Ok(range)
}

/// What the operator can do about a log that does not go on where the database stands.
const ADOPT: &str = "bring back the one that belongs to it, or, if that is lost for good, stop all servers and run jimmy-chat replace-log with the same settings, which says first what would be lost";

fn check(next: u64, range: LogRange) -> Result<(), String> {
    if next > range.next {
        let end = range.next;
        return Err(format!(
            "the database has read the log up to {next}, but the log ends at {end}: one of the two was exchanged or restored alone; {ADOPT}"
        ));
    }
    if next < range.first {
        let first = range.first;
        return Err(format!(
            "the database has read the log up to {next}, but the log begins at {first}: the records between are gone; {ADOPT}"
        ));
    }
    Ok(())
}

/// The record just before the position, if it still exists, is the one that was projected.
fn compare(stand: &Position, before: Option<&LogRecord>) -> Result<(), String> {
    let stored = stand.checksum;
    match before.filter(|record| record.offset + 1 == stand.next) {
        Some(LogRecord { offset, bytes }) if stored.is_some_and(|stored| checksum(bytes) != stored) => Err(format!(
            "record {offset} of the log is not the one that the database has read: the log or the database was exchanged; {ADOPT}"
        )),
        _ => Ok(()),
    }
}

/// A new log begins with its marker.
async fn begin(projection: &Projection, partition: Partition, log: &dyn EventLog) -> Result<(), String> {
    let marker = Record::Marker { generation: projection.generation }.encode();
    let failed = |error: AppendError| format!("the log cannot be begun: {error}");
    let receipt = log.append(partition, marker).await.map_err(failed)?;
    // The receipt speaks only of a failure; without one the marker is read back by the follower.
    match receipt.await {
        Ok(error) => Err(failed(error)),
        Err(_written) => Ok(()),
    }
}
