//! What a timeline is told, and what it then needs.

use super::Pending;
use crate::{
    api::History,
    error::ErrorCode,
    event::Event,
    ids::{MessageId, Pos},
};

/// What has to be loaded for the piece to be whole again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Need {
    /// Nothing.
    Nothing,
    /// The newest page, in place of all that is held.
    Newest,
    /// What follows this place.
    After(Pos),
}

/// What happened to a channel, as far as the page knows.
#[derive(Clone, Debug)]
pub enum Input {
    /// The page to begin with, or to begin anew with.
    Opened(History),
    /// What stands before what is held.
    Older(History),
    /// What follows what is held.
    Newer(History),
    /// An event of the live stream.
    Live(Box<Event>),
    /// The channel's newest place, as a heartbeat or a welcome says.
    Head(Pos),
    /// The server says that too much was missed.
    Reset(Pos),
    /// This person pressed Enter.
    Sent(Pending),
    /// It was handed to a link.
    Tried(MessageId),
    /// The server has it.
    Acked(MessageId, Pos),
    /// The server refused it for good.
    Refused(MessageId, ErrorCode),
    /// The person wants a refused one sent again.
    Retried(MessageId),
    /// The person wants a refused one gone.
    Discarded(MessageId),
}
