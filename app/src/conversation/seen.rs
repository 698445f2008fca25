//! What the reader has read: a message whose last line has been in view for half a second, in a window that is looked at. In a
//! piece that skips unread messages nothing counts until it has grown back to the marker, or the newest is reached.

use domain::{
    event::Event,
    ids::Pos,
    rows::first_unread,
    timeline::{Need, Timeline},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::list::List;

/// So long a line is in view before it is read, in milliseconds.
const SEEN_AFTER_MS: u32 = 500;

/// The unread messages in view of one conversation, each with the time since when it is; and where the reader looked away.
#[derive(Clone, Copy, Default)]
pub struct Seen {
    in_view: StoredValue<Vec<(Pos, f64)>>,
    is_waiting: StoredValue<bool>,
    away_at: StoredValue<Option<Pos>>,
}

/// Whether this window is the one that is looked at.
pub fn is_looked_at() -> bool {
    let document = document();
    document.visibility_state() == web_sys::VisibilityState::Visible && document.has_focus().unwrap_or(true)
}

impl List {
    /// Something may have come into view, or gone from it.
    pub fn look(self) {
        let Some(id) = self.id.try_get_value() else { return };
        let Some(channel) = self.store.channel(&id).filter(|channel| channel.unread() > 0) else { return };
        if !is_looked_at() || !self.store.is_open(&id) {
            return self.seen.in_view.set_value(Vec::new());
        }
        let now = js_sys::Date::now();
        let visible = self.timeline.with_untracked(|held| self.scroll.in_view(unread(held, channel.read)));
        let read = self.seen.in_view.try_update_value(|in_view| {
            in_view.retain(|(pos, _)| visible.contains(pos));
            for pos in visible {
                if in_view.iter().all(|(known, _)| *known != pos) {
                    in_view.push((pos, now));
                }
            }
            let seen = |since: f64| now - since >= f64::from(SEEN_AFTER_MS);
            in_view.iter().filter(|(_, since)| seen(*since)).map(|(pos, _)| *pos).max()
        });
        if let Some(pos) = read.flatten()
            && let Some((pos, n)) = self.timeline.with_untracked(|held| reads(held, channel.read, pos, channel.head_n))
        {
            self.link.has_read(&id, pos, n);
        }
        if self.seen.in_view.with_value(|in_view| !in_view.is_empty()) {
            self.look_again();
        }
    }

    fn look_again(self) {
        if self.seen.is_waiting.try_update_value(|waits| std::mem::replace(waits, true)) != Some(false) {
            return;
        }
        spawn_local(async move {
            TimeoutFuture::new(SEEN_AFTER_MS).await;
            if self.seen.is_waiting.try_set_value(false).is_none() {
                self.look();
            }
        });
    }

    /// The window is looked at, or not any more. What came meanwhile is new to whoever comes back.
    pub fn looked_away_or_back(self) {
        let (reaches, first) = (self.timeline.with_untracked(Timeline::to), self.seen.away_at.get_value());
        if !is_looked_at() {
            if first.is_none() {
                self.seen.away_at.set_value(Some(reaches));
            }
            return;
        }
        self.seen.away_at.set_value(None);
        let is_new = |left| {
            let me = self.store.me.with_value(|me| me.id.clone());
            self.timeline.with_untracked(|held| first_unread(held, &me, left)).is_some()
        };
        if let Some(left) = first.filter(|left| is_new(*left)) {
            self.store.divider.set(Some(left));
        }
        self.settle();
    }
}

/// The messages after the marker that are held.
fn unread(held: &Timeline, read: Pos) -> impl Iterator<Item = &Event> {
    held.events().iter().filter(move |event| event.pos > read && event.message().is_some())
}

/// Up to where, and to which number, somebody has read who has seen a message; `None` if what they have skipped stays unread.
fn reads(held: &Timeline, read: Pos, seen: Pos, head_n: u64) -> Option<(Pos, u64)> {
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

    /// Messages at the places 11, 12, … of a channel, numbered 1, 2, …
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
    fn what_was_seen_is_read_and_nothing_that_was_skipped() {
        let at = |place| Pos::new(1, place);
        let joins = held(10, 5, false);
        assert_eq!(reads(&joins, at(10), at(12), 5), Some((at(12), 2)));
        assert_eq!(reads(&joins, at(10), at(15), 5), Some((at(15), 5)));
        let skips = held(20, 5, true);
        assert_eq!(reads(&skips, at(10), at(25), 40), None, "a link led into the midst of what is unread");
        assert_eq!(reads(&skips, at(20), at(25), 40), Some((at(25), 15)), "grown back to the marker");
        let newest = held(20, 5, false);
        assert_eq!(reads(&newest, at(10), at(24), 15), None);
        assert_eq!(reads(&newest, at(10), at(25), 15), Some((at(25), 15)), "the newest is reached: all is read");
    }
}
