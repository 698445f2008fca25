//! The ids of the newest events, by which repeats are recognised.

use std::collections::{HashMap, VecDeque};

use crate::{
    faults,
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::Digest,
};

/// Number of ids that the sequencer remembers per partition. Older repeats are recognised by the archive.
pub const WINDOW: usize = 32_768;

/// The id of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowEntry {
    /// The channel of the event.
    pub channel: ChannelId,
    /// The id, unique within the channel.
    pub id: MessageId,
    /// The position of the event.
    pub pos: Pos,
    /// The account that requested the change.
    pub author: AccountId,
    /// The digest of its content.
    pub digest: Digest,
}

/// The ids of the newest events of one partition, oldest first.
#[derive(Clone, Debug)]
pub struct Window {
    capacity: usize,
    floor: u64,
    entries: VecDeque<WindowEntry>,
    by_id: HashMap<(ChannelId, MessageId), u64>,
    pushed: u64,
}

impl Default for Window {
    fn default() -> Self {
        Self::new(WINDOW)
    }
}

impl Window {
    /// Creates an empty window of `capacity` ids.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, floor: 0, entries: VecDeque::new(), by_id: HashMap::new(), pushed: 0 }
    }

    /// Restores a window from its stored floor and entries, oldest first.
    pub fn restore(floor: u64, entries: impl IntoIterator<Item = WindowEntry>) -> Self {
        Self::default().filled(floor, entries)
    }

    /// Fills this window from a stored floor and entries.
    pub(super) fn filled(mut self, floor: u64, entries: impl IntoIterator<Item = WindowEntry>) -> Self {
        self.floor = floor;
        entries.into_iter().for_each(|entry| self.push(entry));
        self
    }

    /// Returns the offset from which on the window has every id. A record whose writer searched fewer records may be a late
    /// copy.
    pub fn floor(&self) -> u64 {
        self.floor
    }

    /// Returns all entries, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &WindowEntry> {
        self.entries.iter()
    }

    /// Finds the entry of an id.
    pub fn find(&self, channel: &ChannelId, id: MessageId) -> Option<&WindowEntry> {
        if faults::is_seeded(faults::REPEATS) {
            return None;
        }
        let number = self.by_id.get(&(channel.clone(), id))?;
        let first = self.pushed - self.entries.len() as u64;
        self.entries.get(usize::try_from(number - first).ok()?)
    }

    /// Adds an entry, and removes the oldest if the window is full.
    pub(super) fn push(&mut self, entry: WindowEntry) {
        self.by_id.insert((entry.channel.clone(), entry.id), self.pushed);
        self.pushed += 1;
        self.entries.push_back(entry);
        if self.entries.len() > self.capacity
            && let Some(oldest) = self.entries.pop_front()
        {
            self.floor = oldest.pos.offset() + 1;
            self.by_id.remove(&(oldest.channel, oldest.id));
        }
    }
}
