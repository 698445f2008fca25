//! Who wants to know who is there: one channel for each socket, and what its watchers were told. What changes is gathered:
//! a socket is told at most once in a second. Bounded by the open sockets.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    ids::{AccountId, ChannelId},
    limits::PRESENT_MAX,
    presence::Presence,
    wire::ServerFrame,
};

use super::table::PresenceTable;
use crate::delivery::{Socket, SocketId, Text, encode};

/// Members of a watched channel that are known; of a larger one some are never said to be there.
pub const MEMBERS_MAX: usize = 10_000;
/// A socket is told no more often.
const EVERY: Duration = Duration::from_secs(1);

type Who = BTreeMap<AccountId, Presence>;

/// Everybody who wants to know.
#[derive(Default)]
pub struct Watchers {
    channels: HashMap<ChannelId, Watched>,
    sockets: HashMap<SocketId, Watcher>,
    /// Those that have something to be told.
    due: HashSet<SocketId>,
}

#[derive(Default)]
struct Watched {
    /// The channel's members, and the number of comings that they were read at.
    members: Option<(u64, HashSet<AccountId>)>,
    /// Who is there, as watchers know it.
    told: Who,
    watchers: HashSet<SocketId>,
}

struct Watcher {
    socket: Arc<Socket>,
    channel: Option<ChannelId>,
    told_at: Option<Instant>,
    /// What it is to be told; `None`: everybody.
    news: Option<Who>,
}

impl Watchers {
    /// A socket wants to know of another channel, or of none.
    pub fn watch(&mut self, socket: &Arc<Socket>, channel: Option<ChannelId>) {
        self.unwatch(socket.id);
        let watcher = self.sockets.entry(socket.id).or_insert_with(|| Watcher {
            socket: socket.clone(),
            channel: None,
            told_at: None,
            news: None,
        });
        (watcher.channel, watcher.news) = (channel.clone(), None);
        if let Some(channel) = channel {
            self.channels.entry(channel).or_default().watchers.insert(socket.id);
            self.due.insert(socket.id);
        }
    }

    /// A socket has closed.
    pub fn disconnected(&mut self, socket: SocketId) {
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

    /// Channels whose members are not known, or were read before somebody came or went, with the number of comings now.
    /// Not those whose watchers could not be told yet: nobody makes the store read more than once in a second.
    pub fn unknown(&self, now: Instant, comings: impl Fn(&ChannelId) -> u64) -> Vec<(ChannelId, u64)> {
        let may_tell = |id| self.sockets.get(id).is_some_and(|watcher: &Watcher| watcher.may_be_told(now));
        let open = self.channels.iter().filter(|(_, watched)| watched.watchers.iter().any(may_tell));
        let with_number = open.map(|(channel, watched)| (channel, watched, comings(channel)));
        let is_unknown = |watched: &Watched, number| watched.members.as_ref().is_none_or(|(at, _)| *at != number);
        let unknown = with_number.filter(|(_, watched, number)| is_unknown(watched, *number));
        unknown.map(|(channel, _, number)| (channel.clone(), number)).collect()
    }

    /// The members of a channel, read when its comings had this number.
    pub fn learn(&mut self, channel: &ChannelId, comings: u64, members: Vec<AccountId>, people: &PresenceTable) {
        let Some(watched) = self.channels.get_mut(channel) else { return };
        let members: HashSet<AccountId> = members.into_iter().collect();
        let gone: Vec<AccountId> = watched.told.keys().filter(|known| !members.contains(*known)).cloned().collect();
        let there: Vec<AccountId> = match members.len() < people.present().len() {
            true => members.iter().filter(|member| people.state(member) != Presence::Offline).cloned().collect(),
            false => people.present().filter(|present| members.contains(*present)).cloned().collect(),
        };
        watched.members = Some((comings, members));
        let news = watched.differs(gone.iter().chain(&there), people);
        self.gather(channel, &news);
    }

    /// These people have come, gone, or changed.
    pub fn changed(&mut self, changed: &HashSet<AccountId>, people: &PresenceTable) {
        let mut news = Vec::new();
        for (channel, watched) in &mut self.channels {
            let Some((_, members)) = &watched.members else { continue };
            let both: Vec<AccountId> = match members.len() < changed.len() {
                true => members.iter().filter(|member| changed.contains(*member)).cloned().collect(),
                false => changed.iter().filter(|account| members.contains(*account)).cloned().collect(),
            };
            let differs = watched.differs(both.iter(), people);
            if !differs.is_empty() {
                news.push((channel.clone(), differs));
            }
        }
        news.iter().for_each(|(channel, news)| self.gather(channel, news));
    }

    fn gather(&mut self, channel: &ChannelId, news: &Who) {
        let Some(watched) = self.channels.get(channel).filter(|_| !news.is_empty()) else { return };
        for id in &watched.watchers {
            if let Some(waiting) = self.sockets.get_mut(id).and_then(|watcher| watcher.news.as_mut()) {
                waiting.extend(news.iter().map(|(account, state)| (account.clone(), *state)));
                self.due.insert(*id);
            }
        }
    }

    /// Tells those who have something to be told and were not told just now. Who does not hear the channel any more is told
    /// nothing; who reads slowly is told later.
    pub fn tell(&mut self, now: Instant, hears: impl Fn(&Socket, &ChannelId) -> bool) {
        let mut deaf = Vec::new();
        // Many have the same to be told: it is encoded once.
        let mut frames: HashMap<(ChannelId, Option<Who>), Text> = HashMap::new();
        let (channels, sockets) = (&self.channels, &mut self.sockets);
        self.due.retain(|id| {
            let Some(watcher) = sockets.get_mut(id) else { return false };
            let Some(channel) = &watcher.channel else { return false };
            let Some(watched) = channels.get(channel).filter(|watched| watched.members.is_some()) else { return true };
            if !watcher.may_be_told(now) {
                return true;
            }
            if !hears(&watcher.socket, channel) {
                deaf.push(*id);
                return false;
            }
            let key = (channel.clone(), watcher.news.take());
            let frame = frames.entry(key.clone()).or_insert_with(|| {
                let who = key.1.clone().unwrap_or_else(|| watched.told.clone());
                encode(&ServerFrame::Presence { channel: channel.clone(), who })
            });
            let told = watcher.socket.try_send_lossy(frame);
            watcher.told_at = Some(now);
            watcher.news = if told { Some(Who::new()) } else { key.1 };
            !told
        });
        deaf.into_iter().for_each(|id| self.unwatch(id));
    }
}

impl Watcher {
    fn may_be_told(&self, now: Instant) -> bool {
        self.told_at.is_none_or(|told| now.saturating_duration_since(told) >= EVERY)
    }
}

impl Watched {
    /// What is otherwise than the watchers know it, of these people; they know it from now on.
    fn differs<'a>(&mut self, of: impl Iterator<Item = &'a AccountId>, people: &PresenceTable) -> Who {
        let mut differs = Who::new();
        for account in of {
            let is_member = self.members.as_ref().is_some_and(|(_, members)| members.contains(account));
            let state = if is_member { people.state(account) } else { Presence::Offline };
            let known = self.told.get(account).copied().unwrap_or_default();
            let is_told = known != Presence::Offline;
            if state == known || (!is_told && self.told.len() >= PRESENT_MAX) {
                continue;
            }
            match state {
                Presence::Offline => self.told.remove(account),
                _ => self.told.insert(account.clone(), state),
            };
            differs.insert(account.clone(), state);
        }
        differs
    }
}

#[cfg(test)]
#[path = "watchers_tests.rs"]
mod tests;
