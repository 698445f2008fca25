//! What the archive holds of a partition, and the sequencer that a server makes of it.

use std::collections::HashMap;

use super::{
    super::{Decision, Head, Outcome, Reading, Sequencer, Window, WindowEntry},
    script::GENERATION,
};
use crate::ids::{ChannelId, MessageId, Pos};

/// One record that was read, as the projector gets it.
pub struct Read {
    offset: u64,
    floor: u64,
    head: Option<Head>,
    reading: Reading,
}

impl Read {
    /// What `sequencer` has just decided about the record at `offset`.
    pub fn new(offset: u64, sequencer: &Sequencer, reading: Reading) -> Self {
        let head = match &reading {
            Reading::Change(decision) => sequencer.head(&decision.channel),
            _ => None,
        };
        Self { offset, floor: sequencer.window().floor(), head, reading }
    }
}

/// The archive's rows.
pub struct Stored {
    capacity: usize,
    tidy: bool,
    next: u64,
    floor: u64,
    heads: HashMap<ChannelId, Head>,
    window: Vec<WindowEntry>,
    kept: Vec<WindowEntry>,
}

impl Stored {
    /// An empty archive. A `tidy` one deletes what the window has forgotten, any other only reads no more than fits.
    pub fn new(capacity: usize, tidy: bool) -> Self {
        let (next, floor, heads) = (0, 0, HashMap::new());
        Self { capacity, tidy, next, floor, heads, window: Vec::new(), kept: Vec::new() }
    }

    /// Takes one record in.
    pub fn write(&mut self, read: Read) {
        (self.next, self.floor) = (read.offset + 1, read.floor);
        if let Reading::Change(Decision { channel, id, author, digest, outcome: Outcome::Kept(kept) }) = read.reading {
            self.heads.extend(read.head.map(|head| (channel.clone(), head)));
            let entry = WindowEntry { channel, id, pos: kept.event.pos, author, digest };
            self.kept.push(entry.clone());
            self.window.push(entry);
        }
        if self.tidy {
            self.window.retain(|entry| entry.pos.offset() >= read.floor);
        }
    }

    /// The sequencer of a server that starts now.
    pub fn sequencer(&self) -> Sequencer {
        let newest = &self.window[self.window.len().saturating_sub(self.capacity)..];
        let window = Window::new(self.capacity).filled(self.floor, newest.iter().cloned());
        Sequencer::restore(GENERATION, self.next, self.heads.clone(), window)
    }

    /// Position of an id, among the written records.
    pub fn find(&self, channel: &ChannelId, id: MessageId) -> Option<Pos> {
        self.kept.iter().find(|one| one.channel == *channel && one.id == id).map(|one| one.pos)
    }

    /// Everything before this offset is written.
    pub fn complete_to(&self) -> u64 {
        self.next
    }
}
