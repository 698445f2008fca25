//! Brings a partition back to where it was, or says why not: the stored position must belong to this log.

use std::sync::Arc;

use domain::{record::Record, sequencer::Sequencer};

use super::{Hub, Lane, follower::checksum};
use crate::ports::{
    Archive, EventLog,
    archive::Projection,
    event_log::{AppendError, LogRange, Partition},
};

/// Loads what the archive holds of a partition and checks that the log goes on from there.
///
/// # Errors
/// A sentence for the operator.
pub async fn load(
    partition: Partition,
    archive: &dyn Archive,
    log: &dyn EventLog,
    hub: &Hub,
) -> Result<Arc<Lane>, String> {
    let (projection, range) = belongs(partition, archive, log).await?;
    if range.next == 0 {
        begin(&projection, partition, log).await?;
    }
    hub.restore(partition, &projection.heads);
    let Projection { generation, next, heads, window, .. } = projection;
    Ok(Arc::new(Lane::new(partition, Sequencer::restore(generation, next, heads, window))))
}

/// Whether a log and what was made of it belong together: the one goes on from where the other stands.
///
/// # Errors
/// A sentence for the operator.
pub async fn belongs(
    partition: Partition,
    archive: &dyn Archive,
    log: &dyn EventLog,
) -> Result<(Projection, LogRange), String> {
    let projection = archive.load(partition).await.map_err(|error| crate::chain(&error))?;
    let range = log.range(partition).await.map_err(|error| error.to_string())?;
    check(&projection, range)?;
    compare(&projection, partition, log).await?;
    Ok((projection, range))
}

fn check(projection: &Projection, range: LogRange) -> Result<(), String> {
    let next = projection.next;
    if next > range.next {
        let end = range.next;
        return Err(format!(
            "the database has read the log up to {next}, but the log ends at {end}: one of the two was exchanged or restored alone"
        ));
    }
    if next < range.first {
        let first = range.first;
        return Err(format!(
            "the database has read the log up to {next}, but the log begins at {first}: the records between are gone"
        ));
    }
    Ok(())
}

/// The record just before the position, if it still exists, is the one that was projected.
async fn compare(projection: &Projection, partition: Partition, log: &dyn EventLog) -> Result<(), String> {
    let (Some(stored), Some(before)) = (projection.checksum, projection.next.checked_sub(1)) else { return Ok(()) };
    let records = log.read(partition, before, 1).await.map_err(|error| error.to_string())?;
    match records.first().filter(|record| record.offset == before) {
        Some(record) if checksum(&record.bytes) != stored => Err(format!(
            "record {before} of the log is not the one that the database has read: the log or the database was exchanged"
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
