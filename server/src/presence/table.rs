//! The presence of each user, by the sockets that are open here and by reports of peers. Bounded by the users who are connected
//! anywhere or were a minute ago.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use domain::{ids::AccountId, limits::OFFLINE_AFTER_S, presence::Presence as Activity};

use crate::delivery::SocketId;

const OFFLINE_AFTER: Duration = Duration::from_secs(OFFLINE_AFTER_S as u64);

/// The users who are not offline.
#[derive(Default)]
pub(super) struct PresenceTable {
    users: HashMap<AccountId, User>,
    /// Users whose presence changed since watchers were notified.
    changed: HashSet<AccountId>,
    /// Users whose presence on this server changed since peers were notified.
    unpublished: HashSet<AccountId>,
}

#[derive(Default)]
struct User {
    sockets: Vec<(SocketId, Activity)>,
    /// Activity when the last socket here closed.
    left: Option<Report>,
    /// The newest report of each peer.
    peers: Vec<(String, Report)>,
}

/// A activity that expires unless it is repeated.
#[derive(Clone, Copy)]
struct Report {
    activity: Activity,
    at: Instant,
}

impl Report {
    fn is_valid(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.at) < OFFLINE_AFTER
    }
}

impl User {
    /// Returns the activity on this server: that of the most active device.
    fn own(&self) -> Option<Activity> {
        let open = self.sockets.iter().map(|(_, activity)| *activity).min();
        open.or(self.left.map(|left| left.activity))
    }

    /// Returns the activity on all servers.
    fn activity(&self) -> Activity {
        let reported = self.peers.iter().map(|(_, report)| report.activity);
        reported.chain(self.own()).min().unwrap_or_default()
    }

    fn expire(&mut self, now: Instant) {
        self.left = self.left.filter(|left| left.is_valid(now));
        self.peers.retain(|(_, report)| report.is_valid(now));
    }
}

impl PresenceTable {
    /// Counts a socket that has opened. Its device is in use until it reports otherwise.
    pub(super) fn connected(&mut self, account: &AccountId, socket: SocketId) {
        self.change(account, |user| {
            user.left = None;
            user.sockets.push((socket, Activity::Online));
        });
    }

    /// Records whether a socket's device is in use. A connected user is never offline.
    pub(super) fn set_activity(&mut self, account: &AccountId, socket: SocketId, activity: Activity) {
        let activity = activity.min(Activity::Away);
        self.change(account, |user| {
            let found = user.sockets.iter_mut().find(|(open, _)| *open == socket);
            if let Some((_, known)) = found {
                *known = activity;
            }
        });
    }

    /// Forgets a socket that has closed. After the last one the user keeps the activity for a while, because a page that reloads closes its
    /// socket, too.
    pub(super) fn disconnected(&mut self, account: &AccountId, socket: SocketId, now: Instant) {
        self.change(account, |user| {
            let before = user.own();
            let had = user.sockets.len();
            user.sockets.retain(|(open, _)| *open != socket);
            if user.sockets.is_empty() && had > 0 {
                user.left = before.map(|activity| Report { activity, at: now });
            }
        });
        self.unpublished.insert(account.clone());
    }

    /// Takes over what a peer reports of its users.
    pub(super) fn merge_remote(&mut self, server: &str, who: &[(AccountId, Activity)], now: Instant) {
        for (account, activity) in who {
            let report = Report { activity: (*activity).min(Activity::Away), at: now };
            self.change(account, |user| {
                user.peers.retain(|(peer, _)| peer != server);
                user.peers.push((server.to_owned(), report));
            });
        }
    }

    /// Removes expired reports, and users who are offline.
    pub(super) fn expire(&mut self, now: Instant) {
        let changed = &mut self.changed;
        self.users.retain(|account, user| {
            let before = user.activity();
            user.expire(now);
            if user.activity() != before {
                changed.insert(account.clone());
            }
            user.activity() != Activity::Offline
        });
    }

    /// Returns a user's presence.
    pub(super) fn activity(&self, account: &AccountId) -> Activity {
        self.users.get(account).map(User::activity).unwrap_or_default()
    }

    /// Returns all users who are not offline.
    pub(super) fn present(&self) -> impl ExactSizeIterator<Item = &AccountId> {
        self.users.keys()
    }

    /// Returns the users whose presence has changed since the last call.
    pub(super) fn take_changed(&mut self) -> HashSet<AccountId> {
        std::mem::take(&mut self.changed)
    }

    /// Returns the presence on this server that peers do not know: of the users for whom it has changed since the last call, or with `all`
    /// of all users who are connected here, too.
    pub(super) fn take_unpublished(&mut self, all: bool) -> Vec<(AccountId, Activity)> {
        let unpublished = std::mem::take(&mut self.unpublished);
        let own = |account: &AccountId| Some((account.clone(), self.users.get(account)?.own()?));
        match all {
            true => {
                let connected = self
                    .users
                    .iter()
                    .filter(|(account, user)| !user.sockets.is_empty() || unpublished.contains(*account));
                connected.filter_map(|(account, _)| own(account)).collect()
            }
            false => unpublished.iter().filter_map(own).collect(),
        }
    }

    fn change(&mut self, account: &AccountId, change: impl FnOnce(&mut User)) {
        let user = self.users.entry(account.clone()).or_default();
        let (before, own) = (user.activity(), user.own());
        change(user);
        if user.activity() != before {
            self.changed.insert(account.clone());
        }
        if user.own() != own {
            self.unpublished.insert(account.clone());
        }
        if user.activity() == Activity::Offline {
            self.users.remove(account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ann() -> AccountId {
        "ann".parse().expect("an id")
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn most_active_device_decides() {
        let mut table = PresenceTable::default();
        table.connected(&ann(), 1);
        table.connected(&ann(), 2);
        table.set_activity(&ann(), 1, Activity::Away);
        assert_eq!(table.activity(&ann()), Activity::Online, "the other device is in use");
        table.set_activity(&ann(), 2, Activity::Offline);
        assert_eq!(table.activity(&ann()), Activity::Away, "a connected user is not offline");
        table.set_activity(&ann(), 2, Activity::Online);
        table.disconnected(&ann(), 2, Instant::now());
        assert_eq!(table.activity(&ann()), Activity::Away);
    }

    #[test]
    fn user_is_offline_a_minute_after_the_last_socket() {
        let (mut table, now) = (PresenceTable::default(), Instant::now());
        table.connected(&ann(), 1);
        table.take_changed();
        table.disconnected(&ann(), 1, now);
        table.expire(now + seconds(59));
        assert_eq!(
            (table.activity(&ann()), table.take_changed().len()),
            (Activity::Online, 0),
            "the page may be reloading"
        );
        table.expire(now + seconds(60));
        assert_eq!((table.activity(&ann()), table.take_changed().len()), (Activity::Offline, 1));
        assert_eq!(table.present().len(), 0, "offline users take no memory");
    }

    #[test]
    fn reconnect_within_the_minute_changes_nothing() {
        let (mut table, now) = (PresenceTable::default(), Instant::now());
        table.connected(&ann(), 1);
        table.disconnected(&ann(), 1, now);
        table.connected(&ann(), 2);
        table.expire(now + seconds(100));
        assert_eq!(table.activity(&ann()), Activity::Online);
    }

    #[test]
    fn socket_that_never_resumed_does_not_count() {
        let mut table = PresenceTable::default();
        table.disconnected(&ann(), 1, Instant::now());
        table.set_activity(&ann(), 1, Activity::Online);
        assert_eq!((table.activity(&ann()), table.present().len()), (Activity::Offline, 0));
    }

    #[test]
    fn users_of_a_peer_are_present_while_it_reports_them() {
        let (mut here, mut there, now) = (PresenceTable::default(), PresenceTable::default(), Instant::now());
        there.connected(&ann(), 1);
        here.merge_remote("b", &there.take_unpublished(false), now);
        assert_eq!(here.activity(&ann()), Activity::Online);
        assert!(there.take_unpublished(false).is_empty(), "published once");
        here.merge_remote("b", &there.take_unpublished(true), now + seconds(40));
        here.expire(now + seconds(99));
        assert_eq!(here.activity(&ann()), Activity::Online, "the report was repeated");
        there.disconnected(&ann(), 1, now + seconds(100));
        here.merge_remote("b", &there.take_unpublished(false), now + seconds(100));
        here.expire(now + seconds(159));
        assert_eq!(here.activity(&ann()), Activity::Online, "the minute begins when the last socket closes");
        here.expire(now + seconds(160));
        assert_eq!(here.activity(&ann()), Activity::Offline);
    }
}
