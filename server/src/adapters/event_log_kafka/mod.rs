//! ⑦ The log of many machines: a topic of Kafka. Before it on a message's way: `messages/post`. After it, by the reading
//! half: `delivery/follower`. What is read back is on the disk of the one broker, or on two brokers at least; the topic is
//! made, or checked, accordingly ([`check()`]).
//!
//! librdkafka has threads of its own and tries for ever: a broker that is away is no error here, only a wait.

mod check;
mod client;
mod consumer;
mod follower;
mod places;
mod producer;
mod reader;
mod refusal;
mod settings;
mod topic;

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::task::AbortOnDropHandle;

pub use check::{Finding, Severity, check};
pub use producer::may_write;
pub use settings::KafkaSettings;

use crate::ports::{
    EventLog,
    event_log::{AppendError, LogError, LogFollower, LogRange, LogRecord, Partition, Receipt},
};
use client::LetGo;
use consumer::Following;
use follower::Follower;
use producer::Writer;
use reader::Reader;

/// A log on a topic of Kafka.
pub struct KafkaEventLog {
    writer: LetGo<Arc<Writer>>,
    following: LetGo<Arc<Following>>,
    reader: Reader,
    _tend: AbortOnDropHandle<()>,
}

impl KafkaEventLog {
    /// Makes the topic if it is not there, checks that it keeps what an ack promises, and logs what is merely different.
    ///
    /// # Errors
    /// A sentence for the operator: no broker answers, or a setting would lose acknowledged messages.
    pub async fn open(settings: &KafkaSettings) -> Result<Self, String> {
        topic::Admin::new(settings)?.make().await?;
        for Finding { severity, sentence } in check(settings).await {
            match severity {
                Severity::Refused => return Err(sentence),
                Severity::Different => tracing::warn!("Kafka: {sentence}"),
            }
        }
        Self::on(settings)
    }

    /// The topic as it is, for who changes nothing; `None` where it is not there.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn look(settings: &KafkaSettings) -> Result<Option<Self>, String> {
        match topic::Admin::new(settings)?.is_made().await? {
            true => Self::on(settings).map(Some),
            false => Ok(None),
        }
    }

    fn on(settings: &KafkaSettings) -> Result<Self, String> {
        let writer = Arc::new(Writer::new(settings).map_err(|error| error.to_string())?);
        let following = Arc::new(Following::new(settings)?);
        Ok(Self {
            _tend: AbortOnDropHandle::new(tokio::spawn(Writer::tend(Arc::downgrade(&writer)))),
            reader: Reader::new(settings, following.places()),
            writer: LetGo::new(writer),
            following: LetGo::new(following),
        })
    }
}

#[async_trait]
impl EventLog for KafkaEventLog {
    async fn partitions(&self) -> Result<u32, LogError> {
        // Both halves learn of new partitions by being asked; before that a record for one would not be taken.
        let writable = self.writer.partitions().await?;
        Ok(self.following.places().partitions().await?.min(writable))
    }

    async fn range(&self, partition: Partition) -> Result<LogRange, LogError> {
        self.following.places().range(partition).await
    }

    async fn append(&self, partition: Partition, record: Vec<u8>) -> Result<Receipt, AppendError> {
        self.writer.append(partition, &record)
    }

    async fn read(&self, partition: Partition, from: u64, limit: u32) -> Result<Vec<LogRecord>, LogError> {
        self.reader.read(partition, from, limit).await
    }

    fn follow(&self, partition: Partition, from: u64) -> Box<dyn LogFollower> {
        Box::new(Follower::new(self.following.clone(), partition, from))
    }

    async fn trim(&self, _partition: Partition, _before: u64) -> Result<(), LogError> {
        // The topic's own retention decides: other servers may not have read so far.
        Ok(())
    }
}

/// The log behind its port.
///
/// # Errors
/// See [`KafkaEventLog::open`].
pub async fn open(settings: &KafkaSettings) -> Result<Arc<dyn EventLog>, String> {
    Ok(Arc::new(KafkaEventLog::open(settings).await?))
}
