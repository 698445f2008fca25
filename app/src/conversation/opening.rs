//! Where a channel opens: at the message that a link names, or at the first unread one, or where it was left, or at the newest.

use domain::{
    api::Channel,
    ids::{ChannelId, Pos},
    timeline::{Need, Timeline},
};
use leptos::prelude::*;

use crate::{
    connection::gap_loader,
    store::{ReadingPosition, Store},
};

/// What a channel shows first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Opening {
    /// The message of a link.
    At(Pos),
    /// The divider above the first message after this read marker.
    Unread(Pos),
    /// Where the user left it.
    Left(ReadingPosition),
    /// The newest messages.
    Newest,
}

impl Opening {
    /// Returns the opening of a channel; `at` is the position that the address names.
    pub fn of(store: Store, id: &ChannelId, channel: Option<&Channel>, at: Option<Pos>) -> Self {
        if let Some(at) = at {
            return Opening::At(at);
        }
        if let Some(channel) = channel.filter(|channel| channel.unread() > 0) {
            return Opening::Unread(channel.read);
        }
        let left = store
            .reading_positions
            .with_value(|all| all.iter().find(|(channel, _)| channel == id).map(|(_, position)| *position));
        left.map_or(Opening::Newest, Opening::Left)
    }

    /// Returns the position that has to be loaded.
    fn pos(self) -> Option<Pos> {
        match self {
            Opening::At(pos) | Opening::Unread(pos) => Some(pos),
            Opening::Left(left) => Some(left.pos),
            Opening::Newest => None,
        }
    }

    /// Returns whether the loaded events are enough to show it.
    pub fn is_loaded(self, held: &Timeline) -> bool {
        let is_complete = held.is_loaded() && !held.has_newer() && held.need() == Need::Nothing;
        // A position before the first event, or after the last, cannot be loaded any closer.
        let reaches = |pos| (held.from() <= pos || !held.has_older()) && (pos <= held.to() || !held.has_newer());
        self.pos().map_or(is_complete, |pos| held.is_loaded() && reaches(pos))
    }

    /// Loads what is missing for it.
    pub fn load(self, store: Store, id: &ChannelId) {
        if store.timeline(id).with_untracked(|held| self.is_loaded(held)) {
            return gap_loader::load_if_missing(store, id);
        }
        store.open_at.set_value(match self {
            // A position that was left long ago may be far from the loaded events: the channel opens at the newest.
            Opening::Left(_) => None,
            opening => opening.pos(),
        });
        gap_loader::load_first_page(store, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{api::History, timeline::Input};

    #[test]
    fn shows_loaded_messages_at_once() {
        let mut held = Timeline::default();
        let at = |offset| Pos::new(1, offset);
        assert!(!Opening::Newest.is_loaded(&held) && !Opening::At(at(0)).is_loaded(&held), "nothing is loaded");
        let page = |has_newer| History {
            channel: "c".parse().unwrap(),
            from: at(10),
            to: at(20),
            events: Vec::new(),
            has_older: true,
            has_newer,
        };
        let _ = held.apply(Input::Opened(page(false)));
        for (opening, is_loaded) in [
            (Opening::Newest, true),
            (Opening::At(at(15)), true),
            (Opening::At(at(9)), false),
            (Opening::At(at(21)), true),
            (Opening::Unread(at(10)), true),
            (Opening::Unread(at(9)), false),
            (Opening::Left(ReadingPosition { pos: at(12), from_top: 3.0 }), true),
        ] {
            assert_eq!(opening.is_loaded(&held), is_loaded, "{opening:?}");
        }
        let _ = held.apply(Input::Opened(page(true)));
        assert!(!Opening::Newest.is_loaded(&held), "there are newer ones");
        assert!(Opening::At(at(15)).is_loaded(&held));
    }
}
