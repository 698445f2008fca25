//! What servers write into the log. Only servers read records; people and programs read [`Event`](crate::event::Event)s.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    drafts::MessageBody,
    event::Account,
    ids::{AccountId, ChannelId, MessageId},
    names::{ChannelName, Topic},
};

/// One record of a partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// The first record of each partition: says which log this is.
    Marker {
        /// Which log positions belong to; starts at 1.
        generation: u32,
    },
    /// A change that somebody asks for; the sequencer decides whether it becomes an event.
    Change(Change),
}

/// A change to one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which log this was written for.
    pub generation: u32,
    /// The channel.
    pub channel: ChannelId,
    /// Identity within the channel: the same again is a repeat, not a second event.
    pub id: MessageId,
    /// When a server took it.
    pub at: Timestamp,
    /// The writer had looked for `id` in everything before this offset of the partition.
    pub after: u64,
    /// The change itself.
    pub action: Action,
}

/// What is to happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Say something.
    Message {
        /// Who says it.
        author: Account,
        /// The text.
        body: MessageBody,
        /// Of the body, made by the server that took it (see [`Digest`]).
        digest: Digest,
    },
    /// Begin a channel.
    Create {
        /// Who.
        by: Account,
        /// Its name.
        name: ChannelName,
        /// Its topic.
        topic: Topic,
    },
    /// Become a member.
    Join {
        /// Who.
        who: Account,
    },
    /// Be no member any more.
    Leave {
        /// Who.
        who: Account,
    },
}

/// The first 16 bytes of the body's SHA-256: enough to tell a repeat from another message under the same id, in a
/// window that holds tens of thousands of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub [u8; 16]);

impl Action {
    /// Who acts.
    pub fn actor(&self) -> &AccountId {
        match self {
            Action::Message { author: who, .. }
            | Action::Create { by: who, .. }
            | Action::Join { who }
            | Action::Leave { who } => &who.id,
        }
    }

    /// What tells two changes under one id apart, beside the actor.
    pub fn digest(&self) -> Digest {
        match self {
            Action::Message { digest, .. } => *digest,
            Action::Create { .. } => Digest([1; 16]),
            Action::Join { .. } => Digest([2; 16]),
            Action::Leave { .. } => Digest([3; 16]),
        }
    }
}

impl Record {
    /// As the log holds it.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a record holds strings and numbers only")
    }

    /// What the log holds, if it is a record of a kind that this program knows.
    ///
    /// # Errors
    /// A sentence for the operator's log; it never quotes the record.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|e| format!("at column {}: {:?}", e.column(), e.classify()))
    }
}
