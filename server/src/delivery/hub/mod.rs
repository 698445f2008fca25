//! ⑨ Tells everybody who is there, and remembers the newest events. Before it on a message's way: `delivery/follower`.
//! After it: `gateway/outbound`, which empties the bounded queue of each socket. An event is encoded once and shared by
//! all of them; a queue that overflows closes its socket, which then resumes: never a silent drop.

mod doors;
mod live;
mod room;
mod socket;
mod tell;

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{
    event::{Event, EventKind},
    ids::{AccountId, ChannelId, Pos},
    sequencer::Head,
    wire::ServerFrame,
};
use tokio::sync::mpsc;

use room::Room;
pub use room::{MISSED_MAX, Missed, RingView, Standing};
pub use socket::{Closing, SOCKET_QUEUE, Socket, SocketId, Text, encode};

use crate::{metrics::Counter, ports::event_log::Partition};

/// Bytes of projected events that all rings together keep; a full hub halves every ring.
const RINGS_BYTES_MAX: usize = 128 * 1024 * 1024;
/// While the archive takes nothing, rings that are too large are looked through once in so many bytes.
const HALVED_AGAIN_BYTES: usize = 4 * 1024 * 1024;
/// Joins that wait to be announced to the joiner's own sockets.
const JOINS_WAITING: usize = 4_096;

/// Somebody with open sockets became a member.
pub struct Joined {
    /// Who.
    pub account: AccountId,
    /// Where.
    pub channel: ChannelId,
}

/// Everybody who is there, and the newest events of every channel.
pub struct Hub {
    inner: Mutex<Inner>,
    joins: mpsc::Sender<Joined>,
    /// Counts each event once for each socket that it is told to.
    delivered: Counter,
}

#[derive(Default)]
struct Inner {
    rooms: HashMap<ChannelId, Room>,
    people: HashMap<AccountId, Person>,
    /// Open sockets of each network address.
    addresses: HashMap<IpAddr, usize>,
    projected: HashMap<Partition, u64>,
    ring_bytes: usize,
    /// What the archive did not hold when the rings were halved last: halving them again finds nothing before some of it is there.
    stuck_bytes: usize,
}

#[derive(Default)]
struct Person {
    /// Rises with each of this person's joins and leaves.
    version: u64,
    /// What it rose to with the last join or leave of each channel.
    changed: HashMap<ChannelId, u64>,
    sockets: HashMap<SocketId, Presence>,
}

impl Person {
    fn change(&mut self, channel: &ChannelId) {
        self.version += 1;
        self.changed.insert(channel.clone(), self.version);
    }
}

struct Presence {
    socket: Arc<Socket>,
    /// Set once its `resume` has been answered: from then on joins are announced to it.
    live: bool,
    channels: HashSet<ChannelId>,
    /// Channels that the directory knows and the log does not yet.
    awaited: HashSet<ChannelId>,
}

/// This person's memberships changed meanwhile: read them again.
#[derive(Debug)]
pub struct Changed;

impl Hub {
    /// A hub that counts there what it delivers, and what its announcer has to work through.
    pub fn new(delivered: Counter) -> (Self, mpsc::Receiver<Joined>) {
        let (joins, waiting) = mpsc::channel(JOINS_WAITING);
        (Self { inner: Mutex::default(), joins, delivered }, waiting)
    }

    /// Takes over the heads that the archive holds of a partition. What was known of it before is forgotten, and who heard it
    /// closed: they resume by what they hold.
    pub fn restore<'a>(&self, partition: Partition, heads: impl IntoIterator<Item = (&'a ChannelId, &'a Head)>) {
        let mut inner = self.lock();
        let inner = &mut *inner;
        // Until the projector says so again: the archive may have gone back.
        inner.projected.remove(&partition);
        let gone = inner.rooms.extract_if(|_, room| room.partition == partition);
        inner.ring_bytes -= gone.map(|(_, room)| room.close()).sum::<usize>();
        for (channel, head) in heads {
            inner.rooms.insert(channel.clone(), Room::new(partition, head.pos, head.n));
        }
    }

    /// Tells everybody in its channel of an event, the channel's `n`-th message so far.
    pub fn deliver(&self, partition: Partition, event: &Event, n: u64) {
        let frame = encode(&ServerFrame::Event(event.clone()));
        let mut inner = self.lock();
        let projected = inner.projected.get(&partition).copied().unwrap_or(0);
        let room = inner.rooms.entry(event.channel.clone()).or_insert_with(|| Room::new(partition, Pos::ZERO, 0));
        let grown = room.push(event, frame.clone(), n, projected);
        self.delivered.inc_by(room.tell(&frame) as u64);
        room.comings += u64::from(matches!(event.kind, EventKind::Joined { .. } | EventKind::Left { .. }));
        inner.ring_bytes = inner.ring_bytes.saturating_add_signed(grown);
        if inner.ring_bytes > RINGS_BYTES_MAX.max(inner.stuck_bytes + HALVED_AGAIN_BYTES) {
            inner.halve();
        }
        match &event.kind {
            EventKind::Created { .. } => self.begun(&mut inner, &event.channel),
            EventKind::Joined { who } => self.announce_in(&mut inner, &who.id, &event.channel),
            EventKind::Left { who } => inner.left(&who.id, &event.channel),
            _ => {}
        }
    }

    /// Everything of a partition before `next` is in the archive: rings may forget it.
    pub fn forget(&self, partition: Partition, next: u64) {
        let mut inner = self.lock();
        inner.projected.insert(partition, next);
        inner.stuck_bytes = 0;
    }

    /// A channel's newest event and the newest events that are held.
    pub fn newest(&self, channel: &ChannelId) -> RingView {
        self.lock().rooms.get(channel).map(Room::view).unwrap_or_default()
    }

    /// Bytes that all rings together hold.
    pub fn ring_bytes(&self) -> usize {
        self.lock().ring_bytes
    }

    /// Whether the log holds any channel.
    pub fn has_channels(&self) -> bool {
        !self.lock().rooms.is_empty()
    }

    /// A channel's head and its messages.
    pub fn head(&self, channel: &ChannelId) -> (Pos, u64) {
        self.lock().rooms.get(channel).map_or((Pos::ZERO, 0), Room::head)
    }

    /// How far a person has read by what they have said, as far as the archive does not hold it yet.
    pub fn read_by_saying(&self, channel: &ChannelId, account: &AccountId) -> Option<(Pos, u64)> {
        let inner = self.lock();
        let room = inner.rooms.get(channel)?;
        room.newest_by(account, inner.projected.get(&room.partition).copied().unwrap_or(0))
    }

    /// Where a channel's events go; `None` until its creation is in the log.
    pub fn partition(&self, channel: &ChannelId) -> Option<Partition> {
        self.lock().rooms.get(channel).map(|room| room.partition)
    }

    /// How often a person's memberships have changed since the first of the open sockets came.
    pub fn version(&self, account: &AccountId) -> u64 {
        self.lock().people.get(account).map_or(0, |person| person.version)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Nothing after the `left` event reaches who left.
    fn left(&mut self, account: &AccountId, channel: &ChannelId) {
        let Some(person) = self.people.get_mut(account) else { return };
        person.change(channel);
        let frame = encode(&ServerFrame::Left { channel: channel.clone() });
        for presence in person.sockets.values_mut() {
            if presence.channels.remove(channel) {
                if let Some(room) = self.rooms.get_mut(channel) {
                    room.remove(presence.socket.id);
                }
                presence.socket.tell(&frame);
            }
        }
    }

    fn halve(&mut self) {
        for room in self.rooms.values_mut() {
            let projected = self.projected.get(&room.partition).copied().unwrap_or(0);
            self.ring_bytes = self.ring_bytes.saturating_add_signed(room.halve(projected));
        }
        self.stuck_bytes = if self.ring_bytes > RINGS_BYTES_MAX { self.ring_bytes } else { 0 };
    }
}

#[cfg(test)]
mod tests;
