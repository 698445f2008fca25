//! The sockets that watch the presence of a channel's members: one channel each, and what each was sent. Changes are collected, so that a
//! socket receives at most one frame per second. Bounded by the open sockets.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    ids::{AccountId, ChannelId},
    limits::PRESENT_MAX,
    presence::Presence as Activity,
    wire::ServerFrame,
};

use super::table::PresenceTable;
use crate::delivery::{Socket, SocketId, Text, encode};

/// Members of a watched channel that are read. Of a larger channel some are never reported.
pub(super) const MEMBERS_MAX: usize = 10_000;
/// Shortest interval between two frames to a socket.
const INTERVAL: Duration = Duration::from_secs(1);

type Who = BTreeMap<AccountId, Activity>;

/// The watched channels and the sockets that watch them.
#[derive(Default)]
pub(super) struct Watchers {
    channels: HashMap<ChannelId, WatchedChannel>,
    sockets: HashMap<SocketId, Watcher>,
    /// Sockets with something to send.
    due: HashSet<SocketId>,
}

#[derive(Default)]
struct WatchedChannel {
    /// The members, and the channel's membership version when they were read.
    members: Option<(u64, HashSet<AccountId>)>,
    /// The present members, as watchers know them.
    known: Who,
    watchers: HashSet<SocketId>,
}

struct Watcher {
    socket: Arc<Socket>,
    channel: Option<ChannelId>,
    sent_at: Option<Instant>,
    /// Changes to send; `None` means the whole list.
    changes: Option<Who>,
}

impl Watchers {
    /// Makes a socket watch another channel, or none.
    pub(super) fn watch(&mut self, socket: &Arc<Socket>, channel: Option<ChannelId>) {
        self.unwatch(socket.id);
        let watcher = self.sockets.entry(socket.id).or_insert_with(|| Watcher {
            socket: socket.clone(),
            channel: None,
            sent_at: None,
            changes: None,
        });
        (watcher.channel, watcher.changes) = (channel.clone(), None);
        if let Some(channel) = channel {
            self.channels.entry(channel).or_default().watchers.insert(socket.id);
            self.due.insert(socket.id);
        }
    }

    /// Forgets a socket that has closed.
    pub(super) fn disconnected(&mut self, socket: SocketId) {
        self.unwatch(socket);
        self.sockets.remove(&socket);
    }

    fn unwatch(&mut self, socket: SocketId) {
        self.due.remove(&socket);
        let Some(channel) = self.sockets.get_mut(&socket).and_then(|watcher| watcher.channel.take()) else { return };
        if let Some(watched) = self.channels.get_mut(&channel) {
            watched.watchers.remove(&socket);
            if watched.watchers.is_empty() {
                self.channels.remove(&channel);
            }
        }
    }

    /// Returns the channels whose members were not read at their current membership version, with this version. Channels whose watchers
    /// could not be sent anything yet are left out, so that no client can make the store read more than once per second.
    pub(super) fn stale(&self, now: Instant, version: impl Fn(&ChannelId) -> u64) -> Vec<(ChannelId, u64)> {
        let may_send = |id| self.sockets.get(id).is_some_and(|watcher: &Watcher| watcher.may_send(now));
        let open = self.channels.iter().filter(|(_, watched)| watched.watchers.iter().any(may_send));
        let with_version = open.map(|(channel, watched)| (channel, watched, version(channel)));
        let is_stale =
            |watched: &WatchedChannel, version| watched.members.as_ref().is_none_or(|(read, _)| *read != version);
        let stale = with_version.filter(|(_, watched, version)| is_stale(watched, *version));
        stale.map(|(channel, _, version)| (channel.clone(), version)).collect()
    }

    /// Sets the members of a channel, as read at this membership version.
    pub(super) fn set_members(
        &mut self,
        channel: &ChannelId,
        version: u64,
        members: Vec<AccountId>,
        table: &PresenceTable,
    ) {
        let Some(watched) = self.channels.get_mut(channel) else { return };
        let members: HashSet<AccountId> = members.into_iter().collect();
        let gone: Vec<AccountId> = watched.known.keys().filter(|known| !members.contains(*known)).cloned().collect();
        let present: Vec<AccountId> = match members.len() < table.present().len() {
            true => members.iter().filter(|member| table.activity(member) != Activity::Offline).cloned().collect(),
            false => table.present().filter(|present| members.contains(*present)).cloned().collect(),
        };
        watched.members = Some((version, members));
        let changes = watched.update(gone.iter().chain(&present), table);
        self.collect(channel, &changes);
    }

    /// Collects what has changed of these users for the watchers of their channels.
    pub(super) fn on_change(&mut self, changed: &HashSet<AccountId>, table: &PresenceTable) {
        let mut changes = Vec::new();
        for (channel, watched) in &mut self.channels {
            let Some((_, members)) = &watched.members else { continue };
            let both: Vec<AccountId> = match members.len() < changed.len() {
                true => members.iter().filter(|member| changed.contains(*member)).cloned().collect(),
                false => changed.iter().filter(|account| members.contains(*account)).cloned().collect(),
            };
            let of_channel = watched.update(both.iter(), table);
            if !of_channel.is_empty() {
                changes.push((channel.clone(), of_channel));
            }
        }
        changes.iter().for_each(|(channel, changes)| self.collect(channel, changes));
    }

    fn collect(&mut self, channel: &ChannelId, changes: &Who) {
        let Some(watched) = self.channels.get(channel).filter(|_| !changes.is_empty()) else { return };
        for id in &watched.watchers {
            if let Some(pending) = self.sockets.get_mut(id).and_then(|watcher| watcher.changes.as_mut()) {
                pending.extend(changes.iter().map(|(account, activity)| (account.clone(), *activity)));
                self.due.insert(*id);
            }
        }
    }

    /// Sends what was collected to each socket whose last frame is a second old. Ends the watch of a socket that is no longer subscribed.
    /// A socket whose queue is full is tried again later.
    pub(super) fn send(&mut self, now: Instant, is_subscribed: impl Fn(&Socket, &ChannelId) -> bool) {
        let mut unsubscribed = Vec::new();
        // Many sockets get the same frame: it is encoded once.
        let mut frames: HashMap<(ChannelId, Option<Who>), Text> = HashMap::new();
        let (channels, sockets) = (&self.channels, &mut self.sockets);
        self.due.retain(|id| {
            let Some(watcher) = sockets.get_mut(id) else { return false };
            let Some(channel) = &watcher.channel else { return false };
            let Some(watched) = channels.get(channel).filter(|watched| watched.members.is_some()) else { return true };
            if !watcher.may_send(now) {
                return true;
            }
            if !is_subscribed(&watcher.socket, channel) {
                unsubscribed.push(*id);
                return false;
            }
            let key = (channel.clone(), watcher.changes.take());
            let frame = frames.entry(key.clone()).or_insert_with(|| {
                let who = key.1.clone().unwrap_or_else(|| watched.known.clone());
                encode(&ServerFrame::Presence { channel: channel.clone(), who })
            });
            let is_sent = watcher.socket.try_send_lossy(frame);
            watcher.sent_at = Some(now);
            watcher.changes = if is_sent { Some(Who::new()) } else { key.1 };
            !is_sent
        });
        unsubscribed.into_iter().for_each(|id| self.unwatch(id));
    }
}

impl Watcher {
    fn may_send(&self, now: Instant) -> bool {
        self.sent_at.is_none_or(|sent| now.saturating_duration_since(sent) >= INTERVAL)
    }
}

impl WatchedChannel {
    /// Updates what watchers know of these users, and returns what has changed.
    fn update<'a>(&mut self, of: impl Iterator<Item = &'a AccountId>, table: &PresenceTable) -> Who {
        let mut changes = Who::new();
        for account in of {
            let is_member = self.members.as_ref().is_some_and(|(_, members)| members.contains(account));
            let activity = if is_member { table.activity(account) } else { Activity::Offline };
            let known = self.known.get(account).copied().unwrap_or_default();
            let is_known = known != Activity::Offline;
            if activity == known || (!is_known && self.known.len() >= PRESENT_MAX) {
                continue;
            }
            match activity {
                Activity::Offline => self.known.remove(account),
                _ => self.known.insert(account.clone(), activity),
            };
            changes.insert(account.clone(), activity);
        }
        changes
    }
}

#[cfg(test)]
mod tests;
