//! From the log to people: what was appended is read back, put in order, told to everybody who is there, and kept.
//!
//! | module | what it does |
//! | --- | --- |
//! | `follower` | ⑧ reads a partition of the log through the sequencer |
//! | `hub` | ⑨ tells sockets, and remembers the newest events |
//! | `projector` | ⑨ writes them into the archive, beside the hub |
//! | `lane` | what a partition's follower, projector and writers share |
//! | `waiting` | who waits for which verdict |
//! | `append` | from a wanted change to the verdict on it |
//! | `start` | brings a partition back to where it was |

mod append;
mod follower;
mod hub;
mod lane;
mod projector;
mod start;
mod waiting;

pub use append::{Begun, Wanted};
pub use follower::{catch_up, follow};
pub use hub::{
    Changed, Closing, Hub, Joined, Missed, RingView, SOCKET_QUEUE, Socket, SocketId, Standing, Text, encode,
};
pub use lane::Lane;
pub use projector::Projector;
pub use start::{belongs, load};

use std::sync::Arc;

use crate::ports::{Archive, EventLog, RecentHistory, event_log::Partition};

/// The log, what was made of it, and the partitions in between.
pub struct Delivery {
    /// Where changes become durable.
    pub log: Arc<dyn EventLog>,
    /// Where old events are read.
    pub archive: Arc<dyn Archive>,
    /// Where the newest events may be read faster.
    pub recent: Arc<dyn RecentHistory>,
    /// One for each partition, by number.
    pub lanes: Vec<Arc<Lane>>,
}

impl Delivery {
    /// A partition, if this server follows it.
    pub fn lane(&self, partition: Partition) -> Option<&Arc<Lane>> {
        self.lanes.get(usize::try_from(partition).ok()?)
    }
}
