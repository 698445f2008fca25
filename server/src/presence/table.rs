//! Who is there: by the sockets that are open here, and by what other servers say of theirs. Bounded by those who are
//! connected somewhere, or were a minute ago.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use domain::{ids::AccountId, limits::OFFLINE_AFTER_S, presence::Presence};

use crate::delivery::SocketId;

const OFFLINE_AFTER: Duration = Duration::from_secs(OFFLINE_AFTER_S as u64);

/// Everybody who is there.
#[derive(Default)]
pub struct PresenceTable {
    all: HashMap<AccountId, Person>,
    changed: HashSet<AccountId>,
    unsaid: HashSet<AccountId>,
}

#[derive(Default)]
struct Person {
    here: Vec<(SocketId, Presence)>,
    /// What was last seen of somebody whose last socket here has gone, and when.
    left: Option<Word>,
    elsewhere: Vec<(String, Word)>,
}

#[derive(Clone, Copy)]
struct Word {
    state: Presence,
    at: Instant,
}

impl Word {
    fn holds(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.at) < OFFLINE_AFTER
    }
}

impl Person {
    /// By this server's own sockets.
    fn own(&self) -> Option<Presence> {
        let open = self.here.iter().map(|(_, state)| *state).min();
        open.or(self.left.map(|left| left.state))
    }

    fn state(&self) -> Presence {
        let said = self.elsewhere.iter().map(|(_, word)| word.state);
        said.chain(self.own()).min().unwrap_or_default()
    }

    /// Forgets what was said too long ago.
    fn forget(&mut self, now: Instant) {
        self.left = self.left.filter(|left| left.holds(now));
        self.elsewhere.retain(|(_, word)| word.holds(now));
    }
}

impl PresenceTable {
    /// A socket has opened: it counts as used until it says otherwise.
    pub fn connected(&mut self, account: &AccountId, socket: SocketId) {
        self.change(account, |person| {
            person.left = None;
            person.here.push((socket, Presence::Online));
        });
    }

    /// Says how a device is used.
    pub fn set_activity(&mut self, account: &AccountId, socket: SocketId, state: Presence) {
        // Whoever is connected is no further away than that.
        let state = state.min(Presence::Away);
        self.change(account, |person| {
            let found = person.here.iter_mut().find(|(open, _)| *open == socket);
            if let Some((_, known)) = found {
                *known = state;
            }
        });
    }

    /// A socket has closed. After the last one a person stays as they were for a while: a page that is loaded anew is no
    /// going away.
    pub fn disconnected(&mut self, account: &AccountId, socket: SocketId, now: Instant) {
        self.change(account, |person| {
            let before = person.own();
            let had = person.here.len();
            person.here.retain(|(open, _)| *open != socket);
            if person.here.is_empty() && had > 0 {
                person.left = before.map(|state| Word { state, at: now });
            }
        });
        self.unsaid.insert(account.clone());
    }

    /// Another server says how its people are.
    pub fn merge_remote(&mut self, server: &str, who: Vec<(AccountId, Presence)>, now: Instant) {
        for (account, state) in who {
            let word = Word { state: state.min(Presence::Away), at: now };
            self.change(&account, |person| {
                person.elsewhere.retain(|(other, _)| other != server);
                person.elsewhere.push((server.to_owned(), word));
            });
        }
    }

    /// Forgets who has been gone for long.
    pub fn forget(&mut self, now: Instant) {
        let changed = &mut self.changed;
        self.all.retain(|account, person| {
            let before = person.state();
            person.forget(now);
            if person.state() != before {
                changed.insert(account.clone());
            }
            person.state() != Presence::Offline
        });
    }

    /// Whether somebody is there.
    pub fn state(&self, account: &AccountId) -> Presence {
        self.all.get(account).map(Person::state).unwrap_or_default()
    }

    /// Everybody who is not offline.
    pub fn present(&self) -> impl ExactSizeIterator<Item = &AccountId> {
        self.all.keys()
    }

    /// Who has changed since this was asked last.
    pub fn take_changed(&mut self) -> HashSet<AccountId> {
        std::mem::take(&mut self.changed)
    }

    /// What the other servers have not heard of this one's people; with `all` everybody who is connected here.
    pub fn take_unpublished(&mut self, all: bool) -> Vec<(AccountId, Presence)> {
        let unsaid = std::mem::take(&mut self.unsaid);
        let own = |account: &AccountId| Some((account.clone(), self.all.get(account)?.own()?));
        match all {
            true => {
                let connected =
                    self.all.iter().filter(|(account, person)| !person.here.is_empty() || unsaid.contains(*account));
                connected.filter_map(|(account, _)| own(account)).collect()
            }
            false => unsaid.iter().filter_map(own).collect(),
        }
    }

    fn change(&mut self, account: &AccountId, change: impl FnOnce(&mut Person)) {
        let person = self.all.entry(account.clone()).or_default();
        let (before, own) = (person.state(), person.own());
        change(person);
        if person.state() != before {
            self.changed.insert(account.clone());
        }
        if person.own() != own {
            self.unsaid.insert(account.clone());
        }
        if person.state() == Presence::Offline {
            self.all.remove(account);
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
    fn the_most_used_device_counts() {
        let mut people = PresenceTable::default();
        people.connected(&ann(), 1);
        people.connected(&ann(), 2);
        people.set_activity(&ann(), 1, Presence::Away);
        assert_eq!(people.state(&ann()), Presence::Online, "the other one is used");
        people.set_activity(&ann(), 2, Presence::Offline);
        assert_eq!(people.state(&ann()), Presence::Away, "connected is no further away than that");
        people.set_activity(&ann(), 2, Presence::Online);
        people.disconnected(&ann(), 2, Instant::now());
        assert_eq!(people.state(&ann()), Presence::Away);
    }

    #[test]
    fn who_has_gone_is_offline_a_minute_after_the_last_socket() {
        let (mut people, now) = (PresenceTable::default(), Instant::now());
        people.connected(&ann(), 1);
        people.take_changed();
        people.disconnected(&ann(), 1, now);
        people.forget(now + seconds(59));
        assert_eq!((people.state(&ann()), people.take_changed().len()), (Presence::Online, 0), "a page loaded anew");
        people.forget(now + seconds(60));
        assert_eq!((people.state(&ann()), people.take_changed().len()), (Presence::Offline, 1));
        assert_eq!(people.present().len(), 0, "nothing is kept of who is not there");
    }

    #[test]
    fn who_comes_back_within_the_minute_was_never_away() {
        let (mut people, now) = (PresenceTable::default(), Instant::now());
        people.connected(&ann(), 1);
        people.disconnected(&ann(), 1, now);
        people.connected(&ann(), 2);
        people.forget(now + seconds(100));
        assert_eq!(people.state(&ann()), Presence::Online);
    }

    #[test]
    fn a_socket_that_never_came_in_counts_for_nobody() {
        let mut people = PresenceTable::default();
        people.disconnected(&ann(), 1, Instant::now());
        people.set_activity(&ann(), 1, Presence::Online);
        assert_eq!((people.state(&ann()), people.present().len()), (Presence::Offline, 0));
    }

    #[test]
    fn people_of_another_server_are_there_for_as_long_as_it_says_so() {
        let (mut here, mut there, now) = (PresenceTable::default(), PresenceTable::default(), Instant::now());
        there.connected(&ann(), 1);
        here.merge_remote("b", there.take_unpublished(false), now);
        assert_eq!(here.state(&ann()), Presence::Online);
        assert!(there.take_unpublished(false).is_empty(), "said once");
        here.merge_remote("b", there.take_unpublished(true), now + seconds(40));
        here.forget(now + seconds(99));
        assert_eq!(here.state(&ann()), Presence::Online, "and now and then again");
        there.disconnected(&ann(), 1, now + seconds(100));
        here.merge_remote("b", there.take_unpublished(false), now + seconds(100));
        here.forget(now + seconds(159));
        assert_eq!(here.state(&ann()), Presence::Online, "the minute begins with the end of the last socket");
        here.forget(now + seconds(160));
        assert_eq!(here.state(&ann()), Presence::Offline);
    }
}
