//! Events: the entries of a channel, as every client reads them.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    drafts::MessageBody,
    ids::{AccountId, ChannelId, MessageId, Pos},
    names::{AccountName, ChannelName, DisplayName, Topic},
};

/// An account as other users see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// Never changes and is never reused.
    pub id: AccountId,
    /// The name that the user logs in with.
    pub name: AccountName,
    /// The name that other users see.
    pub display_name: DisplayName,
}

/// One entry of a channel. All clients and servers see the same events of a channel in the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// The channel it belongs to.
    pub channel: ChannelId,
    /// Its position in the channel.
    pub pos: Pos,
    /// The position of the preceding event in this channel, 0 for the first. A client whose last event has another position
    /// has missed events.
    pub prev: Pos,
    /// When a server accepted it. Never earlier than the preceding event of the channel.
    pub at: Timestamp,
    /// What happened, with the fields of its kind.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened. Kinds may be added: a client ignores an unknown kind, but still advances to its position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventKind {
    /// A user sent a message.
    Message(Message),
    /// The channel was created; always its first event.
    Created {
        /// Its creator, who owns it.
        by: Account,
        /// Its name at that time.
        name: ChannelName,
        /// Its topic at that time.
        topic: Topic,
    },
    /// A user became a member.
    Joined {
        /// The new member.
        who: Account,
    },
    /// A user is no longer a member.
    Left {
        /// The former member.
        who: Account,
    },
    /// A kind of a newer server.
    #[serde(other)]
    Unknown,
}

/// A message of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// The id that its sender generated, unique within the channel.
    pub id: MessageId,
    /// Its author, with the names of that time.
    pub author: Account,
    /// The text as typed, after normalisation.
    pub body: MessageBody,
    /// Its number among the channel's messages: 1 for the first, without gaps.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub n: u64,
}

impl Event {
    /// Returns the message, if the event is one.
    pub fn message(&self) -> Option<&Message> {
        match &self.kind {
            EventKind::Message(message) => Some(message),
            _ => None,
        }
    }
}
