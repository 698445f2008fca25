//! ⑧ The one order. A pure state machine for one partition of the log: it turns records into events, in the same way on
//! every server, whatever its age. Before it on a message's way: `delivery/follower`, which reads the log. After it:
//! `delivery/hub` and `delivery/projector`, which tell people and the archive.

mod window;

use std::collections::HashMap;

pub use window::{WINDOW, Window, WindowEntry};

use crate::{
    clock::Timestamp,
    event::{Event, EventKind, Message},
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::{Action, Change, Digest, Record},
};

/// What the sequencer knows of a channel: its newest event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Place of the newest event.
    pub pos: Pos,
    /// Messages so far.
    pub n: u64,
    /// When the newest event was; no later one is earlier.
    pub at: Timestamp,
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A change was decided on.
    Change(Decision),
    /// It cannot be read, or speaks of a channel that never was: to be parked, never to be served.
    Unreadable {
        /// For the operator; holds nothing of the record's content.
        reason: String,
    },
    /// A marker, or a record of a log that has been given up.
    Skipped,
}

/// A change and what was decided on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The channel.
    pub channel: ChannelId,
    /// The change's id.
    pub id: MessageId,
    /// Who asked for it.
    pub author: AccountId,
    /// Of what was asked for.
    pub digest: Digest,
    /// What was decided.
    pub outcome: Outcome,
}

/// What was decided on a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It stands in the order.
    Kept(Box<Event>),
    /// It stands there already.
    Repeat(Pos),
    /// Another change stands under this id.
    Conflict,
    /// Its writer had looked at too little to know that it is no late copy: it has to look again.
    Stale,
}

/// Why a partition cannot be followed any further. Each is a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The log went back: a file was exchanged, or a topic made anew.
    WentBack {
        /// The offset that came.
        got: u64,
        /// The least offset that could come.
        next: u64,
    },
    /// The log belongs to a later generation than the stored positions.
    NewerGeneration {
        /// The log's.
        got: u32,
        /// The stored one.
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
    /// As it was when everything before offset `next` had been read.
    pub fn restore(generation: u32, next: u64, heads: HashMap<ChannelId, Head>, window: Window) -> Self {
        Self { generation, next, heads, window }
    }

    /// The least offset that may come next. Everything before it has been read.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The log that positions belong to.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The newest event of a channel; `None` until its creation has been read.
    pub fn head(&self, channel: &ChannelId) -> Option<Head> {
        self.heads.get(channel).copied()
    }

    /// The newest kept ids.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// Reads the record at `offset`.
    ///
    /// # Errors
    /// [`Broken`]: this partition must not be followed any further.
    pub fn read(&mut self, offset: u64, bytes: &[u8]) -> Result<Verdict, Broken> {
        if offset < self.next {
            return Err(Broken::WentBack { got: offset, next: self.next });
        }
        self.next = offset + 1;
        let record = match Record::decode(bytes) {
            Ok(record) => record,
            Err(reason) => return Ok(Verdict::Unreadable { reason }),
        };
        let (Record::Marker { generation } | Record::Change(Change { generation, .. })) = record;
        if generation > self.generation {
            return Err(Broken::NewerGeneration { got: generation, ours: self.generation });
        }
        match record {
            Record::Change(change) if generation == self.generation => Ok(self.decide(offset, change)),
            _ => Ok(Verdict::Skipped),
        }
    }

    fn decide(&mut self, offset: u64, change: Change) -> Verdict {
        let Change { channel, id, at, after, action, .. } = change;
        let (author, digest) = (action.actor().clone(), action.digest());
        let head = self.heads.get(&channel).copied();
        let outcome = match self.window.find(&channel, id) {
            Some(first) if first.author == author && first.digest == digest => Outcome::Repeat(first.pos),
            Some(_) => Outcome::Conflict,
            None if after < self.window.floor() => Outcome::Stale,
            None => match (head, matches!(action, Action::Create { .. })) {
                (None, false) => return Verdict::Unreadable { reason: "its channel was never created".into() },
                (Some(_), true) => return Verdict::Unreadable { reason: "its channel exists already".into() },
                _ => {
                    let event = self.keep(Pos::new(self.generation, offset), channel.clone(), id, head, at, action);
                    self.window.push(WindowEntry {
                        channel: channel.clone(),
                        id,
                        pos: event.pos,
                        author: author.clone(),
                        digest,
                    });
                    Outcome::Kept(Box::new(event))
                }
            },
        };
        Verdict::Change(Decision { channel, id, author, digest, outcome })
    }

    fn keep(
        &mut self,
        pos: Pos,
        channel: ChannelId,
        id: MessageId,
        head: Option<Head>,
        at: Timestamp,
        action: Action,
    ) -> Event {
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
        Event { channel, pos, prev: before.pos, at: now.at, kind }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
