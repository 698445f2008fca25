//! Records: what servers write to the log. Only servers read records; clients read [`Event`](crate::event::Event)s.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    drafts::MessageBody,
    event::Account,
    ids::{AccountId, ChannelId, MessageId},
    names::{ChannelName, Topic},
};

/// One record of a partition of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// The first record of each partition. It carries the generation of the log.
    Marker {
        /// The generation of the log: 1, and one more each time the log was replaced after a loss.
        generation: u32,
    },
    /// A requested change. The sequencer decides whether it becomes an event.
    Change(Change),
}

/// A requested change of one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The generation of the log that it was written for. Records of earlier generations are ignored.
    pub generation: u32,
    /// The channel to change.
    pub channel: ChannelId,
    /// The id of the change, unique within the channel: the same change with the same id is a repeat, not a second event.
    pub id: MessageId,
    /// When a server accepted it.
    pub at: Timestamp,
    /// The writer had found no event with this id before this offset of the partition.
    pub after: u64,
    /// The requested change.
    pub action: Action,
}

/// The kind of change, with its content. A server that does not know a kind stores its record as a dead letter: first release a version
/// that reads a new kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Adds a message.
    Message {
        /// The account that sent the message.
        author: Account,
        /// The text as it was typed.
        body: MessageBody,
        /// The digest of the body, computed by the server that accepted it.
        digest: Digest,
    },
    /// Creates the channel.
    Create {
        /// The creator, who becomes its owner.
        by: Account,
        /// The name at creation.
        name: ChannelName,
        /// The topic at creation.
        topic: Topic,
    },
    /// Adds a member.
    Join {
        /// The new member.
        who: Account,
    },
    /// Removes a member.
    Leave {
        /// The former member.
        who: Account,
    },
}

/// The first 16 bytes of the SHA-256 of a message's body. It distinguishes a repeat from another message with the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub [u8; 16]);

impl Action {
    /// Returns the account that requested the change.
    pub fn actor(&self) -> &AccountId {
        match self {
            Action::Message { author: who, .. }
            | Action::Create { by: who, .. }
            | Action::Join { who }
            | Action::Leave { who } => &who.id,
        }
    }

    /// Returns what distinguishes two changes with the same id and the same actor.
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
    /// Encodes the record for the log.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a record holds strings and numbers only")
    }

    /// Decodes a record of the log.
    ///
    /// # Errors
    /// If the bytes are not a record of a known kind: a reason for the operator's log, which never quotes the record.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|e| format!("at column {}: {:?}", e.column(), e.classify()))
    }
}
