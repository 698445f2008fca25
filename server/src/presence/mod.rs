//! Who is online, and who is typing. Nothing of it is stored.
//!
//! | module | what it does |
//! | --- | --- |
//! | `table` | who is online: by the sockets here, and by the reports of other servers |
//! | `watchers` | which socket watches which channel, and what it was sent |
//! | `typing` | limits how often a socket reports typing |

mod table;
mod typing;
mod watchers;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use domain::{
    ids::{AccountId, ChannelId},
    limits::TYPING_MEMBERS_MAX,
    presence::Presence as Activity,
};
use parking_lot::Mutex;
use tokio::time::{MissedTickBehavior, interval};

use table::PresenceTable;
pub use typing::TypingLimit;
use watchers::{MEMBERS_MAX, Watchers};

use crate::{
    cluster::{Cluster, SignalHandler},
    delivery::{Delivery, Socket},
    ports::{Directory, ephemeral::Signal},
};

/// Tick interval: the longest wait for the first answer to a new watcher.
const TICK: Duration = Duration::from_millis(200);
/// Ticks between two reports of changes to other servers, and between two removals of expired entries: one second.
const PUBLISH_CHANGES_EVERY: u64 = 5;
/// Ticks between two reports of all users to other servers: 20 seconds, three times before entries expire.
const PUBLISH_ALL_EVERY: u64 = 100;
/// Users in one signal between servers.
const USERS_PER_SIGNAL: usize = 500;
/// Channels whose members are loaded in one tick; others wait for the next.
const LOADS_PER_TICK: usize = 20;

/// Who is online, and which sockets watch it.
pub struct Presence {
    inner: Mutex<Inner>,
    directory: Arc<dyn Directory>,
    delivery: Arc<Delivery>,
    cluster: Arc<Cluster>,
}

#[derive(Default)]
struct Inner {
    table: PresenceTable,
    watchers: Watchers,
}

impl Presence {
    /// Returns the handle with no user online.
    pub fn new(directory: Arc<dyn Directory>, delivery: Arc<Delivery>, cluster: Arc<Cluster>) -> Self {
        Self { inner: Mutex::default(), directory, delivery, cluster }
    }

    /// Adds a socket that has resumed.
    pub fn connected(&self, socket: &Socket) {
        self.inner.lock().table.connected(&socket.account.id, socket.id);
    }

    /// Removes a socket that has closed, whether it had resumed or not.
    pub fn disconnected(&self, socket: &Socket, now: Instant) {
        let mut inner = self.inner.lock();
        inner.table.disconnected(&socket.account.id, socket.id, now);
        inner.watchers.disconnected(socket.id);
    }

    /// Sets how a device is used.
    pub fn set_activity(&self, socket: &Socket, activity: Activity) {
        self.inner.lock().table.set_activity(&socket.account.id, socket.id, activity);
    }

    /// Makes a socket watch a channel, and no other one. A channel that the socket is not subscribed to counts as none.
    pub fn watch(&self, socket: &Arc<Socket>, channel: Option<ChannelId>) {
        let channel = channel.filter(|channel| self.delivery.hub.is_subscribed(socket, channel));
        self.inner.lock().watchers.watch(socket, channel);
    }

    /// Merges a report of a server. A report of this server changes nothing.
    fn merge_remote(&self, server: &str, users: &[(AccountId, Activity)], now: Instant) {
        if server != self.cluster.name {
            self.inner.lock().table.merge_remote(server, users, now);
        }
    }

    /// Reports to a channel that the socket's user is typing. Does nothing if the socket is not subscribed, if the channel has more
    /// than [`TYPING_MEMBERS_MAX`] members, whom it would only distract, or if it was reported just now.
    pub async fn report_typing(&self, socket: &Socket, limit: &mut TypingLimit, channel: ChannelId) {
        let hub = &self.delivery.hub;
        if !hub.is_subscribed(socket, &channel) || hub.has_more_members_than(&channel, TYPING_MEMBERS_MAX) {
            return;
        }
        if limit.allows(&channel) {
            self.cluster.publish(Signal::Typing { channel, who: socket.account.clone() }).await;
        }
    }

    /// Notifies watchers and other servers of changes, for as long as the server runs.
    pub async fn run(&self) -> ! {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut tick = 0_u64;
        loop {
            ticks.tick().await;
            self.load_members().await;
            self.notify_watchers(tick.is_multiple_of(PUBLISH_CHANGES_EVERY));
            if tick.is_multiple_of(PUBLISH_CHANGES_EVERY) {
                self.publish(tick.is_multiple_of(PUBLISH_ALL_EVERY)).await;
            }
            tick = tick.wrapping_add(1);
        }
    }

    /// Loads the members of watched channels whose memberships changed.
    async fn load_members(&self) {
        let hub = &self.delivery.hub;
        let stale = self.inner.lock().watchers.stale(Instant::now(), |channel| hub.membership_version(channel));
        for (channel, version) in stale.into_iter().take(LOADS_PER_TICK) {
            let members = match self.directory.member_ids(&channel, MEMBERS_MAX).await {
                Ok(members) => members,
                // The next tick tries again.
                Err(error) => return tracing::debug!(%error, %channel, "members not loaded"),
            };
            let mut inner = self.inner.lock();
            let Inner { table, watchers } = &mut *inner;
            watchers.set_members(&channel, version, members, table);
        }
    }

    fn notify_watchers(&self, expires: bool) {
        let now = Instant::now();
        let mut inner = self.inner.lock();
        let Inner { table, watchers } = &mut *inner;
        if expires {
            table.expire(now);
        }
        let changed = table.take_changed();
        if !changed.is_empty() {
            watchers.on_change(&changed, table);
        }
        watchers.send(now, |socket, channel| self.delivery.hub.is_subscribed(socket, channel));
    }

    /// Sends the changes, or all users, to other servers.
    async fn publish(&self, all: bool) {
        let users = self.inner.lock().table.take_unpublished(all);
        for users in users.chunks(USERS_PER_SIGNAL) {
            let signal = Signal::Presence { server: self.cluster.name.clone(), who: users.to_vec() };
            self.cluster.publish(signal).await;
        }
    }
}

#[async_trait]
impl SignalHandler for Presence {
    async fn handle(&self, signal: &Signal) {
        match signal {
            Signal::Typing { channel, who } => self.delivery.hub.send_typing(channel, who),
            Signal::Presence { server, who } => self.merge_remote(server, who, Instant::now()),
            _ => {}
        }
    }
}
