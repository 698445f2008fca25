//! Who is there and who wants to know it, shared by all sockets of this server.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use domain::{
    ids::{AccountId, ChannelId},
    presence::Presence,
};

use super::{people::People, watchers::Watchers};
use crate::delivery::Socket;

/// Who is there, and who wants to know it.
#[derive(Default)]
pub struct Board(Mutex<Inner>);

#[derive(Default)]
pub(super) struct Inner {
    pub people: People,
    pub watchers: Watchers,
}

impl Board {
    /// A socket has resumed.
    pub fn came(&self, socket: &Socket) {
        self.lock().people.came(&socket.account.id, socket.id);
    }

    /// A socket has closed, whether it had resumed or not.
    pub fn went(&self, socket: &Socket, now: Instant) {
        let mut inner = self.lock();
        inner.people.went(&socket.account.id, socket.id, now);
        inner.watchers.went(socket.id);
    }

    /// Says how a device is used.
    pub fn uses(&self, socket: &Socket, state: Presence) {
        self.lock().people.uses(&socket.account.id, socket.id, state);
    }

    /// A socket wants to know who is there in a channel, and no more in the one before it.
    pub fn watch(&self, socket: &Arc<Socket>, channel: Option<ChannelId>) {
        self.lock().watchers.watch(socket, channel);
    }

    /// Another server says how its people are.
    pub fn heard(&self, server: &str, who: Vec<(AccountId, Presence)>, now: Instant) {
        self.lock().people.heard(server, who, now);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
