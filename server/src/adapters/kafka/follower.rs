//! Follows one partition, and explains its errors.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use rdkafka::{Message, error::RDKafkaErrorCode as Code};

use super::{
    client::{ask, is_transient, is_unknown},
    consumer::{PartitionQueues, Slot},
};
use crate::ports::event_log::{LogError, LogFollower, LogRecord, Partition};

/// Most records that a follower returns at once.
const READ_RECORDS: usize = 512;
/// Poll interval of the queue, in case a notification was missed.
const QUEUE_POLL: Duration = Duration::from_secs(1);
/// Pause before a topic that was reported missing is asked for again: starting brokers know only some topics.
const MISSING_PAUSE: Duration = Duration::from_secs(1);
/// Number of those attempts.
const MISSING_TRIES: u32 = 3;

/// Follows one partition.
pub struct Follower {
    queues: Arc<PartitionQueues>,
    partition: Partition,
    next: u64,
    slot: Option<Arc<Slot>>,
    failed: Option<Code>,
}

impl Follower {
    /// Creates a follower from an offset on. Fetching begins with the first call of `next`.
    pub fn new(queues: Arc<PartitionQueues>, partition: Partition, from: u64) -> Self {
        Self { queues, partition, next: from, slot: None, failed: None }
    }

    async fn slot(&mut self) -> Result<Arc<Slot>, LogError> {
        if let Some(slot) = &self.slot {
            return Ok(slot.clone());
        }
        let (queues, partition, from) = (self.queues.clone(), self.partition, self.next);
        let slot = ask(move || queues.begin(partition, from)).await?;
        let slot = slot.map_err(|error| LogError(format!("partition {partition}: {error}")))?;
        self.slot = Some(slot.clone());
        Ok(slot)
    }

    /// Returns what has been fetched already.
    fn take(&mut self, slot: &Slot) -> Result<Vec<LogRecord>, LogError> {
        let queue = slot.queue();
        let Some(queue) = queue.as_ref() else {
            return Err(LogError(format!("partition {} has another follower now", self.partition)));
        };
        let mut records = Vec::new();
        while records.len() < READ_RECORDS && self.failed.is_none() {
            match queue.poll(Duration::ZERO) {
                None => break,
                Some(Ok(record)) => {
                    let offset = record.offset() as u64;
                    if offset < self.next {
                        let (partition, next) = (self.partition, self.next);
                        return Err(LogError(format!(
                            "partition {partition} went back: record {offset} came after {next} had been reached"
                        )));
                    }
                    self.next = offset + 1;
                    records.push(LogRecord { offset, bytes: record.payload().unwrap_or_default().to_vec() });
                }
                Some(Err(error)) => self.failed = Some(error.rdkafka_error_code().unwrap_or(Code::Fail)),
            }
        }
        if !records.is_empty() {
            self.queues.recovered();
        }
        Ok(records)
    }

    /// Returns whether the partition recovers from an error, or the error to report.
    async fn examine(&self, code: Code) -> Result<(), LogError> {
        let (partition, watermarks) = (self.partition, self.queues.watermarks());
        if is_transient(code) {
            return Ok(());
        }
        if is_unknown(code) {
            for _ in 0..MISSING_TRIES {
                if watermarks.partitions().await.is_ok_and(|partitions| partition < partitions) {
                    return Ok(());
                }
                tokio::time::sleep(MISSING_PAUSE).await;
            }
            return Err(LogError(format!(
                "the topic {} is gone, or its partition {partition} is: if it was deleted, everything in it is lost; stop all \
                 servers and run jimmy-chat replace-log to begin a new log",
                watermarks.topic()
            )));
        }
        Err(match code {
            Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation => {
                watermarks.lost(partition, self.next).await
            }
            _ => LogError(format!("partition {partition} cannot be read from offset {} on: {code}", self.next)),
        })
    }
}

#[async_trait]
impl LogFollower for Follower {
    async fn next(&mut self) -> Result<Vec<LogRecord>, LogError> {
        loop {
            let slot = self.slot().await?;
            let records = self.take(&slot)?;
            if !records.is_empty() {
                return Ok(records);
            }
            if let Some(code) = self.failed {
                self.examine(code).await?;
                self.failed = None;
                continue;
            }
            // The queue is read after the time-out as well.
            let _ = tokio::time::timeout(QUEUE_POLL, slot.filled.notified()).await;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            let (queues, partition) = (self.queues.clone(), self.partition);
            std::thread::spawn(move || queues.end(partition, &slot));
        }
    }
}
