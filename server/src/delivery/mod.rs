//! From the log to people: what was appended is read back, put in order, told to everybody who is there, and kept.
//!
//! | module | what it does |
//! | --- | --- |
//! | `follower` | ⑧ reads a partition of the log through the sequencer |
//! | `hub` | ⑨ tells sockets, and remembers the newest events |
//! | `projector` | ⑨ writes them into the archive, beside the hub |
//! | `lane` | what a partition's follower, projector and writers share |
//! | `backlog` | how much of that the archive does not hold yet, and when it is too much |
//! | `lag` | asks how far the log goes beyond that, and whether it answers |
//! | `waiting` | who waits for which verdict |
//! | `append` | from a wanted change to the verdict on it |
//! | `start` | brings a partition back to where it was |
//! | `partitions` | keeps all of them going, and takes in new ones |

mod append;
mod backlog;
mod follower;
mod hub;
mod lag;
mod lane;
mod partitions;
mod projector;
mod start;
mod waiting;

pub use append::{Begun, Wanted};
pub use follower::checksum;
pub use hub::{
    Changed, Closing, Hub, Joined, MISSED_MAX, Missed, RingView, SOCKET_QUEUE, Socket, SocketId, Standing, Text, encode,
};
pub use lag::poll_high_watermarks;
pub use lane::Lane;
pub use start::{LoadError, belongs, goes_on};

use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::Duration,
};

use domain::error::ErrorCode;
use tokio::sync::mpsc;

use crate::{
    metrics::Metrics,
    ports::{Archive, Directory, EventLog, RecentHistory, event_log::Partition},
    trouble::Trouble,
};

/// What a [`Delivery`] is built from.
pub struct Parts {
    /// Name of this server among its peers: the holder of the archive's leases.
    pub server: String,
    /// Where changes become durable.
    pub log: Arc<dyn EventLog>,
    /// Whether several servers may read and write this log.
    pub is_log_shared: bool,
    /// Where events are stored and old ones are read.
    pub archive: Arc<dyn Archive>,
    /// Where the newest events may be read faster.
    pub recent: Arc<dyn RecentHistory>,
    /// Memberships and read markers.
    pub directory: Arc<dyn Directory>,
    /// Counters and histograms.
    pub metrics: Arc<Metrics>,
}

/// The log, the archive, and everything between the two on this server: the partitions and the hub. One handle, shared by all
/// that submit changes or read events.
pub struct Delivery {
    /// Name of this server among its peers.
    pub server: String,
    /// Where changes become durable.
    pub log: Arc<dyn EventLog>,
    is_log_shared: bool,
    /// Where old events are read.
    pub archive: Arc<dyn Archive>,
    /// Where the newest events may be read faster.
    pub recent: Arc<dyn RecentHistory>,
    directory: Arc<dyn Directory>,
    /// Open sockets and the newest events of each channel.
    pub hub: Arc<Hub>,
    /// The partitions that this server follows.
    pub lanes: Lanes,
    /// Whether the log answers.
    pub silence: Trouble,
    /// Whether it is read in time.
    pub behind: Trouble,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// The partitions that a server follows, by number. They become more, never fewer.
pub struct Lanes {
    all: RwLock<Vec<Arc<Lane>>>,
    /// Whether what waits for the archive is too much.
    pub full: Trouble,
}

impl Default for Lanes {
    fn default() -> Self {
        Self { all: RwLock::default(), full: backlog::full() }
    }
}

impl Lanes {
    /// All of them.
    pub fn all(&self) -> Vec<Arc<Lane>> {
        self.read().clone()
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.read().len() as u32
    }

    /// One of them.
    pub fn get(&self, partition: Partition) -> Option<Arc<Lane>> {
        self.read().get(usize::try_from(partition).ok()?).cloned()
    }

    /// The next number's.
    fn push(&self, lane: Arc<Lane>) {
        self.all.write().unwrap_or_else(PoisonError::into_inner).push(lane);
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Arc<Lane>>> {
        self.all.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delivery {
    /// Returns the handle, and the joins that have to be announced to the sockets of those who joined.
    pub fn new(parts: Parts) -> (Arc<Self>, mpsc::Receiver<Joined>) {
        let Parts { server, log, is_log_shared, archive, recent, directory, metrics } = parts;
        let (hub, joins) = Hub::new(metrics.events_delivered.clone());
        let delivery = Self {
            server,
            log,
            is_log_shared,
            archive,
            recent,
            directory,
            hub: Arc::new(hub),
            lanes: Lanes::default(),
            silence: lag::silence(),
            behind: lag::behind(),
            metrics,
        };
        (Arc::new(delivery), joins)
    }

    /// For how long this server has not heard what is said on others, or could take nothing; `None` while all is well.
    pub fn deaf_for(&self) -> Option<Duration> {
        [&self.silence, &self.behind, &self.lanes.full].into_iter().filter_map(Trouble::lasts).max()
    }

    /// A partition that is up to date.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`] for one that is being read anew, or that this server has not heard of yet.
    pub fn lane(&self, partition: Partition) -> Result<Arc<Lane>, ErrorCode> {
        self.lanes.get(partition).filter(|lane| lane.is_ready()).ok_or(ErrorCode::TryAgain)
    }
}
