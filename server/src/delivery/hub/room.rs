//! One channel in the hub: its head, its newest events, the sockets that hear it.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use domain::{
    event::Event,
    ids::{AccountId, ChannelId, Pos},
    wire::CloseCode,
};

use super::socket::{Socket, SocketId, Text};
use crate::ports::event_log::Partition;

/// Events that a ring keeps once they are in the archive: a first page, and a resume after minutes, cost no query.
const RING_EVENTS: usize = 256;
/// Events of one channel that are sent one by one; whoever missed more loads the newest page.
pub const MISSED_MAX: usize = 300;
/// What an event costs beside its texts, of which it has two: the frame, and decoded.
const EVENT_BYTES: usize = 512;

/// An event that has been told.
#[derive(Clone)]
pub struct Delivered {
    /// Decoded.
    pub event: Arc<Event>,
    /// Encoded once, for all.
    pub frame: Text,
}

/// A channel's newest events, as they stood in one moment.
#[derive(Clone, Default)]
pub struct RingView {
    /// Place of the newest event.
    pub head: Pos,
    /// Messages so far.
    pub n: u64,
    /// The newest events, contiguous up to `head`. Whatever is older is in the archive.
    pub events: Vec<Arc<Event>>,
}

impl RingView {
    /// Everything up to here, and nothing after it, has to come from the archive.
    pub fn archived_to(&self) -> Pos {
        self.events.first().map_or(self.head, |first| first.prev)
    }
}

/// Where a channel stands for a socket that has just subscribed.
pub struct Standing {
    /// The channel.
    pub channel: ChannelId,
    /// Its newest place: live events follow from there.
    pub head: Pos,
    /// Messages so far.
    pub n: u64,
    /// What came after the place that the client named.
    pub missed: Missed,
}

/// What a client missed.
pub enum Missed {
    /// Nothing, or it did not ask.
    Nothing,
    /// The client holds a place that this channel does not have.
    Unknown,
    /// More than is sent one by one.
    TooMuch,
    /// These, all from the ring.
    Frames(Vec<Text>),
    /// Something older than the ring too: what is archived after `since`, then these.
    Older {
        /// The last place that the client has.
        since: Pos,
        /// The ring.
        ring: Vec<Delivered>,
    },
}

pub(super) struct Room {
    pub(super) partition: Partition,
    head: Pos,
    n: u64,
    ring: VecDeque<Delivered>,
    /// Rises with each who joins or leaves.
    pub(super) comings: u64,
    sockets: HashMap<SocketId, Arc<Socket>>,
}

impl Room {
    pub(super) fn new(partition: Partition, head: Pos, n: u64) -> Self {
        Self { partition, head, n, ring: VecDeque::new(), comings: 0, sockets: HashMap::new() }
    }

    /// Takes an event in; says by how many bytes the ring grew.
    pub(super) fn push(&mut self, event: &Event, frame: Text, n: u64, projected: u64) -> isize {
        (self.head, self.n) = (event.pos, n);
        let mut grown = cost(&frame);
        self.ring.push_back(Delivered { event: Arc::new(event.clone()), frame });
        while self.ring.len() > RING_EVENTS {
            match self.drop_oldest(projected) {
                0 => break,
                bytes => grown -= bytes,
            }
        }
        grown
    }

    /// Closes the sockets of everybody who hears it.
    pub(super) fn send_away(&self) {
        self.sockets.values().for_each(|socket| socket.close(CloseCode::GoingAway));
    }

    /// Sends everybody away; says how many bytes its ring held.
    pub(super) fn close(self) -> usize {
        self.send_away();
        self.ring.iter().map(|delivered| cost(&delivered.frame).unsigned_abs()).sum()
    }

    /// Tells every socket; says how many there are.
    pub(super) fn tell(&self, frame: &Text) -> usize {
        self.sockets.values().for_each(|socket| socket.tell(frame));
        self.sockets.len()
    }

    /// Tells everybody but one person something that may be lost.
    pub(super) fn hint(&self, frame: &Text, but: &AccountId) {
        let others = self.sockets.values().filter(|socket| socket.account.id != *but);
        others.for_each(|socket| {
            socket.hint(frame);
        });
    }

    /// Whether more people than `most` hear it. Looks at few more sockets than that, however many there are.
    pub(super) fn has_crowd(&self, most: usize) -> bool {
        let mut people = HashSet::new();
        self.sockets.len() > most
            && self.sockets.values().any(|socket| people.insert(&socket.account.id) && people.len() > most)
    }

    /// The newest message of a person among what the archive does not hold, and its number.
    pub(super) fn newest_by(&self, account: &AccountId, projected: u64) -> Option<(Pos, u64)> {
        let fresh = self.ring.iter().rev().map(|delivered| &delivered.event);
        let fresh = fresh.take_while(|event| event.pos.offset() >= projected);
        let own = |event: &Arc<Event>| {
            let message = event.message().filter(|message| message.author.id == *account)?;
            Some((event.pos, message.n))
        };
        fresh.filter_map(own).next()
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
        let events = self.ring.iter().map(|delivered| delivered.event.clone()).collect();
        RingView { head: self.head, n: self.n, events }
    }

    pub(super) fn standing(&self, channel: &ChannelId, since: Option<Pos>) -> Standing {
        let missed = match since {
            Some(since) if since < self.head => self.missed(since),
            Some(since) if since > self.head => Missed::Unknown,
            _ => Missed::Nothing,
        };
        Standing { channel: channel.clone(), head: self.head, n: self.n, missed }
    }

    fn missed(&self, since: Pos) -> Missed {
        let first = self.ring.front().is_some_and(|first| first.event.prev == since);
        let held = self.ring.binary_search_by_key(&since, |delivered| delivered.event.pos).is_ok();
        // A place that is no event's joins nothing: the archive finds that out too.
        if !first && !held {
            if self.ring.len() > MISSED_MAX {
                return Missed::TooMuch;
            }
            return Missed::Older { since, ring: self.ring.iter().cloned().collect() };
        }
        let from = self.ring.partition_point(|delivered| delivered.event.pos <= since);
        if self.ring.len() - from > MISSED_MAX {
            return Missed::TooMuch;
        }
        Missed::Frames(self.ring.range(from..).map(|delivered| delivered.frame.clone()).collect())
    }

    /// Forgets the older half of what the archive holds; says by how many bytes the ring shrank (a negative number).
    pub(super) fn halve(&mut self, projected: u64) -> isize {
        let mut shrunk = 0;
        for _ in 0..self.ring.len().div_ceil(2) {
            match self.drop_oldest(projected) {
                // What follows is newer, and not in the archive either.
                0 => break,
                bytes => shrunk -= bytes,
            }
        }
        shrunk
    }

    /// Never forgets what the archive does not hold: ring and archive always meet.
    fn drop_oldest(&mut self, projected: u64) -> isize {
        let safe = self.ring.front().is_some_and(|oldest| oldest.event.pos.offset() < projected);
        let oldest = if safe { self.ring.pop_front() } else { None };
        oldest.map_or(0, |oldest| cost(&oldest.frame))
    }
}

fn cost(frame: &Text) -> isize {
    (2 * frame.len() + EVENT_BYTES) as isize
}
