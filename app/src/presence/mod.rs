//! Who is there and who is writing, as the server says it; and what this device says of itself.

mod device;
mod marks;
mod writing;

use domain::{
    event::Account,
    ids::{AccountId, ChannelId},
    presence::Presence,
    wire::ClientFrame,
};
use leptos::prelude::*;

use crate::connection::send;
pub use marks::{OwnState, avatar_with_status, mark};
pub use writing::{WritingLine, writes};

/// Who is there and who is writing.
#[derive(Clone, Copy)]
pub struct People {
    /// How this device is used.
    pub own: RwSignal<Presence>,
    /// Who is there in the channel that is watched; `None` until the server has said so.
    pub who: RwSignal<Option<Vec<(AccountId, Presence)>>>,
    writing: RwSignal<Vec<(ChannelId, Account, f64)>>,
    watched: StoredValue<Option<ChannelId>>,
    /// What the server says next of the watched channel is all of it.
    whole: StoredValue<bool>,
}

impl Default for People {
    fn default() -> Self {
        Self {
            own: RwSignal::new(Presence::Online),
            who: RwSignal::new(None),
            writing: RwSignal::default(),
            watched: StoredValue::new(None),
            whole: StoredValue::new(false),
        }
    }
}

impl People {
    /// Wants to know who is there in a channel, for as long as the view that asks is on the screen.
    pub fn watch(self, channel: ChannelId) {
        self.who.set(None);
        self.watched.set_value(Some(channel.clone()));
        self.ask();
        on_cleanup(move || {
            // Another channel's list may have taken its place.
            if self.watched.try_get_value().flatten() == Some(channel) {
                self.watched.set_value(None);
                self.ask();
            }
        });
    }

    fn ask(self) {
        self.whole.set_value(true);
        send(&ClientFrame::Watch { channel: self.watched.get_value().map(String::from) });
    }

    /// The link is there again: the server knows nothing of this page.
    pub fn welcomed(self) {
        if self.own.get_untracked() != Presence::Online {
            send(&ClientFrame::Active { state: Presence::Away });
        }
        if self.watched.with_value(Option::is_some) {
            self.ask();
        }
    }

    /// The server says who is there.
    pub fn told(self, channel: &ChannelId, who: Vec<(AccountId, Presence)>) {
        if self.watched.get_value().as_ref() != Some(channel) {
            return;
        }
        let whole = self.whole.get_value();
        self.whole.set_value(false);
        self.who.update(|held| match held {
            Some(held) if !whole => {
                held.retain(|(known, _)| who.iter().all(|(told, _)| told != known));
                held.extend(who);
            }
            _ => *held = Some(who),
        });
    }
}
