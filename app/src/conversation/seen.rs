//! What the user has seen: a message is read when its last line has been in view for half a second, in a window that has the
//! focus. In a piece of history that skips unread messages, none counts until the piece has grown back to the marker or the
//! newest message is reached.

use domain::{
    event::Event,
    ids::Pos,
    timeline::{Need, Timeline},
};
use leptos::prelude::*;

use crate::ui::{is_visible, steady_ms};

/// How long a message has to be in view to be read, in milliseconds.
pub const SEEN_AFTER_MS: u32 = 500;

/// The unread messages in view, each with the time since when; and what was loaded when the window lost the focus.
#[derive(Clone, Copy, Default)]
pub struct Seen {
    in_view: StoredValue<Vec<(Pos, f64)>>,
    is_waiting: StoredValue<bool>,
    away_at: StoredValue<Option<Pos>>,
}

impl Seen {
    /// Returns whether the user can see this page, in a window that has the focus.
    pub fn is_watched() -> bool {
        is_visible() && document().has_focus().unwrap_or(true)
    }

    /// Forgets what is in view.
    pub fn clear(self) {
        self.in_view.set_value(Vec::new());
    }

    /// Sets the unread messages in view. Returns the last one that has been in view for long enough.
    pub fn update(self, visible: Vec<Pos>) -> Option<Pos> {
        let now = steady_ms();
        let read = self.in_view.try_update_value(|in_view| {
            in_view.retain(|(pos, _)| visible.contains(pos));
            for pos in visible {
                if in_view.iter().all(|(known, _)| *known != pos) {
                    in_view.push((pos, now));
                }
            }
            let is_seen = |since: f64| now - since >= f64::from(SEEN_AFTER_MS);
            in_view.iter().filter(|(_, since)| is_seen(*since)).map(|(pos, _)| *pos).max()
        });
        read.flatten()
    }

    /// Begins to wait until the messages in view have been seen. Returns false if there are none, or a wait is under way.
    pub fn begin_wait(self) -> bool {
        self.in_view.with_value(|in_view| !in_view.is_empty())
            && self.is_waiting.try_update_value(|waits| std::mem::replace(waits, true)) == Some(false)
    }

    /// Ends the wait. Returns false if the conversation is gone.
    pub fn end_wait(self) -> bool {
        self.is_waiting.try_set_value(false).is_none()
    }

    /// Notes that the window has lost the focus, with the last position that was loaded.
    pub fn went_away(self, last: Pos) {
        if self.away_at.get_value().is_none() {
            self.away_at.set_value(Some(last));
        }
    }

    /// Notes that the window has the focus again. Returns the last position that was loaded when it was lost.
    pub fn came_back(self) -> Option<Pos> {
        let last = self.away_at.get_value();
        self.away_at.set_value(None);
        last
    }
}

/// Returns the loaded messages after the read marker.
pub fn unread(held: &Timeline, read: Pos) -> impl Iterator<Item = &Event> {
    held.events().iter().filter(move |event| event.pos > read && event.message().is_some())
}

/// Returns the read marker, and the number of messages up to it, of a user who has seen a message; `None` if messages that were
/// skipped stay unread.
pub fn marker_after(held: &Timeline, read: Pos, seen: Pos, head_n: u64) -> Option<(Pos, u64)> {
    let is_whole = !held.has_newer() && held.need() == Need::Nothing;
    let is_newest = is_whole && unread(held, read).last().is_none_or(|event| event.pos <= seen);
    if is_newest {
        return Some((held.to(), head_n));
    }
    (held.from() <= read).then(|| Some((seen, held.n_to(seen)?)))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        api::History,
        drafts::MessageBody,
        event::{Account, EventKind, Message},
        ids::MessageId,
        names::{AccountName, DisplayName},
        timeline::Input,
    };

    /// Messages at the positions 11, 12, … of a channel, numbered 1, 2, …
    fn held(from: u64, messages: u64, has_newer: bool) -> Timeline {
        let at = |place| Pos::new(1, place);
        let author = Account {
            id: "ann".parse().unwrap(),
            name: AccountName::parse("ann").unwrap(),
            display_name: DisplayName::parse("ann").unwrap(),
        };
        let event = |place: u64| Event {
            channel: "c".parse().unwrap(),
            pos: at(place),
            prev: at(place - 1),
            at: Default::default(),
            kind: EventKind::Message(Message {
                id: MessageId::generate(),
                author: author.clone(),
                body: MessageBody::parse("hi").unwrap(),
                n: place - 10,
            }),
        };
        let events: Vec<_> = (from + 1..=from + messages).map(event).collect();
        let (from, to) = (at(from), at(from + messages));
        let mut timeline = Timeline::default();
        let page = History { channel: "c".parse().unwrap(), from, to, events, has_older: true, has_newer };
        let _ = timeline.apply(Input::Opened(page));
        timeline
    }

    #[test]
    fn marks_seen_messages_read_but_no_skipped_ones() {
        let at = |place| Pos::new(1, place);
        let joins = held(10, 5, false);
        assert_eq!(marker_after(&joins, at(10), at(12), 5), Some((at(12), 2)));
        assert_eq!(marker_after(&joins, at(10), at(15), 5), Some((at(15), 5)));
        let skips = held(20, 5, true);
        assert_eq!(marker_after(&skips, at(10), at(25), 40), None, "a link led into unread messages");
        assert_eq!(marker_after(&skips, at(20), at(25), 40), Some((at(25), 15)), "grown back to the marker");
        let newest = held(20, 5, false);
        assert_eq!(marker_after(&newest, at(10), at(24), 15), None);
        assert_eq!(marker_after(&newest, at(10), at(25), 15), Some((at(25), 15)), "the newest is reached: all is read");
    }
}
