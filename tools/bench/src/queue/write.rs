//! The writers: records into Kafka.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use domain::{
    event::Account,
    ids::{AccountId, ChannelId},
};
use jimmy_server::ports::{
    EventLog,
    event_log::{AppendError, Partition},
};
use tokio::sync::Semaphore;

use super::shape::{PartitionProgress, Shape};
use crate::samples;

/// Pause of a writer while the queue of the log is full.
const BUSY_PAUSE: Duration = Duration::from_millis(1);

/// State shared by all writers of a run.
pub struct Work {
    /// The log to append to.
    pub log: Arc<dyn EventLog>,
    /// The partitions of the topic.
    pub partitions: Vec<Arc<PartitionProgress>>,
    /// The channels, each with the index of its partition.
    pub channels: Vec<(ChannelId, usize)>,
    /// The shape of the run.
    pub shape: Shape,
}

/// Writes the share of writer `number`, with as many messages in flight as its author has permits.
pub async fn write(
    work: &Work,
    number: usize,
    author: &Account,
    permits: &HashMap<AccountId, Arc<Semaphore>>,
) -> Result<(), String> {
    let permits = permits.get(&author.id).ok_or("this writer has no permits")?;
    for (turn, message) in (number..work.shape.messages).step_by(work.shape.writers).enumerate() {
        // Returned by the reader of the partition, once it has read the message back.
        permits.acquire().await.map_err(|error| error.to_string())?.forget();
        let (channel, partition) = &work.channels[turn % work.channels.len()];
        let progress = &work.partitions[*partition];
        let body = samples::body(message).map_err(|code| format!("{code:?}"))?;
        let record = samples::message(author, channel, body, progress.read_to.load(Ordering::Acquire));
        append(&*work.log, progress.partition, record).await?;
    }
    Ok(())
}

/// Appends a record, once there is room for it.
pub async fn append(log: &dyn EventLog, partition: Partition, record: Vec<u8>) -> Result<(), String> {
    loop {
        match log.append(partition, record.clone()).await {
            // A lost record is found by the final check.
            Ok(_) => return Ok(()),
            Err(AppendError::Busy) => tokio::time::sleep(BUSY_PAUSE).await,
            Err(error) => return Err(error.to_string()),
        }
    }
}
