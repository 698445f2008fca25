//! The other side: one order of events at sparse places, and pages of it as the server cuts them.

use crate::{
    api::History,
    clock::Timestamp,
    drafts::MessageBody,
    event::{Account, Event, EventKind, Message},
    ids::{ChannelId, MessageId, Pos},
    names::{AccountName, DisplayName},
};

/// Events in a page.
pub const PAGE: usize = 3;
/// Events that a resume sends one by one; a reader that missed more gets a reset.
pub const MISSED_MAX: usize = 4;

/// A channel, as the server has it.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// The one order.
    pub events: Vec<Event>,
}

impl Server {
    /// A user sends a message; its place is `gap` after the newest event.
    pub fn say(&mut self, id: MessageId, who: &str, gap: u64) -> Event {
        let n = 1 + self.events.iter().filter(|event| event.message().is_some()).count() as u64;
        self.push(gap, EventKind::Message(Message { id, author: account(who), body: body(), n }))
    }

    /// A user joins.
    pub fn join(&mut self, who: &str, gap: u64) -> Event {
        self.push(gap, EventKind::Joined { who: account(who) })
    }

    fn push(&mut self, gap: u64, kind: EventKind) -> Event {
        let prev = self.head();
        let pos = Pos::new(1, prev.offset() + gap);
        self.events.push(Event { channel: channel(), pos, prev, at: Timestamp::default(), kind });
        self.events[self.events.len() - 1].clone()
    }

    /// Place of the newest event.
    pub fn head(&self) -> Pos {
        self.events.last().map_or(Pos::ZERO, |event| event.pos)
    }

    /// Place of a message; `None` if the server has no message with this id.
    pub fn place(&self, id: MessageId) -> Option<Pos> {
        self.events.iter().find(|event| event.message().is_some_and(|message| message.id == id)).map(|event| event.pos)
    }

    /// Every event with `from < pos ≤ to`.
    pub fn slice(&self, from: Pos, to: Pos) -> &[Event] {
        let (start, end) = (self.index(from), self.index(to));
        &self.events[start.min(end)..end]
    }

    /// Whether a place is the beginning or an event's.
    pub fn has(&self, pos: Pos) -> bool {
        pos == Pos::ZERO || self.index(pos).checked_sub(1).is_some_and(|before| self.events[before].pos == pos)
    }

    /// What follows a place; `None` if that is too much, or if there is no such place.
    pub fn missed(&self, since: Pos) -> Option<&[Event]> {
        let missed = self.slice(since, self.head());
        (self.has(since) && missed.len() <= MISSED_MAX).then_some(missed)
    }

    /// The newest page.
    pub fn newest(&self) -> History {
        self.back(self.events.len(), PAGE)
    }

    /// The page before a place.
    pub fn before(&self, pos: Pos) -> History {
        self.back(self.events.partition_point(|event| event.pos < pos), PAGE)
    }

    /// The page after a place.
    pub fn after(&self, pos: Pos) -> History {
        let start = self.index(pos);
        self.page(start, (start + PAGE).min(self.events.len()))
    }

    /// A page around a place, it among them.
    pub fn around(&self, pos: Pos) -> History {
        let middle = self.index(pos);
        self.page(middle.saturating_sub(PAGE - PAGE / 2), (middle + PAGE / 2).min(self.events.len()))
    }

    fn back(&self, end: usize, limit: usize) -> History {
        self.page(end.saturating_sub(limit), end)
    }

    fn page(&self, start: usize, end: usize) -> History {
        let place = |index: usize| index.checked_sub(1).map_or(Pos::ZERO, |before| self.events[before].pos);
        let (from, to) = (place(start), place(end));
        let events = self.events[start..end].to_vec();
        History { channel: channel(), from, to, events, has_older: from > Pos::ZERO, has_newer: self.head() > to }
    }

    fn index(&self, pos: Pos) -> usize {
        self.events.partition_point(|event| event.pos <= pos)
    }
}

/// The reader.
pub const ME: &str = "ann";

pub fn account(name: &str) -> Account {
    Account {
        id: name.parse().unwrap(),
        name: AccountName::parse(name).unwrap(),
        display_name: DisplayName::parse(name).unwrap(),
    }
}

pub fn body() -> MessageBody {
    MessageBody::parse("hi").unwrap()
}

/// The `number`-th id.
pub fn id(number: u64) -> MessageId {
    format!("019ab3de-7b1a-7c00-8000-{number:012x}").parse().unwrap()
}

fn channel() -> ChannelId {
    "c".parse().unwrap()
}
