//! Where a channel opens: at the message that a link names, else at the first unread one, else where it was left, else at the
//! newest.

use domain::{
    api::Channel,
    ids::{ChannelId, Pos},
    timeline::{Need, Timeline},
};
use leptos::prelude::*;

use crate::store::{Left, Store};

/// What is to be seen first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Opening {
    /// This message, which a link leads to.
    At(Pos),
    /// The line above what is new; up to here all was read.
    Unread(Pos),
    /// Where somebody left it.
    Left(Left),
    /// The newest messages.
    Newest,
}

impl Opening {
    /// Of a channel that comes on the screen; `at` is the place that its address names.
    pub fn of(store: Store, id: &ChannelId, channel: Option<&Channel>, at: Option<Pos>) -> Self {
        if let Some(at) = at {
            return Opening::At(at);
        }
        if let Some(channel) = channel.filter(|channel| channel.unread() > 0) {
            return Opening::Unread(channel.read);
        }
        let left =
            store.places.with_value(|places| places.iter().find(|(place, _)| place == id).map(|(_, left)| *left));
        left.map_or(Opening::Newest, Opening::Left)
    }

    /// The line, or what it stands on, whose place it is.
    fn pos(self) -> Option<Pos> {
        match self {
            Opening::At(pos) | Opening::Unread(pos) => Some(pos),
            Opening::Left(left) => Some(left.pos),
            Opening::Newest => None,
        }
    }

    /// Whether what is held of the channel shows it.
    pub fn is_held(self, held: &Timeline) -> bool {
        let is_whole = held.is_loaded() && !held.has_newer() && held.need() == Need::Nothing;
        // A place before the first event, or after the last, is as near as it gets.
        let reaches = |pos| (held.from() <= pos || !held.has_older()) && (pos <= held.to() || !held.has_newer());
        self.pos().map_or(is_whole, |pos| held.is_loaded() && reaches(pos))
    }

    /// Loads what is not held of it.
    pub fn load(self, store: Store, id: &ChannelId) {
        if store.timeline(id).with_untracked(|held| self.is_held(held)) {
            return store.load_lacking(id);
        }
        store.begins_at.set_value(match self {
            // What was left long ago may be far from what is held: it begins at the newest.
            Opening::Left(_) => None,
            opening => opening.pos(),
        });
        store.load_newest(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{api::History, timeline::Input};

    #[test]
    fn what_is_held_is_shown_at_once() {
        let mut held = Timeline::default();
        let at = |place| Pos::new(1, place);
        assert!(!Opening::Newest.is_held(&held) && !Opening::At(at(0)).is_held(&held), "nothing is");
        let page = |has_newer| History {
            channel: "c".parse().unwrap(),
            from: at(10),
            to: at(20),
            events: Vec::new(),
            has_older: true,
            has_newer,
        };
        let _ = held.apply(Input::Opened(page(false)));
        for (opening, is_held) in [
            (Opening::Newest, true),
            (Opening::At(at(15)), true),
            (Opening::At(at(9)), false),
            (Opening::At(at(21)), true),
            (Opening::Unread(at(10)), true),
            (Opening::Unread(at(9)), false),
            (Opening::Left(Left { pos: at(12), from_top: 3.0 }), true),
        ] {
            assert_eq!(opening.is_held(&held), is_held, "{opening:?}");
        }
        let _ = held.apply(Input::Opened(page(true)));
        assert!(!Opening::Newest.is_held(&held), "there are newer ones");
        assert!(Opening::At(at(15)).is_held(&held));
    }
}
