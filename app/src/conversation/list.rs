//! Looking at the messages of a channel: where it opens, what stays where, and the way to the newest and back.

use domain::{
    ids::{ChannelId, Pos},
    timeline::Timeline,
};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

use super::{
    message_actions::Acts,
    opening::Opening,
    scroll::{Scroll, line_id},
    seen::Seen,
};
use crate::{
    connection::Link,
    store::{Left, Store},
};

/// The messages of a channel, and what belongs to looking at them.
#[derive(Clone, Copy)]
pub struct List {
    /// Which channel.
    pub id: StoredValue<ChannelId>,
    /// What is held of it.
    pub timeline: RwSignal<Timeline>,
    /// Where the reader is.
    pub scroll: Scroll,
    /// What the reader has read.
    pub seen: Seen,
    /// Shared.
    pub store: Store,
    /// Shared.
    pub link: Link,
    /// Where it opens, until it has.
    pub opening: StoredValue<Option<Opening>>,
    /// Where the reader was before the newest messages were shown.
    pub back: RwSignal<Option<Left>>,
    /// A page is being loaded.
    pub busy: RwSignal<bool>,
    /// That of an older one has failed.
    pub failed: RwSignal<bool>,
    /// What one does with a message.
    pub acts: Acts,
    /// When the reader last scrolled above the end, in milliseconds; 0 when that is long ago.
    pub scrolled_at: StoredValue<f64>,
}

impl List {
    /// Of a channel that comes on the screen.
    pub fn new(id: &ChannelId, opening: Opening, store: Store, link: Link) -> Self {
        Self {
            id: StoredValue::new(id.clone()),
            timeline: store.timeline(id),
            scroll: Scroll::new(store.at_end),
            seen: Seen::default(),
            store,
            link,
            opening: StoredValue::new(Some(opening)),
            back: RwSignal::new(None),
            busy: RwSignal::new(false),
            failed: RwSignal::new(false),
            acts: Acts::default(),
            scrolled_at: StoredValue::new(0.0),
        }
    }

    /// Whether the channel has gone from the screen: its elements are told of the focus that they lose on their way out.
    pub fn is_gone(self) -> bool {
        self.busy.is_disposed()
    }

    /// The lines have changed, or their room.
    pub fn settle(self) {
        if self.is_gone() {
            return;
        }
        // What is not there yet is on its way.
        let is_there = |opening: &Opening| self.timeline.with_untracked(|held| opening.is_held(held));
        let opening = self.opening.get_value().filter(is_there);
        if let Some(opening) = opening {
            self.opening.set_value(None);
            self.show(opening);
        }
        self.scroll.settle();
        if !self.scroll.at_end.get_untracked() {
            // A short page may show its end all the same.
            self.scroll.moved(self.timeline.with_untracked(|held| !held.has_newer()));
        }
        self.keep_focus();
        self.place_bar();
        self.look();
    }

    /// Something that unfolds was pressed: what stands above it stays, also at the end.
    pub fn pressed(self, at: &web_sys::Element) {
        if at.closest("summary, .unfold").is_ok_and(|fold| fold.is_some()) {
            self.scroll.at_end.set(false);
        }
    }

    /// Goes to where it opens, if that is held.
    fn show(self, opening: Opening) {
        let from_top = if let Opening::Left(left) = opening { Some(left.from_top) } else { None };
        let line = self.timeline.with_untracked(|held| self.line_of(held, opening));
        match line.filter(|line| self.scroll.to_line(line, from_top)) {
            Some(line) if matches!(opening, Opening::At(_)) => mark(&line),
            Some(_) => {}
            None => self.scroll.at_end.set(true),
        }
    }

    /// The element that is shown when it opens there.
    pub fn line_of(self, held: &Timeline, opening: Opening) -> Option<String> {
        let pos = match opening {
            Opening::At(pos) => pos,
            Opening::Left(left) => left.pos,
            Opening::Unread(read) => {
                let me = self.store.me.with_value(|me| me.id.clone());
                return domain::rows::first_unread(held, &me, read).map(|_| "new".to_owned());
            }
            Opening::Newest => return None,
        };
        let is_there = pos > held.from() && pos <= held.to();
        let messages = held.events().iter().filter(|event| event.pos <= pos && is_there);
        messages.filter_map(|event| event.message()).next_back().map(|message| line_id(message.id))
    }

    /// Opens anew, within the same channel.
    pub fn open(self, opening: Opening) {
        if self.timeline.with_untracked(|held| opening.is_held(held)) {
            self.show(opening);
        } else {
            self.opening.set_value(Some(opening));
            opening.load(self.store, &self.id.get_value());
        }
    }

    /// Hears what changes the room of the lines, and whether they are looked at.
    pub fn watch(self) {
        let Some(pane) = self.scroll.pane.get() else { return };
        let settle = Closure::<dyn FnMut()>::new(move || self.settle());
        let observer = web_sys::ResizeObserver::new(settle.as_ref().unchecked_ref());
        if let Ok(observer) = &observer {
            observer.observe(&pane);
            pane.first_element_child().iter().for_each(|lines| observer.observe(lines));
        }
        let kept = StoredValue::new_local((observer, settle));
        let listeners = [
            window_event_listener(ev::focus, move |_| self.looked_away_or_back()),
            window_event_listener(ev::blur, move |_| self.looked_away_or_back()),
            window_event_listener(ev::visibilitychange, move |_| self.looked_away_or_back()),
        ];
        let forget_touch = self.hear_touch();
        let forget_touch = StoredValue::new_local(Some(forget_touch));
        on_cleanup(move || {
            forget_touch.try_update_value(|forget| forget.take().map(|forget| forget()));
            kept.try_with_value(|(observer, _)| observer.as_ref().map(web_sys::ResizeObserver::disconnect).ok());
            for listener in listeners {
                listener.remove();
            }
            self.leave();
        });
    }

    /// The channel goes from the screen.
    fn leave(self) {
        let Some(id) = self.id.try_get_value() else { return };
        let left = self.place();
        self.store.places.update_value(|places| {
            places.retain(|(place, _)| *place != id);
            places.extend(left.map(|left| (id, left)));
        });
        self.link.tell_reads();
    }

    /// Where the reader is, if that is above the end.
    fn place(self) -> Option<Left> {
        let (topmost, from_top) = self.scroll.topmost().filter(|_| !self.scroll.at_end.get_untracked())?;
        let is_it = |event: &&domain::event::Event| event.message().is_some_and(|message| message.id == topmost);
        let pos = self.timeline.with_untracked(|held| held.events().iter().find(is_it).map(|event| event.pos))?;
        Some(Left { pos, from_top })
    }

    /// From deep history the newest page is loaded directly.
    pub fn to_latest(self) {
        if let Some(left) = self.place() {
            self.back.set(Some(left));
        }
        self.scroll.to_end();
        if self.timeline.with_untracked(Timeline::has_newer) {
            self.opening.set_value(Some(Opening::Newest));
            Opening::Newest.load(self.store, &self.id.get_value());
        }
    }

    /// Back to where the reader was, or to what was not read.
    pub fn go_back(self, left: Left) {
        self.back.set(None);
        self.open(match self.store.divider.get_untracked() {
            Some(read) => Opening::Unread(read),
            None => Opening::Left(left),
        });
    }
}

/// The place of the first event held.
pub fn oldest(timeline: &Timeline) -> Pos {
    timeline.events().first().map_or(Pos::ZERO, |event| event.pos)
}

/// Flashes a line once, so that the eye finds it.
fn mark(line: &str) {
    if let Some(line) = document().get_element_by_id(line) {
        // No browser refuses a class; taken away first, so that it flashes again.
        let _ = line.class_list().remove_1("target");
        let _ = line.client_width();
        let _ = line.class_list().add_1("target");
    }
}
