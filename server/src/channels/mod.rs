//! Channels: made, listed, joined, left; and how others hear of it.

mod announce;
mod change;
mod outbox_relay;
mod view;

pub use announce::announce_joins;
pub use change::{create, join, leave};
pub use outbox_relay::{Announcements, announced, relay};
pub use view::{list, members, view, view_of};
