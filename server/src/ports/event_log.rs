//! ⑦ The log: where a message becomes durable. Before it on a message's way: `messages/post`. After it, in the adapter's
//! reading half: `delivery/follower`.

use async_trait::async_trait;

/// Number of a partition. A channel keeps its own for the life of a generation.
pub type Partition = u32;

/// One record, read back: durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// Rising, sparse.
    pub offset: u64,
    /// What was appended.
    pub bytes: Vec<u8>,
}

/// What the log still holds: offsets from `first` (if any are left) to before `next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRange {
    /// The oldest record held; `next` when none is.
    pub first: u64,
    /// No record at or after this offset exists yet.
    pub next: u64,
}

/// Why a record is not, or perhaps not, in the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// It is not there: too many are waiting to be written.
    #[error("the log's queue is full")]
    Busy,
    /// It is not there: the disk is full.
    #[error("the log's disk is full")]
    Full,
    /// It may be there or not.
    #[error("whether the record was written is unknown")]
    Unknown,
}

/// Why the log cannot be read. Following ends with it.
#[derive(Debug, thiserror::Error)]
#[error("the log cannot be followed: {0}")]
pub struct LogError(pub String);

/// Says when an accepted record could not be written. A success is learnt by reading the record back, nowhere else.
pub type Receipt = tokio::sync::oneshot::Receiver<AppendError>;

/// An ordered log with partitions.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// How many partitions there are now, numbered from 0. They may become more, never fewer.
    async fn partitions(&self) -> Result<u32, LogError>;

    /// What the log still holds.
    async fn range(&self, partition: Partition) -> Result<LogRange, LogError>;

    /// Accepts a record. Records accepted one after another stand in this order, if they are written at all.
    ///
    /// # Errors
    /// [`AppendError::Busy`] at once when the bounded queue is full, and what the log knows already.
    async fn append(&self, partition: Partition, record: Vec<u8>) -> Result<Receipt, AppendError>;

    /// Reads at most `limit` records from offset `from` on, as many as there are.
    async fn read(&self, partition: Partition, from: u64, limit: u32) -> Result<Vec<LogRecord>, LogError>;

    /// Follows a partition from `from` on.
    fn follow(&self, partition: Partition, from: u64) -> Box<dyn LogFollower>;

    /// Lets the log forget records before `before`. Only a hint: a log with a retention of its own keeps to that.
    async fn trim(&self, partition: Partition, before: u64) -> Result<(), LogError>;
}

/// Reads a partition in order, waiting for what is to come.
#[async_trait]
pub trait LogFollower: Send {
    /// The next records, at least one.
    ///
    /// # Errors
    /// The partition cannot be followed any further.
    async fn next(&mut self) -> Result<Vec<LogRecord>, LogError>;
}
