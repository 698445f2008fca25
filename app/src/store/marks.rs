//! How far this person has read, and what is unread: the same numbers as the server's, kept up to date by what the page hears.

use domain::{
    api::Channel,
    ids::{ChannelId, Pos},
};
use leptos::prelude::*;

use super::{Store, in_order};

impl Store {
    /// How many messages of a channel are unread; looked at again when that changes.
    pub fn unread(&self, id: &ChannelId) -> u64 {
        self.marks.track();
        self.channels
            .with_untracked(|channels| channels.iter().find(|known| known.id == *id).map_or(0, Channel::unread))
    }

    /// Whether anything is unread; looked at again when that changes.
    pub fn has_unread(&self) -> bool {
        self.marks.track();
        self.channels.with_untracked(|channels| channels.iter().any(|channel| channel.unread() > 0))
    }

    /// What is unread has changed, or may have.
    pub fn marks_changed(&self) {
        self.marks.try_update(|marks| *marks = marks.wrapping_add(1));
    }

    /// A channel's newest place, and how many messages it has, where that is said.
    pub fn set_head(&self, channel: &ChannelId, head: Pos, head_n: Option<u64>) {
        self.change(channel, &mut |known| {
            known.head = known.head.max(head);
            known.head_n = known.head_n.max(head_n.unwrap_or(0));
        });
        if head_n.is_some() {
            self.marks_changed();
        }
    }

    /// This person has read up to here, on whichever device. False if that was known: a marker never goes back.
    pub fn set_read(&self, channel: &ChannelId, read: Pos, read_n: u64) -> bool {
        let mut moved = false;
        self.change(channel, &mut |known| {
            if read > known.read {
                (known.read, known.read_n, moved) = (read, known.read_n.max(read_n), true);
            }
        });
        if moved {
            self.marks_changed();
        }
        moved
    }

    /// Puts a marker back that nobody was told of.
    pub fn put_read_back(&self, channel: &ChannelId, read: Pos, read_n: u64) {
        self.change(channel, &mut |known| (known.read, known.read_n) = (read, read_n));
        self.marks_changed();
    }

    /// The channels as the server says they are; with `more`, those that are known and not among them stay. What was read here
    /// and not told yet stays read, and is answered.
    pub fn set_channels(&self, mut channels: Vec<Channel>, more: bool) -> Vec<(ChannelId, Pos)> {
        let mut untold = Vec::new();
        for channel in &mut channels {
            let Some(known) = self.channel(&channel.id) else { continue };
            if known.read > channel.read {
                untold.push((channel.id.clone(), known.read));
                (channel.read, channel.read_n) = (known.read, known.read_n.max(channel.read_n));
            }
        }
        if more {
            let left = self.channels.get_untracked();
            let is_new = |known: &Channel| channels.iter().all(|channel| channel.id != known.id);
            let left: Vec<_> = left.into_iter().filter(is_new).collect();
            channels.extend(left);
        }
        self.channels.set(in_order(channels));
        self.marks_changed();
        untold
    }

    /// Not generic, and without a word to the list's own watchers: names and order stay.
    fn change(&self, id: &ChannelId, change: &mut dyn FnMut(&mut Channel)) {
        self.channels.try_update_untracked(|channels| {
            if let Some(known) = channels.iter_mut().find(|known| known.id == *id) {
                change(known);
            }
        });
    }
}
