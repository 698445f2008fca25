//! Who comes in, who goes, and who is shown out.

use std::{collections::HashSet, sync::Arc};

use domain::{ids::SessionId, limits::SOCKETS_PER_ACCOUNT_MAX, wire::CloseCode};

use super::{Hub, Inner, Presence, Socket, room::Room};
use crate::ports::event_log::Partition;

impl Hub {
    /// Lets a socket in. `None` when this person has as many as one may have, or this address as many as `per_address`;
    /// without that number nobody is counted.
    pub fn enter(&self, socket: &Arc<Socket>, per_address: Option<usize>) -> Option<()> {
        let mut inner = self.lock();
        if per_address.is_some_and(|most| inner.is_crowded(socket, most)) {
            return None;
        }
        *inner.addresses.entry(socket.address).or_default() += 1;
        let presence =
            Presence { socket: socket.clone(), live: false, channels: HashSet::new(), awaited: HashSet::new() };
        inner.people.entry(socket.account.id.clone()).or_default().sockets.insert(socket.id, presence);
        Some(())
    }

    /// Lets a socket go.
    pub fn leave(&self, socket: &Socket) {
        let mut inner = self.lock();
        let Some(person) = inner.people.get_mut(&socket.account.id) else { return };
        let Some(gone) = person.sockets.remove(&socket.id) else { return };
        if person.sockets.is_empty() {
            inner.people.remove(&socket.account.id);
        }
        for channel in gone.channels {
            if let Some(room) = inner.rooms.get_mut(&channel) {
                room.remove(socket.id);
            }
        }
        inner.forget_address(socket);
    }

    /// Everybody's sockets.
    pub fn sockets(&self) -> Vec<Arc<Socket>> {
        let inner = self.lock();
        let sockets = inner.people.values().flat_map(|person| person.sockets.values());
        sockets.map(|presence| presence.socket.clone()).collect()
    }

    /// How many sockets are open.
    pub fn open_sockets(&self) -> u64 {
        self.lock().addresses.values().map(|open| *open as u64).sum()
    }

    /// Closes all sockets of a session.
    pub fn end_session(&self, session: &SessionId) {
        self.close_where(CloseCode::SessionEnded, |socket| socket.session == *session);
    }

    /// Closes every socket: this server is going.
    pub fn close_all(&self) {
        self.close_where(CloseCode::GoingAway, |_| true);
    }

    /// Closes every socket on which a channel of a partition is live.
    pub fn close_partition(&self, partition: Partition) {
        self.lock().rooms.values().filter(|room| room.partition == partition).for_each(Room::send_away);
    }

    fn close_where(&self, code: CloseCode, which: impl Fn(&Socket) -> bool) {
        let inner = self.lock();
        let sockets = inner.people.values().flat_map(|person| person.sockets.values());
        sockets.filter(|presence| which(&presence.socket)).for_each(|presence| presence.socket.close(code));
    }
}

impl Inner {
    fn is_crowded(&self, socket: &Socket, per_address: usize) -> bool {
        let of_person = self.people.get(&socket.account.id).map_or(0, |person| person.sockets.len());
        let of_address = self.addresses.get(&socket.address).copied().unwrap_or(0);
        of_person >= SOCKETS_PER_ACCOUNT_MAX || of_address >= per_address
    }

    fn forget_address(&mut self, socket: &Socket) {
        if let Some(count) = self.addresses.get_mut(&socket.address) {
            *count -= 1;
            if *count == 0 {
                self.addresses.remove(&socket.address);
            }
        }
    }
}
