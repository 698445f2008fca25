//! Which message is selected: the one under the pointer or with the focus. The bar with its actions is at that message, and on a
//! touch screen a long press opens the same actions in a sheet.

use leptos::{
    ev,
    prelude::*,
    task::{spawn_local, tick},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement};

use crate::ui::{
    dom::{closest, element, focus_in_place},
    steady_ms,
};

/// The id of the bar.
pub const BAR: &str = "message-actions";
/// The id of the sheet.
pub const SHEET: &str = "message-sheet";
/// The id of the text in the sheet.
pub const SHEET_TEXT: &str = "message-sheet-text";
/// The class of the selected message.
const SELECTED: &str = "selected";
/// The class of the bar, and of the sheet, at a message that has no address yet.
const UNPLACED: &str = "unplaced";
/// How far the bar rises above its message, in pixels.
const RISE: i32 = 18;
/// Shortest distance of the bar from the upper edge, in pixels.
const EDGE: i32 = 4;
/// Time in which the finger that opened the sheet is lifted, which does not close it, in milliseconds.
const OPENING_MS: f64 = 600.0;
/// Time in which a focused message that was removed is rendered again, in milliseconds.
const RENDERED_AGAIN_MS: f64 = 250.0;

/// The selected and the focused message, as ids of their elements.
#[derive(Clone, Copy, Default)]
pub struct Selection {
    selected: StoredValue<Option<String>>,
    /// The message that has the focus, or whose bar has it.
    focused: StoredValue<Option<String>>,
    /// The message that has just lost the focus to no other element, and when.
    lost_focus: StoredValue<Option<(String, f64)>>,
    /// Whether the newest message is to have the focus once it is loaded.
    wants_newest: StoredValue<bool>,
    /// The message whose text the sheet shows while it is open.
    in_sheet: StoredValue<Option<String>>,
    sheet_opened_at: StoredValue<f64>,
}

impl Selection {
    /// Selects a message, or none. Returns whether that is a change.
    pub fn select(self, message: Option<String>) -> bool {
        let before = self.selected.get_value();
        if before == message {
            return false;
        }
        if let Some(before) = before.and_then(|before| element(&before)) {
            // No browser refuses a class.
            let _ = before.class_list().remove_1(SELECTED);
        }
        self.selected.set_value(message);
        true
    }

    /// Returns the selected message.
    pub fn selected(self) -> Option<String> {
        self.selected.get_value()
    }

    /// Returns the focused message.
    pub fn focused(self) -> Option<String> {
        self.focused.get_value()
    }

    /// Returns the message that an action is for. Behind an open sheet the pointer may leave the message.
    pub fn target(self) -> Option<String> {
        self.in_sheet.get_value().or_else(|| self.selected.get_value())
    }

    /// Returns the message that the pointer selects; `None` while the pointer is on the bar.
    pub fn at_pointer(self, at: Option<&Element>) -> Option<Option<String>> {
        let near = |selector: &str| at.and_then(|at| closest(at, selector));
        if near(".message-actions").is_some() {
            return None;
        }
        Some(near(".msg").map(|message| message.id()).or_else(|| self.focused.get_value()))
    }

    /// Places the bar at the selected message after the messages have moved or were rendered again.
    pub fn place_bar(self, pane: &HtmlElement, has_address: bool) {
        let Some(bar) = element(BAR) else { return };
        let message = self.selected.get_value().and_then(|message| element(&message));
        bar.set_hidden(message.is_none());
        let Some(message) = message else { return self.selected.set_value(None) };
        let _ = message.class_list().add_1(SELECTED);
        let _ = bar.class_list().toggle_with_force(UNPLACED, !has_address);
        // At a long message whose beginning is out of view the bar is at the edge.
        let lowest = message.offset_top() + message.offset_height() - bar.offset_height();
        let top = (pane.scroll_top() + EDGE).min(lowest).max(message.offset_top() - RISE);
        // Setting a property that exists does not fail.
        let _ = bar.style().set_property("top", &format!("{top}px"));
    }

    /// Focuses the first button of the bar. Returns false where there is no bar, because no pointer hovers.
    pub fn focus_bar(self) -> bool {
        let first = element(BAR).and_then(|bar| bar.query_selector("button").ok().flatten());
        first.is_some_and(|first| focus_in_place(first.unchecked_into()))
    }

    // The sheet.

    /// Opens the sheet with the text of a message.
    pub fn open_sheet(self, message: String, text: &str, has_address: bool) {
        let Some(sheet) = element(SHEET) else { return };
        if let Some(shown) = element(SHEET_TEXT) {
            shown.set_text_content(Some(text));
        }
        let _ = sheet.class_list().toggle_with_force(UNPLACED, !has_address);
        self.sheet_opened_at.set_value(steady_ms());
        self.in_sheet.set_value(Some(message));
        // It fails only if the sheet is open already.
        let _ = sheet.unchecked_into::<HtmlDialogElement>().show_modal();
    }

    /// Returns whether a click is another touch than the one that opened the sheet.
    pub fn is_new_touch(self) -> bool {
        steady_ms() - self.sheet_opened_at.get_value() > OPENING_MS
    }

    /// Closes the sheet.
    pub fn close_sheet(self) {
        spawn_local(async move {
            // Copying by way of a field needs the open sheet.
            tick().await;
            if let Some(sheet) = element(SHEET) {
                sheet.unchecked_into::<HtmlDialogElement>().close();
            }
        });
    }

    /// Notes that the sheet is closed.
    pub fn sheet_closed(self) {
        self.in_sheet.set_value(None);
    }

    // The focus.

    /// Notes an element within the messages that has got the focus. Returns its message.
    pub fn focus_gained(self, at: &Element) -> Option<String> {
        let message = closest(at, ".msg").map(|message| message.id());
        if message.is_some() {
            self.focused.set_value(message.clone());
        }
        message
    }

    /// Notes that an element within the messages has lost the focus. Returns true if it went to an element elsewhere.
    pub fn focus_lost(self, event: &ev::FocusEvent) -> bool {
        let to = event.related_target().and_then(|to| to.dyn_into::<Element>().ok());
        let has_window = document().has_focus().unwrap_or(true);
        if to.as_ref().is_some_and(|to| closest(to, ".lines").is_some()) || (to.is_none() && !has_window) {
            return false;
        }
        let message = self.focused.get_value();
        self.focused.set_value(None);
        if to.is_some() {
            return true;
        }
        // The message may only have been removed to be rendered again.
        self.lost_focus.set_value(message.map(|message| (message, steady_ms())));
        false
    }

    /// Focuses the newest message once it is loaded.
    pub fn focus_newest(self) {
        self.wants_newest.set_value(true);
    }

    /// Restores the focus after the messages have changed: to the newest message if it was requested, otherwise to the message
    /// that had it.
    pub fn restore_focus(self, pane: &HtmlElement, has_newer: bool) {
        if self.wants_newest.get_value() && !has_newer {
            self.wants_newest.set_value(false);
            let messages = pane.get_elements_by_class_name("msg");
            let newest = messages.item(messages.length().saturating_sub(1));
            newest.map(|message| focus_in_place(message.unchecked_into()));
            return;
        }
        let lost = self.lost_focus.get_value().filter(|(_, at)| steady_ms() - at < RENDERED_AGAIN_MS);
        let focused = self.focused.get_value().or(lost.map(|(message, _)| message));
        let is_nowhere = || document().active_element().is_none_or(|at| at.matches("body").unwrap_or(false));
        if let Some(message) = focused.filter(|_| is_nowhere()) {
            self.lost_focus.set_value(None);
            // If the message is no longer loaded, the pane gets the focus.
            focus_in_place(element(&message).unwrap_or_else(|| pane.clone()));
        }
    }
}
