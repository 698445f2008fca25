//! ⑨ Sends events to the sockets that are subscribed to their channel, and keeps the newest events. Before it on a message's
//! way: `delivery/follower`. After it: `gateway/outbound`, which empties the bounded queue of each socket. All sockets share
//! the bytes of an event. A queue that overflows closes its socket, whose client then resumes: no event is dropped silently.
//!
//! | module | what it does |
//! | --- | --- |
//! | `channel` | the state of one channel: its head, its newest events, its subscribed sockets |
//! | `socket` | one open socket: its queue, and how it is closed |

mod channel;
mod socket;

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::Arc,
};

use domain::{
    event::{Account, EventKind},
    ids::{AccountId, ChannelId, Pos, SessionId},
    limits::SOCKETS_PER_ACCOUNT_MAX,
    sequencer::{Head, SequencedEvent},
    wire::{CloseCode, ServerFrame},
};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::mpsc;

use channel::ChannelState;
pub use channel::{CatchUp, MISSED_MAX, RingView, Subscription};
pub use socket::{Closing, SOCKET_QUEUE, Socket, SocketId, Text, encode, event_frame};

use crate::{metrics::Counter, ports::event_log::Partition};

/// Bytes that all rings together may hold. When they hold more, every ring drops half of its archived events.
const RINGS_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Bytes by which the rings have to grow before they are halved again, while nothing in them is archived.
const HALVED_AGAIN_BYTES: usize = 4 * 1024 * 1024;
/// Joins that may wait to be announced to the sockets of the users who joined.
const JOINS_WAITING: usize = 4_096;

/// A user with open sockets has become a member of a channel: the sockets have to be notified.
pub struct Joined {
    pub(crate) account: AccountId,
    pub(crate) channel: ChannelId,
}

/// The memberships of this user changed since they were read: they have to be read again.
#[derive(Debug)]
pub struct StaleMembership;

/// The open sockets of this server, and the newest events of every channel.
pub struct Hub {
    inner: Mutex<Inner>,
    joins: mpsc::Sender<Joined>,
    /// Counts each event once for each socket that it is sent to.
    delivered: Counter,
}

#[derive(Default)]
struct Inner {
    channels: HashMap<ChannelId, ChannelState>,
    users: HashMap<AccountId, UserEntry>,
    /// Number of open sockets of each network address.
    addresses: HashMap<IpAddr, usize>,
    /// For each partition the offset before which everything is archived.
    projected: HashMap<Partition, u64>,
    ring_bytes: usize,
    /// Bytes that were left when the rings were halved last, if that was too much: halving again is of no use before more is
    /// archived.
    stuck_bytes: usize,
}

#[derive(Default)]
struct UserEntry {
    /// Rises with each of the user's joins and leaves.
    version: u64,
    /// The version that the user's last join or leave of each channel led to.
    changed: HashMap<ChannelId, u64>,
    connections: HashMap<SocketId, ConnectionEntry>,
}

impl UserEntry {
    fn change(&mut self, channel: &ChannelId) {
        self.version += 1;
        self.changed.insert(channel.clone(), self.version);
    }
}

struct ConnectionEntry {
    socket: Arc<Socket>,
    /// Set once its `resume` was answered. From then on joins are announced to the socket.
    is_resumed: bool,
    channels: HashSet<ChannelId>,
    /// Channels that the directory has and whose `created` event was not read from the log yet.
    awaited: HashSet<ChannelId>,
}

impl Hub {
    /// Returns a hub that counts deliveries in `delivered`, and the joins that have to be announced.
    pub fn new(delivered: Counter) -> (Self, mpsc::Receiver<Joined>) {
        let (joins, waiting) = mpsc::channel(JOINS_WAITING);
        (Self { inner: Mutex::default(), joins, delivered }, waiting)
    }

    /// Replaces everything that the hub holds of a partition by the heads from the archive. Subscribed sockets are closed:
    /// their clients resume from the positions that they have.
    pub fn restore<'a>(&self, partition: Partition, heads: impl IntoIterator<Item = (&'a ChannelId, &'a Head)>) {
        let mut inner = self.inner.lock();
        let inner = &mut *inner;
        // Unknown until the projector reports it again: the archive may have gone back.
        inner.projected.remove(&partition);
        for (_, channel) in inner.channels.extract_if(|_, channel| channel.partition == partition) {
            channel.close_sockets();
            inner.ring_bytes -= channel.ring_bytes();
        }
        for (channel, head) in heads {
            inner.channels.insert(channel.clone(), ChannelState::new(partition, head.pos, head.n));
        }
    }

    /// Appends an event to its channel and sends it to all subscribed sockets.
    pub fn deliver(&self, partition: Partition, event: &Arc<SequencedEvent>) {
        let frame = event_frame(event);
        let channel_id = &event.event.channel;
        let mut inner = self.inner.lock();
        let projected = inner.projected.get(&partition).copied().unwrap_or(0);
        let new = || ChannelState::new(partition, Pos::ZERO, 0);
        let channel = inner.channels.entry(channel_id.clone()).or_insert_with(new);
        let grown = channel.push(event.clone(), projected);
        self.delivered.inc_by(channel.send(&frame) as u64);
        if matches!(event.event.kind, EventKind::Joined { .. } | EventKind::Left { .. }) {
            channel.membership_version += 1;
        }
        inner.ring_bytes = inner.ring_bytes.saturating_add_signed(grown);
        if inner.ring_bytes > RINGS_BYTES_MAX.max(inner.stuck_bytes + HALVED_AGAIN_BYTES) {
            inner.halve_rings();
        }
        match &event.event.kind {
            EventKind::Created { .. } => self.on_channel_created(&mut inner, channel_id),
            EventKind::Joined { who } => self.queue_join(&mut inner, &who.id, channel_id),
            EventKind::Left { who } => inner.on_left(&who.id, channel_id),
            EventKind::Message(_) | EventKind::Unknown => {}
        }
    }

    /// Records that everything of a partition before offset `next` is archived: rings may drop it.
    pub fn set_projected(&self, partition: Partition, next: u64) {
        let mut inner = self.inner.lock();
        inner.projected.insert(partition, next);
        inner.stuck_bytes = 0;
    }

    /// Returns the newest events of a channel.
    pub fn ring(&self, channel: &ChannelId) -> RingView {
        self.inner.lock().channels.get(channel).map(ChannelState::view).unwrap_or_default()
    }

    /// Returns the bytes that all rings together hold.
    pub fn ring_bytes(&self) -> usize {
        self.inner.lock().ring_bytes
    }

    /// Returns whether the archive or the log holds any channel.
    pub fn has_channels(&self) -> bool {
        !self.inner.lock().channels.is_empty()
    }

    /// Returns the position of a channel's newest event, and how many messages the channel has.
    pub fn head(&self, channel: &ChannelId) -> (Pos, u64) {
        self.inner.lock().channels.get(channel).map_or((Pos::ZERO, 0), ChannelState::head)
    }

    /// Returns position and number of the user's newest message, if it is not archived yet: its author has read up to it, and
    /// the stored read marker does not include it yet.
    pub fn implicit_read_position(&self, channel: &ChannelId, account: &AccountId) -> Option<(Pos, u64)> {
        let inner = self.inner.lock();
        let channel = inner.channels.get(channel)?;
        channel.newest_by(account, inner.projected.get(&channel.partition).copied().unwrap_or(0))
    }

    /// Returns the partition of a channel, or `None` until its `created` event was read from the log.
    pub fn partition(&self, channel: &ChannelId) -> Option<Partition> {
        self.inner.lock().channels.get(channel).map(|channel| channel.partition)
    }

    /// Registers a socket. Returns `None` when the user has as many sockets as one account may have, or the address as many as
    /// `per_address`. Without `per_address` there is no limit.
    pub fn connect(&self, socket: &Arc<Socket>, per_address: Option<usize>) -> Option<()> {
        let mut inner = self.inner.lock();
        if per_address.is_some_and(|most| inner.is_at_limit(socket, most)) {
            return None;
        }
        *inner.addresses.entry(socket.address).or_default() += 1;
        let connection = ConnectionEntry {
            socket: socket.clone(),
            is_resumed: false,
            channels: HashSet::new(),
            awaited: HashSet::new(),
        };
        inner.users.entry(socket.account.id.clone()).or_default().connections.insert(socket.id, connection);
        Some(())
    }

    /// Removes a socket and its subscriptions.
    pub fn disconnect(&self, socket: &Socket) {
        let mut inner = self.inner.lock();
        let Some(user) = inner.users.get_mut(&socket.account.id) else { return };
        let Some(removed) = user.connections.remove(&socket.id) else { return };
        if user.connections.is_empty() {
            inner.users.remove(&socket.account.id);
        }
        for channel in removed.channels {
            if let Some(channel) = inner.channels.get_mut(&channel) {
                channel.remove(socket.id);
            }
        }
        inner.release_address(socket);
    }

    /// Returns all open sockets.
    pub fn sockets(&self) -> Vec<Arc<Socket>> {
        self.inner.lock().connections().map(|connection| connection.socket.clone()).collect()
    }

    /// Returns how many sockets are open.
    pub fn open_sockets(&self) -> u64 {
        self.inner.lock().addresses.values().map(|open| *open as u64).sum()
    }

    /// Closes all sockets of a session that has ended.
    pub fn end_session(&self, session: &SessionId) {
        self.close_where(CloseCode::SessionEnded, |socket| socket.session == *session);
    }

    /// Closes all sockets. Their clients connect to another server, or to this one again.
    pub fn close_all(&self) {
        self.close_where(CloseCode::GoingAway, |_| true);
    }

    /// Closes all sockets that are subscribed to a channel of this partition.
    pub fn close_partition(&self, partition: Partition) {
        let inner = self.inner.lock();
        let channels = inner.channels.values().filter(|channel| channel.partition == partition);
        channels.for_each(ChannelState::close_sockets);
    }

    fn close_where(&self, code: CloseCode, matches: impl Fn(&Socket) -> bool) {
        let inner = self.inner.lock();
        let sockets = inner.connections().map(|connection| &connection.socket);
        sockets.filter(|socket| matches(socket)).for_each(|socket| socket.close(code));
    }

    /// Subscribes a socket to channels, all in one step: every event after the returned heads is sent to it. Channels whose
    /// `created` event was not read yet are left out, and announced once it was.
    ///
    /// # Errors
    /// [`StaleMembership`] when the user's memberships have changed since `version`.
    pub fn subscribe(
        &self,
        socket: &Arc<Socket>,
        channels: &[(ChannelId, Option<Pos>)],
        version: u64,
    ) -> Result<Vec<Subscription>, StaleMembership> {
        let mut inner = self.inner.lock();
        let inner = &mut *inner;
        let user = inner.users.get_mut(&socket.account.id).filter(|user| user.version == version);
        let connection = user.and_then(|user| user.connections.get_mut(&socket.id)).ok_or(StaleMembership)?;
        connection.is_resumed = true;
        let mut subscriptions = Vec::with_capacity(channels.len());
        for (id, since) in channels {
            let Some(channel) = inner.channels.get_mut(id) else {
                connection.awaited.insert(id.clone());
                continue;
            };
            connection.channels.insert(id.clone());
            channel.add(socket);
            subscriptions.push(channel.subscription(id, *since));
        }
        Ok(subscriptions)
    }

    /// Subscribes all of a user's sockets to a channel, and sends `joined(head, n)` to those that were not subscribed before.
    ///
    /// # Errors
    /// [`StaleMembership`] when the user's membership of this channel has changed since `version`.
    pub fn subscribe_user(
        &self,
        account: &AccountId,
        channel: &ChannelId,
        version: u64,
        joined: impl Fn(Pos, u64) -> Text,
    ) -> Result<(), StaleMembership> {
        let mut inner = self.inner.lock();
        let inner = &mut *inner;
        let Some(user) = inner.users.get_mut(account) else { return Ok(()) };
        // Changes of other channels do not matter: each has an announcement of its own.
        if user.changed.get(channel).is_some_and(|changed| *changed > version) {
            return Err(StaleMembership);
        }
        let Some(state) = inner.channels.get_mut(channel) else { return Ok(()) };
        let (head, n) = state.head();
        let frame = joined(head, n);
        for connection in user.connections.values_mut().filter(|connection| connection.is_resumed) {
            if connection.channels.insert(channel.clone()) {
                state.add(&connection.socket);
                connection.socket.send(&frame);
            }
        }
        Ok(())
    }

    /// Returns whether a socket is subscribed to a channel.
    pub fn is_subscribed(&self, socket: &Socket, channel: &ChannelId) -> bool {
        let inner = self.inner.lock();
        inner.connection(socket).is_some_and(|connection| connection.channels.contains(channel))
    }

    /// Returns the heads of all channels that a socket is subscribed to.
    pub fn heads(&self, socket: &Socket) -> Vec<(ChannelId, Pos)> {
        let inner = self.inner.lock();
        let head = |id: &ChannelId| Some((id.clone(), inner.channels.get(id)?.head().0));
        let connection = inner.connection(socket);
        connection.into_iter().flat_map(|connection| connection.channels.iter().filter_map(head)).collect()
    }

    /// Returns a number that rises with each of the user's joins and leaves, from 0 when the first of the open sockets connected.
    pub fn user_version(&self, account: &AccountId) -> u64 {
        self.inner.lock().users.get(account).map_or(0, |user| user.version)
    }

    /// Returns a number that rises with each join and leave of a channel.
    pub fn membership_version(&self, channel: &ChannelId) -> u64 {
        self.inner.lock().channels.get(channel).map_or(0, |channel| channel.membership_version)
    }

    /// Has a channel announced to the sockets of a member that are not subscribed to it.
    pub fn announce_join(&self, account: &AccountId, channel: &ChannelId) {
        self.queue_join(&mut self.inner.lock(), account, channel);
    }

    /// Sends a read marker to the user's sockets that are subscribed to the channel. It may be lost.
    pub fn send_read_marker(&self, account: &AccountId, channel: &ChannelId, pos: Pos, n: u64) {
        let frame = encode(&ServerFrame::Read { channel: channel.clone(), pos, n });
        let inner = self.inner.lock();
        let connections = inner.users.get(account).into_iter().flat_map(|user| user.connections.values());
        for connection in connections.filter(|connection| connection.channels.contains(channel)) {
            connection.socket.try_send_lossy(&frame);
        }
    }

    /// Notifies all other members in a channel that a member is typing. The notification may be lost.
    pub fn send_typing(&self, channel: &ChannelId, who: &Account) {
        let frame = encode(&ServerFrame::Typing { channel: channel.clone(), who: who.clone() });
        if let Some(channel) = self.inner.lock().channels.get(channel) {
            channel.send_lossy_to_others(&frame, &who.id);
        }
    }

    /// Returns whether more than `most` members are subscribed to a channel on this server.
    pub fn has_more_members_than(&self, channel: &ChannelId, most: usize) -> bool {
        self.inner.lock().channels.get(channel).is_some_and(|channel| channel.has_more_members_than(most))
    }

    /// Announces a new channel to members who resumed before its `created` event was read.
    fn on_channel_created(&self, inner: &mut MutexGuard<'_, Inner>, channel: &ChannelId) {
        let awaits = |user: &mut UserEntry| {
            user.connections.values_mut().filter_map(|connection| connection.awaited.take(channel)).count() > 0
        };
        let users = inner.users.iter_mut().filter_map(|(id, user)| awaits(user).then(|| id.clone()));
        for account in users.collect::<Vec<_>>() {
            self.queue_join(inner, &account, channel);
        }
    }

    fn queue_join(&self, inner: &mut MutexGuard<'_, Inner>, account: &AccountId, channel: &ChannelId) {
        let Some(user) = inner.users.get_mut(account) else { return };
        user.change(channel);
        let joined = Joined { account: account.clone(), channel: channel.clone() };
        if self.joins.try_send(joined).is_err() {
            // Announcements are far behind. A client that resumes finds the channel in its `welcome`.
            user.connections.values().for_each(|connection| connection.socket.close(CloseCode::ReadTooSlowly));
        }
    }
}

impl Inner {
    fn connections(&self) -> impl Iterator<Item = &ConnectionEntry> {
        self.users.values().flat_map(|user| user.connections.values())
    }

    fn connection(&self, socket: &Socket) -> Option<&ConnectionEntry> {
        self.users.get(&socket.account.id)?.connections.get(&socket.id)
    }

    fn is_at_limit(&self, socket: &Socket, per_address: usize) -> bool {
        let of_user = self.users.get(&socket.account.id).map_or(0, |user| user.connections.len());
        let of_address = self.addresses.get(&socket.address).copied().unwrap_or(0);
        of_user >= SOCKETS_PER_ACCOUNT_MAX || of_address >= per_address
    }

    fn release_address(&mut self, socket: &Socket) {
        if let Some(count) = self.addresses.get_mut(&socket.address) {
            *count -= 1;
            if *count == 0 {
                self.addresses.remove(&socket.address);
            }
        }
    }

    /// Unsubscribes a user who left: the `left` event is the last one that the user's sockets receive.
    fn on_left(&mut self, account: &AccountId, channel: &ChannelId) {
        let Some(user) = self.users.get_mut(account) else { return };
        user.change(channel);
        let frame = encode(&ServerFrame::Left { channel: channel.clone() });
        for connection in user.connections.values_mut() {
            if connection.channels.remove(channel) {
                if let Some(state) = self.channels.get_mut(channel) {
                    state.remove(connection.socket.id);
                }
                connection.socket.send(&frame);
            }
        }
    }

    fn halve_rings(&mut self) {
        for channel in self.channels.values_mut() {
            let projected = self.projected.get(&channel.partition).copied().unwrap_or(0);
            self.ring_bytes = self.ring_bytes.saturating_add_signed(channel.halve(projected));
        }
        self.stuck_bytes = if self.ring_bytes > RINGS_BYTES_MAX { self.ring_bytes } else { 0 };
    }
}

#[cfg(test)]
mod tests;
