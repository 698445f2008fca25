//! Follows one partition, and says what its errors mean.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use rdkafka::{Message, error::RDKafkaErrorCode as Code};

use super::{
    client::{ask, is_passing, is_unknown},
    consumer::{Following, Slot},
};
use crate::ports::event_log::{LogError, LogFollower, LogRecord, Partition};

/// Records that a follower hands over at once.
const READ_RECORDS: usize = 512;
/// A follower looks at its queue after this time even if nobody has woken it.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// A topic that is said not to be there is asked for once more after this time, so often: brokers that start know only some.
const GONE_PAUSE: Duration = Duration::from_secs(1);
const GONE_TRIES: u32 = 3;

/// Reads one partition.
pub struct Follower {
    following: Arc<Following>,
    partition: Partition,
    next: u64,
    slot: Option<Arc<Slot>>,
    failed: Option<Code>,
}

impl Follower {
    /// Of a partition, from an offset on; fetching begins when it is first asked.
    pub fn new(following: Arc<Following>, partition: Partition, from: u64) -> Self {
        Self { following, partition, next: from, slot: None, failed: None }
    }

    async fn slot(&mut self) -> Result<Arc<Slot>, LogError> {
        if let Some(slot) = &self.slot {
            return Ok(slot.clone());
        }
        let (following, partition, from) = (self.following.clone(), self.partition, self.next);
        let slot = ask(move || following.begin(partition, from)).await?;
        let slot = slot.map_err(|error| LogError(format!("partition {partition}: {error}")))?;
        self.slot = Some(slot.clone());
        Ok(slot)
    }

    /// What has been fetched already.
    fn take(&mut self, slot: &Slot) -> Result<Vec<LogRecord>, LogError> {
        let queue = slot.queue();
        let Some(queue) = queue.as_ref() else {
            return Err(LogError(format!("partition {} is followed anew by somebody else", self.partition)));
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
                            "partition {partition} goes back: record {offset} came after {next} had been reached"
                        )));
                    }
                    self.next = offset + 1;
                    records.push(LogRecord { offset, bytes: record.payload().unwrap_or_default().to_vec() });
                }
                Some(Err(error)) => self.failed = Some(error.rdkafka_error_code().unwrap_or(Code::Fail)),
            }
        }
        if !records.is_empty() {
            self.following.well();
        }
        Ok(records)
    }

    /// What an error of the partition means.
    async fn judge(&self, code: Code) -> Result<(), LogError> {
        let (partition, places) = (self.partition, self.following.places());
        if is_passing(code) {
            return Ok(());
        }
        if is_unknown(code) {
            for _ in 0..GONE_TRIES {
                if places.partitions().await.is_ok_and(|partitions| partition < partitions) {
                    return Ok(());
                }
                tokio::time::sleep(GONE_PAUSE).await;
            }
            return Err(LogError(format!(
                "the topic {} is gone, or its partition {partition} is: if it was deleted, everything in it is lost, and \
                 the server must be told with adopt-log to begin a new log",
                places.topic()
            )));
        }
        Err(match code {
            Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation => {
                places.lost(partition, self.next).await
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
                self.judge(code).await?;
                self.failed = None;
                continue;
            }
            // In time or not: the queue is looked at.
            let _ = tokio::time::timeout(LOOK_AGAIN, slot.filled.notified()).await;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            let (following, partition) = (self.following.clone(), self.partition);
            std::thread::spawn(move || following.end(partition, &slot));
        }
    }
}
