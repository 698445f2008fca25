//! ⑦ The event log: where a message becomes durable. Before it on a message's way: `messages/post`. After it, by the reading half
//! of the adapter: `delivery/follower`.

use async_trait::async_trait;

/// The number of a partition, from 0 on. A channel stays in one partition throughout a generation.
pub type Partition = u32;

/// One record that was read back, and is therefore durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// Rises within a partition, with gaps.
    pub offset: u64,
    /// What was appended.
    pub bytes: Vec<u8>,
}

/// Which offsets a partition still holds: from `first` up to, and not including, `next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRange {
    /// The oldest record; equal to `next` if the partition holds none.
    pub first: u64,
    /// The offset after the newest record. It stays when that record is trimmed.
    pub next: u64,
}

/// Why a record is not in the log, or may not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// It was not written: the queue is full.
    #[error("the log's queue is full")]
    Busy,
    /// It was not written: the disk is full.
    #[error("the log's disk is full")]
    Full,
    /// It may have been written or not. Only reading the log back shows which.
    #[error("whether the record was written is unknown")]
    Unknown,
}

/// Why the log cannot be read. The text is for the operator.
#[derive(Debug, thiserror::Error)]
#[error("the log cannot be followed: {0}")]
pub struct LogError(pub String);

/// Resolves with an error if an accepted record could not be written, and with a closed channel otherwise. Success is known only by
/// reading the record back.
pub type Receipt = tokio::sync::oneshot::Receiver<AppendError>;

/// An ordered log with partitions. Records of one partition are read in the order in which they were written, by every server the
/// same.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Returns the current number of partitions. It may grow and never shrinks.
    async fn partitions(&self) -> Result<u32, LogError>;

    /// Returns which offsets a partition holds now.
    async fn range(&self, partition: Partition) -> Result<LogRange, LogError>;

    /// Puts a record into the queue of a partition and returns at once. Records that are appended one after another are written in
    /// this order, if they are written at all. Appending the same record twice writes it twice; the sequencer drops the
    /// repetition.
    ///
    /// # Errors
    /// [`AppendError::Busy`] if the bounded queue is full, or what the log already knows about the record.
    async fn append(&self, partition: Partition, record: Vec<u8>) -> Result<Receipt, AppendError>;

    /// Returns at most `limit` records from offset `from` on, or from the oldest one that is left. Fewer than `limit`, or none, if
    /// the end is near; it does not wait for more.
    async fn read(&self, partition: Partition, from: u64, limit: u32) -> Result<Vec<LogRecord>, LogError>;

    /// Follows a partition from offset `from` on. At most one follower of a partition may be in use at a time.
    fn follow(&self, partition: Partition, from: u64) -> Box<dyn LogFollower>;

    /// Allows the log to forget the records before offset `before`. A log with a retention of its own ignores it.
    async fn trim(&self, partition: Partition, before: u64) -> Result<(), LogError>;
}

/// Reads a partition in order and waits for new records.
#[async_trait]
pub trait LogFollower: Send {
    /// Returns the next records, at least one. Waits as long as the brokers are unreachable.
    ///
    /// # Errors
    /// The partition cannot be followed any further: records are gone, or the log is broken.
    async fn next(&mut self) -> Result<Vec<LogRecord>, LogError>;
}
