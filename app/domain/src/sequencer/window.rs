//! The newest kept ids: what makes a late copy a repeat.

use std::collections::{HashMap, VecDeque};

use crate::{
    faults,
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::Digest,
};

/// How many kept ids the sequencer remembers. A copy that is later than so many messages is told by the archive.
pub const WINDOW: usize = 32_768;

/// One kept id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowEntry {
    /// Its channel.
    pub channel: ChannelId,
    /// The id, unique within the channel.
    pub id: MessageId,
    /// Where it stands.
    pub pos: Pos,
    /// Who asked for it.
    pub author: AccountId,
    /// Of what was asked for.
    pub digest: Digest,
}

/// The newest kept ids of one partition, oldest first.
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
    /// An empty one that holds `capacity` ids.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, floor: 0, entries: VecDeque::new(), by_id: HashMap::new(), pushed: 0 }
    }

    /// As it was stored: its floor and its entries, oldest first.
    pub fn restore(floor: u64, entries: impl IntoIterator<Item = WindowEntry>) -> Self {
        Self::default().filled(floor, entries)
    }

    /// This one, of its capacity, with what was stored.
    pub(super) fn filled(mut self, floor: u64, entries: impl IntoIterator<Item = WindowEntry>) -> Self {
        self.floor = floor;
        entries.into_iter().for_each(|entry| self.push(entry));
        self
    }

    /// Every kept id at or after this offset is here. A record whose writer looked at less may be a late copy.
    pub fn floor(&self) -> u64 {
        self.floor
    }

    /// Every entry, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &WindowEntry> {
        self.entries.iter()
    }

    /// The entry of an id.
    pub fn find(&self, channel: &ChannelId, id: MessageId) -> Option<&WindowEntry> {
        if faults::is_seeded(faults::REPEATS) {
            return None;
        }
        let number = self.by_id.get(&(channel.clone(), id))?;
        let first = self.pushed - self.entries.len() as u64;
        self.entries.get(usize::try_from(number - first).ok()?)
    }

    /// Remembers one more, forgetting the oldest when full.
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
