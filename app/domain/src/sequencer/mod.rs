//! ⑧ The order of events. A pure state machine for one partition of the log: it turns records into events. Every server gets
//! the same result from the same records, whenever it starts to read. Before it on a message's way: `delivery/follower`,
//! which reads the log. After it: `delivery/hub` and `delivery/projector`, which deliver the event to clients and to the
//! archive.

mod sequenced;
mod window;

use std::{collections::HashMap, sync::Arc};

pub use sequenced::SequencedEvent;
pub use window::{WINDOW, Window, WindowEntry};

use crate::{
    clock::Timestamp,
    event::{Event, EventKind, Message},
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::{Action, Change, Digest, Record},
};

/// The newest event of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The position of the newest event.
    pub pos: Pos,
    /// The number of messages up to it.
    pub n: u64,
    /// Its time. Later events are not earlier.
    pub at: Timestamp,
}

/// What reading one record has yielded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The record is a change, and this was decided.
    Change(Decision),
    /// The record cannot be decoded or does not fit its channel. It goes to the dead letters and is never delivered.
    Rejected {
        /// For the operator; contains nothing of the record.
        reason: String,
    },
    /// The record is a marker, or belongs to an earlier generation.
    Skipped,
}

/// A change, and what was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The channel of the change.
    pub channel: ChannelId,
    /// The id of the change.
    pub id: MessageId,
    /// The account that requested it.
    pub author: AccountId,
    /// The digest of its content.
    pub digest: Digest,
    /// What was decided about the change.
    pub outcome: Outcome,
}

/// The decision on a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It became this event.
    Kept(Arc<SequencedEvent>),
    /// It repeats the change that became the event at this position.
    Repeat(Pos),
    /// Another change of the channel has this id.
    Conflict,
    /// Its writer had searched too few records to exclude that it is a late copy of an older event. Nothing changed; the
    /// writer has to search the archive and append it again.
    Stale,
}

/// Why a partition must not be read any further. Displayed as a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Offsets went backwards: the log's file was replaced, or its topic recreated.
    WentBack {
        /// The offset that was read.
        got: u64,
        /// The minimum offset expected.
        next: u64,
    },
    /// The log belongs to a later generation than the stored positions.
    NewerGeneration {
        /// The generation of the log.
        got: u32,
        /// The generation of the stored positions.
        ours: u32,
    },
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Broken::WentBack { got, next } => {
                write!(f, "the log went back: record {got} came where {next} or later was due")
            }
            Broken::NewerGeneration { got, ours } => {
                write!(f, "the log is of generation {got}, the stored positions are of generation {ours}")
            }
        }
    }
}

impl std::error::Error for Broken {}

/// The state machine of one partition.
#[derive(Clone, Debug)]
pub struct Sequencer {
    generation: u32,
    next: u64,
    heads: HashMap<ChannelId, Head>,
    window: Window,
}

impl Sequencer {
    /// Restores the state after reading everything before offset `next`.
    pub fn restore(generation: u32, next: u64, heads: HashMap<ChannelId, Head>, window: Window) -> Self {
        Self { generation, next, heads, window }
    }

    /// Returns the minimum offset expected next. Everything before it has been read.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Returns the generation of the log.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Returns the newest event of a channel; `None` until its creation has been read.
    pub fn head(&self, channel: &ChannelId) -> Option<Head> {
        self.heads.get(channel).copied()
    }

    /// Returns the ids of the newest events.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// Reads the record at `offset`. Offsets have to increase; gaps are allowed.
    ///
    /// # Errors
    /// [`Broken`] if this partition must not be read any further.
    pub fn read(&mut self, offset: u64, bytes: &[u8]) -> Result<Reading, Broken> {
        if offset < self.next {
            return Err(Broken::WentBack { got: offset, next: self.next });
        }
        self.next = offset + 1;
        let record = match Record::decode(bytes) {
            Ok(record) => record,
            Err(reason) => return Ok(Reading::Rejected { reason }),
        };
        let (Record::Marker { generation } | Record::Change(Change { generation, .. })) = record;
        if generation > self.generation {
            return Err(Broken::NewerGeneration { got: generation, ours: self.generation });
        }
        match record {
            Record::Change(change) if generation == self.generation => Ok(self.decide(offset, change)),
            _ => Ok(Reading::Skipped),
        }
    }

    fn decide(&mut self, offset: u64, change: Change) -> Reading {
        let Change { channel, id, at, after, action, .. } = change;
        let (author, digest) = (action.actor().clone(), action.digest());
        let head = self.heads.get(&channel).copied();
        let outcome = match self.window.find(&channel, id) {
            Some(first) if first.author == author && first.digest == digest => Outcome::Repeat(first.pos),
            Some(_) => Outcome::Conflict,
            None if after < self.window.floor() => Outcome::Stale,
            None => match (head, matches!(action, Action::Create { .. })) {
                (None, false) => return Reading::Rejected { reason: "its channel was never created".into() },
                (Some(_), true) => return Reading::Rejected { reason: "its channel exists already".into() },
                _ => {
                    let pos = Pos::new(self.generation, offset);
                    let (event, n) = self.keep(pos, channel.clone(), id, head, at, action);
                    self.window.push(WindowEntry { channel: channel.clone(), id, pos, author: author.clone(), digest });
                    Outcome::Kept(Arc::new(SequencedEvent::new(event, n, id, author.clone(), digest)))
                }
            },
        };
        Reading::Change(Decision { channel, id, author, digest, outcome })
    }

    fn keep(
        &mut self,
        pos: Pos,
        channel: ChannelId,
        id: MessageId,
        head: Option<Head>,
        at: Timestamp,
        action: Action,
    ) -> (Event, u64) {
        let before = head.unwrap_or(Head { pos: Pos::ZERO, n: 0, at });
        let is_message = matches!(action, Action::Message { .. });
        let now = Head { pos, n: before.n + u64::from(is_message), at: at.max(before.at) };
        let kind = match action {
            Action::Message { author, body, .. } => EventKind::Message(Message { id, author, body, n: now.n }),
            Action::Create { by, name, topic } => EventKind::Created { by, name, topic },
            Action::Join { who } => EventKind::Joined { who },
            Action::Leave { who } => EventKind::Left { who },
        };
        self.heads.insert(channel.clone(), now);
        (Event { channel, pos, prev: before.pos, at: now.at, kind }, now.n)
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
