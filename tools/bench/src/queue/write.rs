//! The side of the sockets: records into Kafka.

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

use super::{run::Lane, shape::Shape};
use crate::people;

/// How long a writer waits when the log's queue is full.
const BUSY_PAUSE: Duration = Duration::from_millis(1);

/// What all writers of a run share.
pub struct Work {
    /// Where to.
    pub log: Arc<dyn EventLog>,
    /// The topic's partitions.
    pub lanes: Vec<Arc<Lane>>,
    /// The channels, and the lane of each.
    pub channels: Vec<(ChannelId, usize)>,
    /// How much, and how many write.
    pub shape: Shape,
}

/// Writes the share of writer `number`, with as many messages under way as `permits` gives its author.
pub async fn write(
    work: &Work,
    number: usize,
    author: &Account,
    permits: &HashMap<AccountId, Arc<Semaphore>>,
) -> Result<(), String> {
    let permits = permits.get(&author.id).ok_or("this writer has no permits")?;
    for (turn, message) in (number..work.shape.messages).step_by(work.shape.hands).enumerate() {
        // Given back by the follower, when it has read the message back.
        permits.acquire().await.map_err(|error| error.to_string())?.forget();
        let (channel, lane) = &work.channels[turn % work.channels.len()];
        let lane = &work.lanes[*lane];
        let body = people::body(message).map_err(|code| format!("{code:?}"))?;
        let record = people::message(author, channel, body, lane.read_to.load(Ordering::Acquire));
        append(&*work.log, lane.partition, record).await?;
    }
    Ok(())
}

/// Appends a record, as soon as there is room for it.
pub async fn append(log: &dyn EventLog, partition: Partition, record: Vec<u8>) -> Result<(), String> {
    loop {
        match log.append(partition, record.clone()).await {
            // What was not written is missed by who counts.
            Ok(_) => return Ok(()),
            Err(AppendError::Busy) => tokio::time::sleep(BUSY_PAUSE).await,
            Err(error) => return Err(error.to_string()),
        }
    }
}
