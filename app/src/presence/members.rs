//! The presence of the members of one channel, while their list is on the screen.

use domain::{
    ids::{AccountId, ChannelId},
    presence::Presence,
    wire::ClientFrame,
};
use leptos::prelude::*;

use crate::connection::send;

/// The presence of the members of the watched channel.
#[derive(Clone, Copy)]
pub struct MemberPresence {
    /// `None` until the server has answered. A member that is not listed is offline.
    pub states: RwSignal<Option<Vec<(AccountId, Presence)>>>,
    watched: StoredValue<Option<ChannelId>>,
    /// Whether the next frame of the server has all members, and not only changes.
    expects_all: StoredValue<bool>,
}

impl MemberPresence {
    pub(super) fn new() -> Self {
        Self { states: RwSignal::new(None), watched: StoredValue::new(None), expects_all: StoredValue::new(false) }
    }

    /// Watches a channel until the owner of the calling view is cleaned up.
    pub fn watch(self, channel: ChannelId) {
        self.states.set(None);
        self.watched.set_value(Some(channel.clone()));
        self.request();
        on_cleanup(move || {
            // Another channel may be watched by now.
            if self.watched.try_get_value().flatten() == Some(channel) {
                self.watched.set_value(None);
                self.request();
            }
        });
    }

    fn request(self) {
        self.expects_all.set_value(true);
        send(&ClientFrame::Watch { channel: self.watched.get_value().map(String::from) });
    }

    /// Watches the channel again after a welcome: the server knows nothing of an earlier connection.
    pub(super) fn on_welcome(self) {
        if self.watched.with_value(Option::is_some) {
            self.request();
        }
    }

    pub(super) fn on_presence(self, channel: &ChannelId, states: &[(AccountId, Presence)]) {
        if self.watched.get_value().as_ref() != Some(channel) {
            return;
        }
        let is_all = self.expects_all.get_value();
        self.expects_all.set_value(false);
        self.states.update(|held| match held {
            Some(held) if !is_all => {
                held.retain(|(known, _)| states.iter().all(|(changed, _)| changed != known));
                held.extend_from_slice(states);
            }
            _ => *held = Some(states.to_vec()),
        });
    }
}
