//! The handle that other features use, and that the tasks of this one share.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{error::ErrorCode, sequencer::SequencedEvent};
use tokio::sync::mpsc;

use super::{
    health::{self, Health},
    hub::{Hub, Joined},
    partition::PartitionState,
    partitions::PartitionSet,
};
use crate::{
    metrics::Metrics,
    ports::{Archive, Directory, EventLog, RecentHistory, StoreError, event_log::Partition},
};

/// A hook that the projector calls before it archives a batch of events.
#[async_trait]
pub trait BeforeArchive: Send + Sync {
    /// Stores what follows from these events. After a crash it is called again with the same events, so it has to be
    /// idempotent. Events of one channel are in order.
    ///
    /// # Errors
    /// [`StoreError`]: the batch is not archived, and is tried again later.
    async fn before_archive(&self, events: &[Arc<SequencedEvent>]) -> Result<(), StoreError>;
}

/// What a [`Delivery`] is built from.
pub struct Parts {
    /// Name of this server among its peers. It holds the archive's leases.
    pub server: String,
    /// Where changes become durable.
    pub log: Arc<dyn EventLog>,
    /// Whether other servers use this log too.
    pub is_log_shared: bool,
    /// Where events are stored and older ones are read.
    pub archive: Arc<dyn Archive>,
    /// Cache of the newest archived events.
    pub recent: Arc<dyn RecentHistory>,
    /// Accounts and memberships: without an account, reading a partition to its end writes nothing to the archive, and new partitions are announced to
    /// members.
    pub directory: Arc<dyn Directory>,
    /// What else has to be stored of events.
    pub before_archive: Arc<dyn BeforeArchive>,
    /// Counters and histograms of the server.
    pub metrics: Arc<Metrics>,
}

/// Appends changes to the log, follows its partitions, and delivers events to sockets and archive. Changes go in with [`submit`](super::submit()); events are read from the hub, the cache or the archive.
pub struct Delivery {
    pub(crate) server: String,
    pub(crate) log: Arc<dyn EventLog>,
    pub(super) is_log_shared: bool,
    pub(crate) archive: Arc<dyn Archive>,
    pub(crate) recent: Arc<dyn RecentHistory>,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) before_archive: Arc<dyn BeforeArchive>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) partitions: PartitionSet,
    pub(crate) health: Health,
    pub(super) metrics: Arc<Metrics>,
}

impl Delivery {
    /// Returns the handle, and the joins that have to be announced to the sockets of the users who joined. No partition is
    /// followed yet.
    pub fn new(parts: Parts) -> (Arc<Self>, mpsc::Receiver<Joined>) {
        let Parts { server, log, is_log_shared, archive, recent, directory, before_archive, metrics } = parts;
        let (hub, joins) = Hub::new(metrics.events_delivered.clone());
        let delivery = Self {
            server,
            log,
            is_log_shared,
            archive,
            recent,
            directory,
            before_archive,
            hub: Arc::new(hub),
            partitions: PartitionSet::default(),
            health: Health::default(),
            metrics,
        };
        (Arc::new(delivery), joins)
    }

    /// Returns a partition that is up to date.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`] while the partition is being reloaded, or when this server does not follow it yet.
    pub(crate) fn partition(&self, number: Partition) -> Result<Arc<PartitionState>, ErrorCode> {
        self.partitions.ready(number)
    }

    /// Watches how far the log goes beyond what was read, and whether it answers, until the process ends.
    pub async fn poll_high_watermarks(&self) -> ! {
        health::poll(&*self.log, &self.partitions, &self.health).await
    }
}
