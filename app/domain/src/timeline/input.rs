//! Inputs of a timeline, and what it has to load.

use super::own::Pending;
use crate::{
    api::History,
    error::ErrorCode,
    event::Event,
    ids::{MessageId, Pos},
};

/// What has to be loaded to close a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Need {
    /// There is no gap.
    Nothing,
    /// The newest page, which replaces all events held.
    Newest,
    /// The page after this position.
    After(Pos),
}

/// Something that changes a timeline.
#[derive(Clone, Debug)]
pub enum Input {
    /// A page that replaces all events held.
    Opened(History),
    /// The page before the events held.
    Older(History),
    /// The page after the events held.
    Newer(History),
    /// A live event.
    Live(Box<Event>),
    /// The position of the channel's newest event, from a heartbeat or a welcome.
    Head(Pos),
    /// The server reports that too many events were missed, and the position of the newest.
    Reset(Pos),
    /// The user sent a message.
    Sent(Pending),
    /// An own message was handed to a connection.
    Tried(MessageId),
    /// The server acknowledged an own message at this position.
    Acked(MessageId, Pos),
    /// The server refused an own message finally.
    Refused(MessageId, ErrorCode),
    /// The user retries a refused message.
    Retried(MessageId),
    /// The user discards a message.
    Discarded(MessageId),
}
