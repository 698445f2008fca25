//! The archive: the log's projection that history is read from, with the sequencer's state beside it.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{
    event::Event,
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::Digest,
    sequencer::{Head, Window},
};

use super::{StoreError, event_log::Partition};

/// A fingerprint of one record: the first 16 bytes of its SHA-256.
pub type Checksum = [u8; 16];

/// Where the projection of a partition stands, and the sequencer's state there. Read in one snapshot.
#[derive(Clone, Debug)]
pub struct Projection {
    /// Which log the positions belong to.
    pub generation: u32,
    /// Everything before this offset is projected.
    pub next: u64,
    /// Of the record just before `next`.
    pub checksum: Option<Checksum>,
    /// The channels' heads.
    pub heads: HashMap<ChannelId, Head>,
    /// The newest kept ids.
    pub window: Window,
}

/// Where the projection of one partition stands, without the sequencer's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The partition.
    pub partition: Partition,
    /// Which log the positions belong to.
    pub generation: u32,
    /// Everything before this offset is projected.
    pub next: u64,
    /// Of the record just before `next`.
    pub checksum: Option<Checksum>,
}

/// How a projection is made to fit a log that does not go on from where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adoption {
    /// It is another log: later positions are of a later generation, so that they go on rising. Windows are emptied: what is
    /// older is found in the archive. Channels keep to their partition modulo the number of partitions.
    Anew {
        /// The new generation.
        generation: u32,
        /// For each of the log's partitions, from 0 on: the first offset to read.
        starts: Vec<u64>,
    },
    /// It is the same log, without its beginning: these partitions go on at these offsets. None goes back.
    GoOn(Vec<(Partition, u64)>),
}

/// Why a log was not adopted. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// A server writes the projection: this one, by its name.
    #[error("the server {0} is running, or was until a few seconds ago")]
    InUse(String),
    /// The projection is of this generation already, or of a later one.
    #[error("positions of generation {0} have begun already")]
    Later(u32),
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who may write a partition, and where its projection stands, in the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Whether the one who asked may write now.
    pub is_ours: bool,
    /// Everything before this offset is projected, whoever wrote it.
    pub next: u64,
}

/// What the projector writes in one transaction.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Who writes: holds the partition's lease.
    pub holder: String,
    /// The partition.
    pub partition: Partition,
    /// Where the projection must stand for this batch to fit.
    pub from: u64,
    /// Where it stands afterwards.
    pub next: u64,
    /// Of the record just before `next`.
    pub checksum: Checksum,
    /// The window's floor afterwards.
    pub window_floor: u64,
    /// Kept events, in order.
    pub events: Vec<ArchivedEvent>,
    /// Records that nobody could read.
    pub dead_letters: Vec<DeadLetter>,
}

/// A kept event and what the window needs of it.
#[derive(Clone, Debug)]
pub struct ArchivedEvent {
    /// The event.
    pub event: Event,
    /// How many messages the channel has with it.
    pub n: u64,
    /// The change's id.
    pub id: MessageId,
    /// Who asked for it.
    pub author: AccountId,
    /// Of what was asked for.
    pub digest: Digest,
}

/// A record that nobody could read.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// Its place.
    pub offset: u64,
    /// Why.
    pub reason: String,
    /// Its bytes.
    pub record: Vec<u8>,
}

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The projection stands elsewhere, or another server holds the lease: rebuild from the stored state.
    #[error("the projection was moved by another server")]
    Moved,
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which events of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The newest.
    Newest,
    /// The newest of those before this place.
    Before(Pos),
    /// The oldest of those after this place.
    After(Pos),
}

/// Events of a channel, and how far the archive was complete in the same snapshot.
#[derive(Clone, Debug)]
pub struct ArchivePage {
    /// Ascending.
    pub events: Vec<Event>,
    /// Everything of the partition before this place was projected, whatever its generation.
    pub complete_to: Pos,
}

/// What is kept under an id, and how far the archive was complete in the same snapshot.
#[derive(Clone, Debug)]
pub struct Found {
    /// Place, author and digest.
    pub kept: Option<(Pos, AccountId, Digest)>,
    /// Everything of the partition before this place was projected, whatever its generation.
    pub complete_to: Pos,
}

/// The projection of the log.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Where the projection stands; makes it where there is none: nothing projected, of the generation that the other
    /// partitions have, 1 for the first of all.
    async fn load(&self, partition: Partition) -> Result<Projection, StoreError>;

    /// Takes or prolongs the right to write a partition; not ours while another holder's has not ended, unless that one rests
    /// and this one does not. The store's clock counts, not the callers'.
    async fn lease(&self, partition: Partition, holder: &str, seconds: u32, rests: bool) -> Result<Lease, StoreError>;

    /// Writes a batch if it fits, all of it or nothing. Events that are there already are left as they are.
    async fn apply(&self, batch: &Batch) -> Result<(), ApplyError>;

    /// At most `limit` events of a channel.
    async fn page(
        &self,
        partition: Partition,
        channel: &ChannelId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<ArchivePage, StoreError>;

    /// How many messages a channel has up to a place, which lies before what is not projected yet.
    async fn count_to(&self, channel: &ChannelId, pos: Pos) -> Result<u64, StoreError>;

    /// What is kept under an id.
    async fn find(&self, partition: Partition, channel: &ChannelId, id: MessageId) -> Result<Found, StoreError>;

    /// Where the projection of each partition stands, by partition. Makes none.
    async fn stands(&self) -> Result<Vec<Stand>, StoreError>;

    /// Makes the projection fit another log, or what is left of this one; all of it or nothing. For an operator's command,
    /// while no server runs.
    async fn adopt(&self, adoption: &Adoption) -> Result<(), AdoptError>;
}
