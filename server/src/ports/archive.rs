//! The archive: the projection of the event log that history is read from, stored beside the state of the sequencer.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use domain::{
    event::Event,
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::Digest,
    sequencer::{Head, SequencedEvent, Window},
};
use sha2::{Digest as _, Sha256};

use super::{StoreError, event_log::Partition};

/// The first 16 bytes of a SHA-256: of a record, to recognise it in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum(pub [u8; 16]);

impl Checksum {
    /// Returns the checksum of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut checksum = [0; 16];
        checksum.copy_from_slice(&Sha256::digest(bytes)[..16]);
        Self(checksum)
    }

    /// Returns the bytes, as a store keeps them.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

/// How far a partition has been projected, and the state of the sequencer there. Both are read in one snapshot.
#[derive(Clone, Debug)]
pub struct Projection {
    /// The generation of positions that the offsets belong to, from 1 on. Each replaced log begins a new one.
    pub generation: u32,
    /// The first offset that has not been projected.
    pub next: u64,
    /// The checksum of the record just before `next`. `None` if no record has been projected, or if the log was truncated.
    pub checksum: Option<Checksum>,
    /// The newest kept event of each channel of the partition.
    pub heads: HashMap<ChannelId, Head>,
    /// The ids that were kept last, by which a repeated change is recognised.
    pub window: Window,
}

/// How far one partition has been projected, without the state of the sequencer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The partition of the event log that this position belongs to.
    pub partition: Partition,
    /// See [`Projection::generation`].
    pub generation: u32,
    /// See [`Projection::next`].
    pub next: u64,
    /// See [`Projection::checksum`].
    pub checksum: Option<Checksum>,
}

/// How the archive is made to fit a log that does not continue from its positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogReplacement {
    /// The log is another one. New positions belong to a later generation, so that positions keep rising. Windows are emptied:
    /// older ids are found among the archived events. A channel stays in its partition modulo the number of partitions.
    NewLog {
        /// The new generation, greater than every earlier one.
        generation: u32,
        /// The first offset to read, for each partition of the log from 0 on.
        starts: Vec<u64>,
    },
    /// The log is the same one without its oldest records. Reading continues at these offsets; none moves a position back.
    Truncated(Vec<(Partition, u64)>),
}

/// Why a log was not replaced. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceLogError {
    /// This server holds a lease, so it is running, or was until a few seconds ago.
    #[error("the server {0} is running, or was until a few seconds ago")]
    InUse(String),
    /// The archive already has positions of this generation, or of a later one.
    #[error("positions of generation {0} exist already")]
    Later(u32),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The purpose of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseKind {
    /// Permits writing. It replaces an idle lease of another server at once.
    Active,
    /// Shows that a server is running. It ends when another server requests an active one.
    Idle,
}

/// Who may write a partition, and how far it has been projected, at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Whether the caller holds the lease now.
    pub is_ours: bool,
    /// [`Projection::next`] as stored now. Any server may have written it.
    pub next: u64,
}

/// What the projector writes in one transaction.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The server that writes; it must hold the partition's lease.
    pub holder: String,
    /// The partition of the event log that the records were read from.
    pub partition: Partition,
    /// The stored [`Projection::next`] that this batch continues from.
    pub from: u64,
    /// [`Projection::next`] after this batch.
    pub next: u64,
    /// The checksum of the record just before `next`.
    pub checksum: Checksum,
    /// The oldest offset that the window covers after this batch. Older window entries are deleted.
    pub window_floor: u64,
    /// The events that the sequencer kept, in log order.
    pub events: Vec<Arc<SequencedEvent>>,
    /// The records that could not be decoded.
    pub dead_letters: Vec<DeadLetter>,
}

/// A record that could not be decoded. It is stored, so that an operator can inspect it, and skipped.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// The record's offset.
    pub offset: u64,
    /// Why it could not be decoded.
    pub reason: String,
    /// The record's bytes.
    pub record: Vec<u8>,
}

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The stored position is not [`Batch::from`], or another server holds the lease. The caller must load the projection again.
    #[error("the projection was moved by another server")]
    Moved,
    /// The database failed. The batch may have been written, if the answer was lost.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which events of a channel to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The newest ones.
    Newest,
    /// The newest ones before this position.
    Before(Pos),
    /// The oldest ones after this position.
    After(Pos),
}

/// Events of a channel, and how far the archive was complete in the same snapshot.
#[derive(Clone, Debug)]
pub struct ArchivePage {
    /// The events, by rising position.
    pub events: Vec<Event>,
    /// The position before which everything of the partition has been projected.
    pub complete_to: Pos,
}

/// The change that is stored under an id, and how far the archive was complete in the same snapshot.
#[derive(Clone, Debug)]
pub struct Found {
    /// Position, author and digest of the change.
    pub kept: Option<(Pos, AccountId, Digest)>,
    /// The position before which everything of the partition has been projected.
    pub complete_to: Pos,
}

/// The projection of the event log. Several servers may write it: a partition's lease and its stored position decide whose batch is
/// taken, so that every record is projected exactly once.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Returns the projection of a partition. Creates an empty one if there is none, of the newest generation of the other
    /// partitions, or of generation 1.
    async fn load(&self, partition: Partition) -> Result<Projection, StoreError>;

    /// Takes or renews the lease of a partition for a number of seconds. Another holder keeps it until its time is over, unless that
    /// lease is [`LeaseKind::Idle`] and this one is not. Time is the database's, not the callers'. The partition must have been
    /// loaded before.
    async fn lease(
        &self,
        partition: Partition,
        holder: &str,
        seconds: u32,
        kind: LeaseKind,
    ) -> Result<Lease, StoreError>;

    /// Writes a batch in one transaction, all of it or nothing: events, window, heads, dead letters and the new position. Events
    /// that are stored already stay as they are, so writing a batch again after [`ApplyError::Store`] is safe.
    ///
    /// # Errors
    /// [`ApplyError::Moved`] if the batch does not continue from the stored position, or the holder does not hold the lease.
    async fn apply(&self, batch: &Batch) -> Result<(), ApplyError>;

    /// Returns at most `limit` events of a channel, from one snapshot.
    async fn page(
        &self,
        partition: Partition,
        channel: &ChannelId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<ArchivePage, StoreError>;

    /// Returns the number of messages of a channel up to and including a position. The position must have been projected.
    async fn count_to(&self, channel: &ChannelId, pos: Pos) -> Result<u64, StoreError>;

    /// Returns the first change that is stored under an id of a channel.
    async fn find(&self, partition: Partition, channel: &ChannelId, id: MessageId) -> Result<Found, StoreError>;

    /// Returns the position of every partition that has a projection, by partition.
    async fn positions(&self) -> Result<Vec<Position>, StoreError>;

    /// Makes the archive fit another log, or what is left of this one, in one transaction. Events and heads stay. For an operator's
    /// command, while no server runs.
    ///
    /// # Errors
    /// [`ReplaceLogError::InUse`] while any lease, active or idle, has not expired.
    async fn replace_log(&self, replacement: &LogReplacement) -> Result<(), ReplaceLogError>;
}
