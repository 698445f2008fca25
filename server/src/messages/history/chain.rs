//! The newest events of a channel without a gap, and the pages that can be cut from them.

use std::{ops::Deref, sync::Arc};

use domain::{
    api::History,
    event::Event,
    ids::{ChannelId, Pos},
    sequencer::SequencedEvent,
};

use crate::delivery::RingView;

/// Every event with `from < pos ≤ head`.
pub(super) struct Chain {
    from: Pos,
    head: Pos,
    events: Vec<Held>,
}

/// An event that is held in memory.
enum Held {
    Ring(Arc<SequencedEvent>),
    Cached(Event),
}

impl Deref for Held {
    type Target = Event;
    fn deref(&self) -> &Event {
        match self {
            Held::Ring(sequenced) => &sequenced.event,
            Held::Cached(event) => event,
        }
    }
}

impl Chain {
    /// Returns the events of a ring.
    pub(super) fn of(ring: &RingView) -> Self {
        let events = ring.events.iter().cloned().map(Held::Ring).collect();
        Self { from: ring.archived_to(), head: ring.head, events }
    }

    /// Returns the position of the channel's newest event.
    pub(super) fn head(&self) -> Pos {
        self.head
    }

    pub(super) fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().map(Deref::deref)
    }

    /// Puts the events of the cache in front, if they can be trusted: without a gap, and with the event before the first one
    /// here among them. They may reach further than this server has read.
    pub(super) fn join(&mut self, recent: History) {
        let follow = recent.events.windows(2).all(|pair| pair[1].prev == pair[0].pos);
        let mut older: Vec<Event> = recent.events;
        older.retain(|event| event.pos <= self.from);
        let (Some(first), Some(last)) = (older.first(), older.last()) else { return };
        if follow && last.pos == self.from && first.prev < first.pos {
            self.from = first.prev;
            self.events.splice(0..0, older.into_iter().map(Held::Cached));
        }
    }

    /// Returns the newest `limit` events before `before`, or of all; fewer if the channel has no more. Returns `None` if older
    /// events than these are needed.
    pub(super) fn before(&self, before: Option<Pos>, limit: usize) -> Option<Vec<Event>> {
        let end = before.map_or(self.events.len(), |before| self.events.partition_point(|event| event.pos < before));
        let is_whole = end >= limit || self.from == Pos::ZERO;
        is_whole.then(|| cloned(&self.events[end.saturating_sub(limit)..end]))
    }

    /// Returns the oldest `limit` events after `after`, or `None` if older events than these are needed.
    pub(super) fn after(&self, after: Pos, limit: usize) -> Option<Vec<Event>> {
        let start = self.events.partition_point(|event| event.pos <= after);
        let end = self.events.len().min(start.saturating_add(limit));
        (after >= self.from).then(|| cloned(&self.events[start..end]))
    }
}

fn cloned(events: &[Held]) -> Vec<Event> {
    events.iter().map(|event| (**event).clone()).collect()
}

/// Returns a page of events before a position.
pub(super) fn older_page(channel: &ChannelId, events: Vec<Event>, head: Pos) -> History {
    let from = events.first().map_or(Pos::ZERO, |first| first.prev);
    let to = events.last().map_or(from, |last| last.pos);
    page(channel, from, to, events, head)
}

/// Returns a page of events after a position.
pub(super) fn newer_page(channel: &ChannelId, events: Vec<Event>, after: Pos, head: Pos) -> History {
    let to = events.last().map_or(after.min(head), |last| last.pos);
    // A position that is no event's equals the one before it: no event is in between.
    let from = events.first().map_or(to, |first| if after == Pos::ZERO { after } else { after.max(first.prev) });
    page(channel, from, to, events, head)
}

fn page(channel: &ChannelId, from: Pos, to: Pos, events: Vec<Event>, head: Pos) -> History {
    History { channel: channel.clone(), from, to, events, has_older: from > Pos::ZERO, has_newer: head > to }
}

/// Joins two pages that meet. Otherwise returns the older one.
pub(super) fn joined(mut older: History, newer: History) -> History {
    if older.events.is_empty() {
        return newer;
    }
    if newer.events.first().is_none_or(|first| first.prev == older.to) {
        older.to = newer.events.last().map_or(older.to, |last| last.pos);
        older.events.extend(newer.events);
        older.has_newer = newer.has_newer;
    }
    older
}
