//! From message to message with the keys, once the focus is among them. It is never lost when a line is drawn anew.

use domain::timeline::Timeline;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};

use super::{
    list::List,
    message_actions::{BAR, element},
};
use crate::{toasts::Toast, ui::ime};

/// A line that was taken away with the focus on it is drawn anew within so many milliseconds.
const REDRAWN_MS: f64 = 250.0;
/// Room that is kept above and below a line that is walked to, in pixels.
const ROOM: i32 = 24;

impl List {
    /// A key was pressed with the focus among the lines.
    pub fn key(self, event: &ev::KeyboardEvent) {
        let has_other = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
        let Some(at) = event.target().and_then(|at| at.dyn_into::<Element>().ok()) else { return };
        if has_other || self.is_gone() || ime::owns(event) {
            return;
        }
        let line = near(&at, ".msg");
        let is_line = line.as_ref() == Some(&at);
        let in_bar = near(&at, ".acts").is_some();
        let done = match &*event.key() {
            "ArrowUp" | "ArrowDown" if !in_bar => {
                self.step(line, event.key() == "ArrowDown");
                true
            }
            "ArrowLeft" | "ArrowRight" if in_bar => beside(&at, event.key() == "ArrowRight"),
            "Home" => {
                let first = self.lines().and_then(|lines| lines.item(0));
                self.load_older_if_any();
                first.is_some_and(|line| self.walk_to(line))
            }
            "End" => {
                self.acts.wants_last.set_value(true);
                self.to_latest();
                self.keep_focus();
                true
            }
            "c" | "C" if line.is_some() || in_bar => {
                self.copy(Toast::LinkCopied);
                true
            }
            "Enter" | "." if is_line => self.to_bar(&at),
            "Escape" if in_bar => self.acts.focused.get_value().and_then(|line| element(&line)).is_some_and(focus),
            _ => false,
        };
        if done {
            event.prevent_default();
        }
    }

    fn lines(self) -> Option<web_sys::HtmlCollection> {
        Some(self.scroll.pane.get_untracked()?.get_elements_by_class_name("msg"))
    }

    fn load_older_if_any(self) {
        if self.timeline.with_untracked(Timeline::has_older) {
            self.load_older();
        }
    }

    /// To the line above or below; from none of them, to the last or the first in view.
    fn step(self, from: Option<Element>, is_down: bool) {
        let mut next = match &from {
            Some(line) => sibling(line, is_down),
            None => self.in_view_first(is_down),
        };
        while let Some(line) = next {
            if line.class_list().contains("msg") {
                self.walk_to(line);
                return;
            }
            next = sibling(&line, is_down);
        }
        if !is_down {
            self.load_older_if_any();
        }
    }

    fn in_view_first(self, is_down: bool) -> Option<Element> {
        let (pane, lines) = (self.scroll.pane.get_untracked()?, self.lines()?);
        let (top, bottom) = (pane.scroll_top(), pane.scroll_top() + pane.client_height());
        let mut found = None;
        for at in 0..lines.length() {
            let line = lines.item(at)?.unchecked_into::<HtmlElement>();
            let (above, below) = (line.offset_top(), line.offset_top() + line.offset_height());
            if above >= top && is_down {
                return Some(line.into());
            }
            if below <= bottom {
                found = Some(line.into());
            }
        }
        found
    }

    /// Into view, no further than needed, and the focus to it.
    fn walk_to(self, line: Element) -> bool {
        let Some(pane) = self.scroll.pane.get_untracked() else { return false };
        let line = line.unchecked_into::<HtmlElement>();
        let (above, below) = (line.offset_top() - ROOM, line.offset_top() + line.offset_height() + ROOM);
        let (top, screen) = (pane.scroll_top(), pane.client_height());
        if above < top || below - above > screen {
            pane.set_scroll_top(above);
        } else if below > top + screen {
            pane.set_scroll_top(below - screen);
        }
        focus(line)
    }

    /// Enter on a line: to what can be done with it.
    fn to_bar(self, line: &Element) -> bool {
        self.pick(Some(line.id()));
        let first = element(BAR).and_then(|bar| bar.query_selector("button").ok().flatten());
        let is_there = first.is_some_and(|first| focus(first.unchecked_into()));
        if !is_there {
            // Where no pointer hovers there is no bar.
            self.open_sheet(line);
        }
        true
    }

    /// The focus has come to something within the lines.
    pub fn focus_came(self, at: Option<Element>) {
        let line = at.as_ref().and_then(|at| near(at, ".msg")).map(|line| line.id());
        if line.is_some() && !self.is_gone() {
            self.acts.focused.set_value(line.clone());
            self.pick(line);
        }
    }

    /// The focus has gone from something within the lines.
    pub fn focus_went(self, event: &ev::FocusEvent) {
        let to = event.related_target().and_then(|to| to.dyn_into::<Element>().ok());
        let has_window = document().has_focus().unwrap_or(true);
        if self.is_gone() || to.as_ref().is_some_and(|to| near(to, ".lines").is_some()) || (to.is_none() && !has_window)
        {
            return;
        }
        let line = self.acts.focused.get_value();
        self.acts.focused.set_value(None);
        if to.is_some() {
            return self.pick(None);
        }
        // Perhaps it was only taken away to be drawn anew.
        self.acts.lost.set_value(line.map(|line| (line, js_sys::Date::now())));
    }

    /// The lines have changed: the focus goes where it was, or to the end if that was asked for.
    pub(super) fn keep_focus(self) {
        if self.acts.wants_last.get_value() && !self.timeline.with_untracked(Timeline::has_newer) {
            self.acts.wants_last.set_value(false);
            let last = self.lines().and_then(|lines| lines.item(lines.length().saturating_sub(1)));
            last.map(|line| focus(line.unchecked_into()));
            return;
        }
        let lost = self.acts.lost.get_value().filter(|(_, at)| js_sys::Date::now() - at < REDRAWN_MS);
        let was = self.acts.focused.get_value().or(lost.map(|(line, _)| line));
        let is_nowhere = || document().active_element().is_none_or(|at| at.matches("body").unwrap_or(false));
        if let Some(line) = was.filter(|_| is_nowhere()) {
            self.acts.lost.set_value(None);
            // One that is held no more leaves it to the lines.
            let pane = || self.scroll.pane.get_untracked().map(|pane| pane.unchecked_into());
            element(&line).or_else(pane).map(focus);
        }
    }
}

fn near(at: &Element, selector: &str) -> Option<Element> {
    at.closest(selector).ok().flatten()
}

fn sibling(line: &Element, is_next: bool) -> Option<Element> {
    if is_next { line.next_element_sibling() } else { line.previous_element_sibling() }
}

fn beside(button: &Element, is_next: bool) -> bool {
    sibling(button, is_next).is_some_and(|next| focus(next.unchecked_into()))
}

/// True if it has the focus now; nothing scrolls.
pub(super) fn focus(to: HtmlElement) -> bool {
    let still = FocusOptions::new();
    still.set_prevent_scroll(true);
    to.focus_with_options(&still).is_ok() && document().active_element().as_ref() == Some(&to)
}
