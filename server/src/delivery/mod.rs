//! The way of a change through the log: it is appended, read back, put in order, sent to sockets, and archived.
//!
//! A module names only modules above it in this list.
//!
//! | module | what it does |
//! | --- | --- |
//! | `error` | why a partition cannot be loaded or followed |
//! | `hub` | ⑨ sends events to sockets, and keeps the newest ones |
//! | `verdicts` | who waits for the verdict on which change |
//! | `partition` | what a partition's follower, projector and writers share |
//! | `partitions` | all partitions of this server, and the bound of what they hold in memory |
//! | `health` | whether the log answers, and is read in time |
//! | `handle` | the handle that other features and the tasks here use |
//! | `continuity` | whether the log continues where the archive ends |
//! | `submit` | from a requested change to the verdict on it |
//! | `follower` | ⑧ reads a partition of the log through the sequencer |
//! | `projector` | ⑨ writes events into the archive, beside the hub |
//! | `supervisor` | runs followers and projectors, reloads partitions, adds new ones |

mod continuity;
mod error;
mod follower;
mod handle;
mod health;
mod hub;
mod partition;
mod partitions;
mod projector;
mod submit;
mod supervisor;
mod verdicts;

pub use continuity::{Continuity, check_all, check_continuity, compare};
pub use error::LoadError;
pub use handle::{BeforeArchive, Delivery, Parts};
pub use health::{Health, Outage};
pub use hub::{
    CatchUp, Closing, Hub, Joined, MISSED_MAX, RingView, SOCKET_QUEUE, Socket, SocketId, StaleMembership, Subscription,
    Text, encode, event_frame,
};
pub use partition::PartitionState;
pub use partitions::PartitionSet;
pub use submit::{ChangeRequest, Submission, submit};
pub use supervisor::{run, start};
