//! The pane with the messages of a channel. It composes the parts that do not know each other, scrolling, selection, seen messages
//! and paging, and passes each what it needs.

use std::rc::Rc;

use domain::{
    event::Event,
    ids::{ChannelId, MessageId, Pos},
    limits::ROWS_RENDERED_MAX,
    rows::first_unread,
    timeline::{Input, Timeline},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{
    ev,
    prelude::*,
    task::{spawn_local, tick},
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlDivElement};

use super::{
    day_chip::DayChipTimer,
    opening::Opening,
    paging::Paging,
    scroll::{Scroll, element_id},
    seen::{SEEN_AFTER_MS, Seen, marker_after, unread},
    selection::Selection,
    touch,
};
use crate::{
    connection::ReadReporter,
    store::{ReadingPosition, Store, Toast},
    ui::{
        clipboard,
        dom::{closest, element, focus_in_place},
        has_mouse,
    },
};

/// Elements that a click acts on.
const ACTIVE: &str = "a, button, summary, pre, .unfold, .message-actions";

/// The pane of a channel that is on the screen.
#[derive(Clone, Copy)]
pub struct MessagePane {
    pub channel: StoredValue<ChannelId>,
    pub timeline: RwSignal<Timeline>,
    pub scroll: Scroll,
    pub selection: Selection,
    pub seen: Seen,
    pub paging: Paging,
    /// Where the user was before a jump to the newest messages.
    pub back: RwSignal<Option<ReadingPosition>>,
    pub store: Store,
    pub reads: ReadReporter,
    /// Where the channel opens, until it has.
    opening: StoredValue<Option<Opening>>,
    day_chip: DayChipTimer,
}

impl MessagePane {
    /// Creates the pane of a channel that comes on the screen.
    pub fn new(id: &ChannelId, opening: Opening, store: Store, reads: ReadReporter) -> Self {
        Self {
            channel: StoredValue::new(id.clone()),
            timeline: store.timeline(id),
            scroll: Scroll::new(store.at_end),
            selection: Selection::default(),
            seen: Seen::default(),
            paging: Paging::new(),
            back: RwSignal::new(None),
            store,
            reads,
            opening: StoredValue::new(Some(opening)),
            day_chip: DayChipTimer::new(),
        }
    }

    /// Returns whether the channel has left the screen: its elements still get the events of the focus that they lose.
    pub(super) fn is_gone(self) -> bool {
        self.back.is_disposed()
    }

    pub(super) fn element(self) -> Option<HtmlDivElement> {
        self.scroll.pane.get_untracked()
    }

    /// Follows the size of the messages and the focus of the window until the owner of the calling effect is cleaned up.
    pub fn listen(self) {
        let Some(pane) = self.scroll.pane.get() else { return };
        let settle = Closure::<dyn FnMut()>::new(move || self.settle());
        let observer = web_sys::ResizeObserver::new(settle.as_ref().unchecked_ref());
        if let Ok(observer) = &observer {
            observer.observe(&pane);
            pane.first_element_child().iter().for_each(|lines| observer.observe(lines));
        }
        let kept = StoredValue::new_local((observer, settle));
        let listeners = [
            window_event_listener(ev::focus, move |_| self.attention_changed()),
            window_event_listener(ev::blur, move |_| self.attention_changed()),
            window_event_listener(ev::visibilitychange, move |_| self.attention_changed()),
        ];
        let stop_touch = touch::listen(Rc::new(move |message: &Element| self.open_sheet(message)));
        let stop_touch = StoredValue::new_local(Some(stop_touch));
        on_cleanup(move || {
            stop_touch.try_update_value(|stop| stop.take().map(|stop| stop()));
            kept.try_with_value(|(observer, _)| observer.as_ref().map(web_sys::ResizeObserver::disconnect).ok());
            for listener in listeners {
                listener.remove();
            }
            self.leave();
        });
    }

    /// Saves the scroll position of a channel that leaves the screen.
    fn leave(self) {
        let Some(id) = self.channel.try_get_value() else { return };
        let position = self.reading_position();
        self.store.reading_positions.update_value(|positions| {
            positions.retain(|(channel, _)| *channel != id);
            positions.extend(position.map(|position| (id, position)));
        });
        self.reads.report_due();
    }

    /// Updates everything after the messages or their room have changed.
    pub fn settle(self) {
        if self.is_gone() {
            return;
        }
        // What is not loaded is on its way.
        let is_loaded = |opening: &Opening| self.timeline.with_untracked(|held| opening.is_loaded(held));
        let opening = self.opening.get_value().filter(is_loaded);
        if let Some(opening) = opening {
            self.opening.set_value(None);
            self.show(opening);
        }
        self.scroll.settle();
        let has_newer = self.timeline.with_untracked(Timeline::has_newer);
        if !self.scroll.at_end.get_untracked() {
            // A short page may show its end without scrolling.
            self.scroll.moved(!has_newer);
        }
        if let Some(pane) = self.element() {
            self.selection.restore_focus(&pane, has_newer);
        }
        self.place_bar();
        self.check_seen();
    }

    // Where it opens.

    /// Opens the same channel at another message.
    pub fn open(self, opening: Opening) {
        if self.timeline.with_untracked(|held| opening.is_loaded(held)) {
            self.show(opening);
        } else {
            self.load_opening(opening);
        }
    }

    fn load_opening(self, opening: Opening) {
        self.opening.set_value(Some(opening));
        opening.load(self.store, &self.channel.get_value());
    }

    fn show(self, opening: Opening) {
        let from_top = if let Opening::Left(left) = opening { Some(left.from_top) } else { None };
        let target = self.timeline.with_untracked(|held| self.target(held, opening));
        match target.filter(|target| self.scroll.to_element(target, from_top)) {
            Some(target) if matches!(opening, Opening::At(_)) => flash(&target),
            Some(_) => {}
            None => self.scroll.at_end.set(true),
        }
    }

    /// Returns the id of the element that an opening shows.
    pub fn target(self, held: &Timeline, opening: Opening) -> Option<String> {
        let pos = match opening {
            Opening::At(pos) => pos,
            Opening::Left(left) => left.pos,
            Opening::Unread(read) => {
                let me = self.store.me.with_value(|me| me.id.clone());
                return first_unread(held, &me, read).map(|_| "new".to_owned());
            }
            Opening::Newest => return None,
        };
        let is_loaded = pos > held.from() && pos <= held.to();
        let messages = held.events().iter().filter(|event| event.pos <= pos && is_loaded);
        messages.filter_map(|event| event.message()).next_back().map(|message| element_id(message.id))
    }

    /// Returns the scroll position of a user who reads above the end.
    fn reading_position(self) -> Option<ReadingPosition> {
        let (topmost, from_top) = self.scroll.topmost().filter(|_| !self.scroll.at_end.get_untracked())?;
        let is_it = |event: &&Event| event.message().is_some_and(|message| message.id == topmost);
        let pos = self.timeline.with_untracked(|held| held.events().iter().find(is_it).map(|event| event.pos))?;
        Some(ReadingPosition { pos, from_top })
    }

    /// Goes to the newest messages. Far from them the newest page is loaded directly.
    pub fn to_latest(self) {
        if let Some(position) = self.reading_position() {
            self.back.set(Some(position));
        }
        self.scroll.to_end();
        if self.timeline.with_untracked(Timeline::has_newer) {
            self.load_opening(Opening::Newest);
        }
    }

    /// Goes back to where the user was, or to the first unread message.
    pub fn go_back(self, position: ReadingPosition) {
        self.back.set(None);
        self.open(match self.store.divider.get_untracked() {
            Some(read) => Opening::Unread(read),
            None => Opening::Left(position),
        });
    }

    /// Handles a click. On an element that unfolds: what is above it stays, also at the end. On plain text with a mouse: the
    /// composer gets the focus, so that the user can write at once, also with an input method.
    pub fn clicked(self, at: &Element) {
        if closest(at, "summary, .unfold").is_some() {
            self.scroll.at_end.set(false);
        }
        let selects = || window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
        if has_mouse() && closest(at, ACTIVE).is_none() && !selects() {
            element("composer").map(focus_in_place);
            // The message has lost the focus, and is still under the pointer.
            self.pointed_at(Some(at.clone()));
        }
    }

    // Scrolling and paging.

    /// Handles scrolling: loads pages before the user runs out of messages.
    pub fn scrolled(self) {
        if self.is_gone() {
            return;
        }
        let (older, newer, loaded) =
            self.timeline.with_untracked(|held| (held.has_older(), held.has_newer(), held.events().len()));
        self.store.topmost_message.set_value(self.scroll.moved(!newer));
        let (above, below) = self.scroll.runs_out();
        // At the end in a tall window this is enough: more would be removed with the next message.
        let is_enough = self.store.at_end.get_untracked() && loaded >= ROWS_RENDERED_MAX;
        if above && older && !is_enough {
            self.load_older();
        } else if below && newer {
            let after = self.timeline.with_untracked(Timeline::to);
            self.load_page(after, false);
        }
        if !self.store.at_end.get_untracked()
            && let Some(pane) = self.element()
        {
            self.day_chip.show(&pane);
        }
        self.check_seen();
    }

    /// Loads the page before the loaded messages.
    pub fn load_older(self) {
        let before = self.timeline.with_untracked(oldest);
        self.load_page(before, true);
    }

    fn load_page(self, pos: Pos, is_older: bool) {
        if !self.paging.begin() {
            return;
        }
        spawn_local(async move {
            if let Some(page) = self.paging.load(self.channel.get_value(), pos, is_older).await {
                // What is at the other end and far out of view is removed; nothing that is in view, or near it.
                let (above, below) = self.scroll.far_rows();
                let input = if is_older { Input::Older(page) } else { Input::Newer(page) };
                self.store.apply_page(&self.channel.get_value(), input, |held| {
                    let count = held.events().len();
                    let surplus = count.saturating_sub(ROWS_RENDERED_MAX);
                    match is_older {
                        true => held.trim_newer(count - surplus.min(below)),
                        false => held.trim_older(count - surplus.min(above)),
                    }
                });
            }
            // The messages settle before the next page is loaded.
            tick().await;
            self.paging.end();
        });
    }

    // What the user has seen.

    /// Checks which messages have come into view, or left it.
    fn check_seen(self) {
        let Some(id) = self.channel.try_get_value() else { return };
        let Some(channel) = self.store.channel(&id).filter(|channel| channel.unread() > 0) else { return };
        if !Seen::is_watched() || !self.store.is_open(&id) {
            return self.seen.clear();
        }
        let visible = self.timeline.with_untracked(|held| self.scroll.in_view(unread(held, channel.read)));
        if let Some(pos) = self.seen.update(visible)
            && let Some((pos, n)) =
                self.timeline.with_untracked(|held| marker_after(held, channel.read, pos, channel.head_n))
        {
            self.reads.mark_read(&id, pos, n);
        }
        if self.seen.begin_wait() {
            spawn_local(async move {
                TimeoutFuture::new(SEEN_AFTER_MS).await;
                if self.seen.end_wait() {
                    self.check_seen();
                }
            });
        }
    }

    /// Handles that the window has got or lost the focus. Messages that have come meanwhile are new to the user.
    fn attention_changed(self) {
        if !Seen::is_watched() {
            return self.seen.went_away(self.timeline.with_untracked(Timeline::to));
        }
        let is_new = |last| {
            let me = self.store.me.with_value(|me| me.id.clone());
            self.timeline.with_untracked(|held| first_unread(held, &me, last)).is_some()
        };
        if let Some(last) = self.seen.came_back().filter(|last| is_new(*last)) {
            self.store.divider.set(Some(last));
        }
        self.settle();
    }

    // The selected message.

    pub(super) fn select(self, message: Option<String>) {
        if self.selection.select(message) {
            self.place_bar();
        }
    }

    fn place_bar(self) {
        let message = self.selection.selected().and_then(|message| self.message(&message));
        if let Some(pane) = self.element() {
            self.selection.place_bar(&pane, message.is_some_and(|(_, pos)| pos.is_some()));
        }
    }

    /// Returns the text of a message as it was typed, and its position once it has one.
    fn message(self, element_id: &str) -> Option<(String, Option<Pos>)> {
        let id: MessageId = element_id.strip_prefix("m-")?.parse().ok()?;
        self.timeline.with_untracked(|held| {
            let placed = held.events().iter().find_map(|event| {
                let message = event.message().filter(|message| message.id == id)?;
                Some((message.body.as_str().to_owned(), Some(event.pos)))
            });
            let pending = || held.pending().iter().find(|pending| pending.id == id);
            placed.or_else(|| Some((pending()?.body.as_str().to_owned(), None)))
        })
    }

    /// Copies the text of the selected message, or the link to it.
    pub fn copy(self, toast: Toast) {
        let Some((text, pos)) = self.selection.target().and_then(|message| self.message(&message)) else { return };
        let text = match (toast, pos) {
            (Toast::LinkCopied, None) => return,
            (Toast::LinkCopied, Some(pos)) => {
                let origin = window().location().origin().unwrap_or_default();
                format!("{origin}/c/{}?at={pos}", self.channel.get_value())
            }
            _ => text,
        };
        spawn_local(async move {
            if clipboard::copy(&text).await {
                self.store.show_toast(toast);
            }
        });
    }

    pub(super) fn open_sheet(self, message: &Element) {
        self.select(Some(message.id()));
        if let Some((text, pos)) = self.message(&message.id()) {
            self.selection.open_sheet(message.id(), &text, pos.is_some());
        }
    }

    /// Handles the pointer: it is at an element within the messages, or at none.
    pub fn pointed_at(self, at: Option<Element>) {
        if self.is_gone() {
            return;
        }
        if let Some(message) = self.selection.at_pointer(at.as_ref()) {
            self.select(message);
        }
    }

    /// Handles that an element within the messages has got the focus.
    pub fn focus_gained(self, at: &Element) {
        if self.is_gone() {
            return;
        }
        if let Some(message) = self.selection.focus_gained(at) {
            self.select(Some(message));
        }
    }

    /// Handles that an element within the messages has lost the focus.
    pub fn focus_lost(self, event: &ev::FocusEvent) {
        if !self.is_gone() && self.selection.focus_lost(event) {
            self.select(None);
        }
    }
}

/// Returns the position of the first loaded event.
pub fn oldest(timeline: &Timeline) -> Pos {
    timeline.events().first().map_or(Pos::ZERO, |event| event.pos)
}

/// Flashes a message once to draw the eye to it.
fn flash(id: &str) {
    if let Some(message) = element(id) {
        // No browser refuses a class; removed first, so that it flashes again.
        let _ = message.class_list().remove_1("target");
        let _ = message.client_width();
        let _ = message.class_list().add_1("target");
    }
}
