//! What a channel's log says, as everybody reads it.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    drafts::MessageBody,
    ids::{AccountId, ChannelId, MessageId, Pos},
    names::{AccountName, ChannelName, DisplayName, Topic},
};

/// A person, as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Stays for ever.
    pub id: AccountId,
    /// What one logs in with.
    pub name: AccountName,
    /// What one is called.
    pub display_name: DisplayName,
}

/// One entry of a channel's one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The channel it stands in.
    pub channel: ChannelId,
    /// Its place.
    pub pos: Pos,
    /// The place of the event before it in this channel: who holds another one has a gap.
    pub prev: Pos,
    /// When the server took it; never earlier than the event before it.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened. A client skips what it does not know and still advances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// Somebody said something.
    Message(Message),
    /// The channel began.
    Created {
        /// Who made it.
        by: Account,
        /// Its name then.
        name: ChannelName,
        /// Its topic then.
        topic: Topic,
    },
    /// Somebody became a member.
    Joined {
        /// Who.
        who: Account,
    },
    /// Somebody is no member any more.
    Left {
        /// Who.
        who: Account,
    },
    /// A kind of a newer server.
    #[serde(other)]
    Unknown,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The sender's own id for it.
    pub id: MessageId,
    /// Who said it, named as then.
    pub author: Account,
    /// The text.
    pub body: MessageBody,
    /// The channel's messages counted densely from 1.
    pub n: u64,
}

impl Event {
    /// The message, if that is what it is.
    pub fn message(&self) -> Option<&Message> {
        match &self.kind {
            EventKind::Message(message) => Some(message),
            _ => None,
        }
    }
}
