//! A channel's newest events without a hole, and the pages that can be cut from them.

use std::sync::Arc;

use domain::{
    api::History,
    event::Event,
    ids::{ChannelId, Pos},
};

use crate::delivery::RingView;

/// Every event with `from < pos ≤ head`.
pub(super) struct Chain {
    from: Pos,
    head: Pos,
    events: Vec<Arc<Event>>,
}

impl Chain {
    /// What the ring holds.
    pub(super) fn of(ring: &RingView) -> Self {
        Self { from: ring.archived_to(), head: ring.head, events: ring.events.clone() }
    }

    /// The channel's newest place.
    pub(super) fn head(&self) -> Pos {
        self.head
    }

    /// The events.
    pub(super) fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().map(|event| &**event)
    }

    /// Puts what the recent cache holds in front, if that is to be trusted: without a hole, and the event before the first
    /// one here is among it. It may reach further than this server has read.
    pub(super) fn join(&mut self, recent: History) {
        let follow = recent.events.windows(2).all(|pair| pair[1].prev == pair[0].pos);
        let mut older: Vec<Event> = recent.events;
        older.retain(|event| event.pos <= self.from);
        let (Some(first), Some(last)) = (older.first(), older.last()) else { return };
        if follow && last.pos == self.from && first.prev < first.pos {
            self.from = first.prev;
            self.events.splice(0..0, older.into_iter().map(Arc::new));
        }
    }

    /// The newest `limit` events before `before` (or of all), or fewer where the channel has no more; nothing if that needs
    /// older ones than are here.
    pub(super) fn back(&self, before: Option<Pos>, limit: usize) -> Option<Vec<Event>> {
        let end = before.map_or(self.events.len(), |before| self.events.partition_point(|event| event.pos < before));
        let is_whole = end >= limit || self.from == Pos::ZERO;
        is_whole.then(|| cloned(&self.events[end.saturating_sub(limit)..end]))
    }

    /// The oldest `limit` events after `after`; nothing if that needs older ones than are here.
    pub(super) fn forth(&self, after: Pos, limit: usize) -> Option<Vec<Event>> {
        let start = self.events.partition_point(|event| event.pos <= after);
        let end = self.events.len().min(start.saturating_add(limit));
        (after >= self.from).then(|| cloned(&self.events[start..end]))
    }
}

fn cloned(events: &[Arc<Event>]) -> Vec<Event> {
    events.iter().map(|event| (**event).clone()).collect()
}

/// The page of events before a place.
pub(super) fn older_page(channel: &ChannelId, events: Vec<Event>, head: Pos) -> History {
    let from = events.first().map_or(Pos::ZERO, |first| first.prev);
    let to = events.last().map_or(from, |last| last.pos);
    page(channel, from, to, events, head)
}

/// The page of events after a place.
pub(super) fn newer_page(channel: &ChannelId, events: Vec<Event>, after: Pos, head: Pos) -> History {
    let to = events.last().map_or(after.min(head), |last| last.pos);
    // A place that is no event's is as good as the one before it: nothing stands between.
    let from = events.first().map_or(to, |first| if after == Pos::ZERO { after } else { after.max(first.prev) });
    page(channel, from, to, events, head)
}

fn page(channel: &ChannelId, from: Pos, to: Pos, events: Vec<Event>, head: Pos) -> History {
    History { channel: channel.clone(), from, to, events, has_older: from > Pos::ZERO, has_newer: head > to }
}

/// Two pages that meet, or the older alone.
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
