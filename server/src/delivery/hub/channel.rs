//! A channel in the hub: its head, its newest events, and the sockets that are subscribed to it.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use domain::{
    ids::{AccountId, ChannelId, Pos},
    sequencer::SequencedEvent,
    wire::CloseCode,
};

use super::socket::{Socket, SocketId, Text};
use crate::ports::event_log::Partition;

/// Events that a ring keeps after they were archived, so that a first page or a resume after minutes costs no query.
const RING_EVENTS: usize = 256;
/// Events of one channel that a resuming client gets one by one. A client that missed more loads the newest page.
pub const MISSED_MAX: usize = 300;
/// Bytes that an event costs in memory beside its text, which is held twice: in the frame and decoded.
const EVENT_BYTES: usize = 512;

/// The newest events of a channel at one moment.
#[derive(Clone, Default)]
pub struct RingView {
    /// Position of the newest event.
    pub head: Pos,
    /// Number of messages in the channel.
    pub n: u64,
    /// The newest events without a gap, up to `head`. Older ones are in the archive.
    pub events: Vec<Arc<SequencedEvent>>,
}

impl RingView {
    /// Returns the position up to which events have to be read from the archive. All later ones are here.
    pub fn archived_to(&self) -> Pos {
        self.events.first().map_or(self.head, |first| first.event.prev)
    }
}

/// A socket's new subscription to a channel.
pub struct Subscription {
    pub(crate) channel: ChannelId,
    /// Position of the newest event. The socket receives every later one.
    pub(crate) head: Pos,
    /// Number of messages in the channel.
    pub(crate) n: u64,
    /// The events between the position that the client named and `head`.
    pub(crate) catch_up: CatchUp,
}

/// What a resuming client needs to catch up with a channel.
pub enum CatchUp {
    /// Nothing: it has every event, or named no position.
    Nothing,
    /// The client named a position that this channel does not have.
    Unknown,
    /// More events than are sent one by one.
    TooMuch,
    /// These events, all from the ring.
    Events(Vec<Arc<SequencedEvent>>),
    /// Events that the ring no longer has: the archived ones after `since`, then the ring.
    Older {
        /// Position of the last event that the client has.
        since: Pos,
        /// All events of the ring.
        ring: Vec<Arc<SequencedEvent>>,
    },
}

pub(super) struct ChannelState {
    pub(super) partition: Partition,
    head: Pos,
    n: u64,
    ring: VecDeque<Arc<SequencedEvent>>,
    /// Rises with every join and leave.
    pub(super) membership_version: u64,
    sockets: HashMap<SocketId, Arc<Socket>>,
}

impl ChannelState {
    pub(super) fn new(partition: Partition, head: Pos, n: u64) -> Self {
        Self { partition, head, n, ring: VecDeque::new(), membership_version: 0, sockets: HashMap::new() }
    }

    /// Appends an event to the ring and returns by how many bytes the ring grew.
    pub(super) fn push(&mut self, event: Arc<SequencedEvent>, projected: u64) -> isize {
        (self.head, self.n) = (event.event.pos, event.n);
        let mut grown = cost(&event);
        self.ring.push_back(event);
        while self.ring.len() > RING_EVENTS {
            match self.drop_oldest(projected) {
                0 => break,
                bytes => grown -= bytes,
            }
        }
        grown
    }

    /// Closes all subscribed sockets. Their clients reconnect and resume.
    pub(super) fn close_sockets(&self) {
        self.sockets.values().for_each(|socket| socket.close(CloseCode::GoingAway));
    }

    /// Returns the bytes that the ring holds.
    pub(super) fn ring_bytes(&self) -> usize {
        self.ring.iter().map(|event| cost(event).unsigned_abs()).sum()
    }

    /// Sends a frame to every subscribed socket and returns how many there are.
    pub(super) fn send(&self, frame: &Text) -> usize {
        self.sockets.values().for_each(|socket| socket.send(frame));
        self.sockets.len()
    }

    /// Sends a frame that may be lost to every subscribed socket, except those of one account.
    pub(super) fn send_lossy_to_others(&self, frame: &Text, sender: &AccountId) {
        let others = self.sockets.values().filter(|socket| socket.account.id != *sender);
        others.for_each(|socket| {
            socket.try_send_lossy(frame);
        });
    }

    /// Returns whether the sockets belong to more than `most` members. Checks few more sockets than `most`.
    pub(super) fn has_more_members_than(&self, most: usize) -> bool {
        let mut members = HashSet::new();
        self.sockets.len() > most
            && self.sockets.values().any(|socket| members.insert(&socket.account.id) && members.len() > most)
    }

    /// Returns position and number of a user's newest message among the events that are not archived yet.
    pub(super) fn newest_by(&self, account: &AccountId, projected: u64) -> Option<(Pos, u64)> {
        let unarchived = self.ring.iter().rev().map(|event| &event.event);
        let mut unarchived = unarchived.take_while(|event| event.pos.offset() >= projected);
        unarchived.find_map(|event| {
            let message = event.message().filter(|message| message.author.id == *account)?;
            Some((event.pos, message.n))
        })
    }

    pub(super) fn add(&mut self, socket: &Arc<Socket>) {
        self.sockets.insert(socket.id, socket.clone());
    }

    pub(super) fn remove(&mut self, socket: SocketId) {
        self.sockets.remove(&socket);
    }

    pub(super) fn head(&self) -> (Pos, u64) {
        (self.head, self.n)
    }

    pub(super) fn view(&self) -> RingView {
        RingView { head: self.head, n: self.n, events: self.ring.iter().cloned().collect() }
    }

    pub(super) fn subscription(&self, channel: &ChannelId, since: Option<Pos>) -> Subscription {
        let catch_up = match since {
            Some(since) if since < self.head => self.catch_up(since),
            Some(since) if since > self.head => CatchUp::Unknown,
            _ => CatchUp::Nothing,
        };
        Subscription { channel: channel.clone(), head: self.head, n: self.n, catch_up }
    }

    fn catch_up(&self, since: Pos) -> CatchUp {
        let precedes_ring = self.ring.front().is_some_and(|first| first.event.prev == since);
        let is_in_ring = self.ring.binary_search_by_key(&since, |event| event.event.pos).is_ok();
        // A position that is no event's takes this way too: the archive finds no event that follows it.
        if !precedes_ring && !is_in_ring {
            if self.ring.len() > MISSED_MAX {
                return CatchUp::TooMuch;
            }
            return CatchUp::Older { since, ring: self.ring.iter().cloned().collect() };
        }
        let from = self.ring.partition_point(|event| event.event.pos <= since);
        if self.ring.len() - from > MISSED_MAX {
            return CatchUp::TooMuch;
        }
        CatchUp::Events(self.ring.range(from..).cloned().collect())
    }

    /// Drops the older half of the ring, as far as it is archived, and returns by how many bytes the ring changed: zero or less.
    pub(super) fn halve(&mut self, projected: u64) -> isize {
        let mut change = 0;
        for _ in 0..self.ring.len().div_ceil(2) {
            match self.drop_oldest(projected) {
                // Newer events are not archived either.
                0 => break,
                bytes => change -= bytes,
            }
        }
        change
    }

    /// Drops the oldest event if it is archived, so that ring and archive always meet, and returns the bytes that it cost.
    fn drop_oldest(&mut self, projected: u64) -> isize {
        let is_archived = self.ring.front().is_some_and(|oldest| oldest.event.pos.offset() < projected);
        let oldest = if is_archived { self.ring.pop_front() } else { None };
        oldest.map_or(0, |oldest| cost(&oldest))
    }
}

fn cost(event: &SequencedEvent) -> isize {
    (2 * event.frame().len() + EVENT_BYTES) as isize
}
