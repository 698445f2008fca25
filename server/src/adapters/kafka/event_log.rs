//! ⑦ The event log of several servers: a topic of Kafka. Before it on a message's way: `messages/post`. After it, by the reading half:
//! `delivery/follower`.
//!
//! It promises that a record that was read back is on the disk of the only broker, or on at least two brokers. The topic is created
//! with the settings that this needs, and checked for them ([`check`](super::check())). librdkafka retries forever on threads of its
//! own: an unreachable broker causes no error here, only a delay.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::task::AbortOnDropHandle;

use super::{
    check::check, client::DropInBackground, consumer::PartitionQueues, follower::Follower, producer::Writer,
    reader::Reader, settings::KafkaSettings, topic::Admin,
};
use crate::ports::{
    EventLog,
    event_log::{AppendError, LogError, LogFollower, LogRange, LogRecord, Partition, Receipt},
    finding::{Finding, Severity},
};

/// An event log on a topic of Kafka.
pub struct KafkaEventLog {
    writer: DropInBackground<Arc<Writer>>,
    queues: DropInBackground<Arc<PartitionQueues>>,
    reader: Reader,
    _supervision: AbortOnDropHandle<()>,
}

impl KafkaEventLog {
    /// Creates the topic if it does not exist, checks that it keeps acknowledged messages, and logs warnings of that check.
    ///
    /// # Errors
    /// A sentence for the operator: no broker answers, or a setting could lose acknowledged messages.
    pub async fn open(settings: &KafkaSettings) -> Result<Self, String> {
        Admin::new(settings)?.create().await?;
        for Finding { severity, sentence } in check(settings).await {
            match severity {
                Severity::Error => return Err(sentence),
                Severity::Warning => tracing::warn!("Kafka: {sentence}"),
                Severity::Ok => {}
            }
        }
        Self::on(settings)
    }

    /// Opens the topic without creating or checking it. `None` if it does not exist.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn open_read_only(settings: &KafkaSettings) -> Result<Option<Self>, String> {
        match Admin::new(settings)?.exists().await? {
            true => Self::on(settings).map(Some),
            false => Ok(None),
        }
    }

    fn on(settings: &KafkaSettings) -> Result<Self, String> {
        let writer = Arc::new(Writer::new(settings).map_err(|error| error.to_string())?);
        let queues = Arc::new(PartitionQueues::new(settings)?);
        Ok(Self {
            _supervision: AbortOnDropHandle::new(tokio::spawn(Writer::supervise(Arc::downgrade(&writer)))),
            reader: Reader::new(settings, queues.watermarks()),
            writer: DropInBackground::new(writer),
            queues: DropInBackground::new(queues),
        })
    }
}

#[async_trait]
impl EventLog for KafkaEventLog {
    async fn partitions(&self) -> Result<u32, LogError> {
        // Both clients learn of new partitions by being asked; before that the producer rejects records for them.
        let writable = self.writer.partitions().await?;
        Ok(self.queues.watermarks().partitions().await?.min(writable))
    }

    async fn range(&self, partition: Partition) -> Result<LogRange, LogError> {
        self.queues.watermarks().range(partition).await
    }

    async fn append(&self, partition: Partition, record: Vec<u8>) -> Result<Receipt, AppendError> {
        self.writer.append(partition, &record)
    }

    async fn read(&self, partition: Partition, from: u64, limit: u32) -> Result<Vec<LogRecord>, LogError> {
        self.reader.read(partition, from, limit).await
    }

    fn follow(&self, partition: Partition, from: u64) -> Box<dyn LogFollower> {
        Box::new(Follower::new(self.queues.clone(), partition, from))
    }

    async fn trim(&self, _partition: Partition, _before: u64) -> Result<(), LogError> {
        // The topic's own retention decides: other servers may not have read this far.
        Ok(())
    }
}

/// Opens the log behind its port.
///
/// # Errors
/// See [`KafkaEventLog::open`].
pub async fn open(settings: &KafkaSettings) -> Result<Arc<dyn EventLog>, String> {
    Ok(Arc::new(KafkaEventLog::open(settings).await?))
}
