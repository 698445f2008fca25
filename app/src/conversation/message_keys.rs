//! What keys do while a message, or the bar with its actions, has the focus.

use domain::timeline::Timeline;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{message_pane::MessagePane, navigation};
use crate::{
    store::Toast,
    ui::{
        dom::{closest, element, focus_in_place},
        ime, modality,
    },
};

/// Handles a key while an element within the messages has the focus.
pub fn on_key(pane: MessagePane, event: &ev::KeyboardEvent) {
    let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
    let Some(at) = event.target().and_then(|at| at.dyn_into::<Element>().ok()) else { return };
    if has_modifier || pane.is_gone() || ime::owns(event) {
        return;
    }
    let Some(scrolled) = pane.element() else { return };
    if act(pane, &event.key(), &at, &scrolled) {
        event.prevent_default();
    }
}

/// Returns false for a key without an action.
fn act(pane: MessagePane, key: &str, at: &Element, scrolled: &HtmlElement) -> bool {
    let message = closest(at, ".msg");
    let is_message = message.as_ref() == Some(at);
    let in_bar = closest(at, ".message-actions").is_some();
    match key {
        "ArrowUp" | "ArrowDown" if !in_bar => {
            let is_down = key == "ArrowDown";
            if !navigation::step(scrolled, message.as_ref(), is_down) && !is_down {
                load_older_if_any(pane);
            }
            true
        }
        "ArrowLeft" | "ArrowRight" if in_bar => navigation::to_button_beside(at, key == "ArrowRight"),
        "Home" => {
            load_older_if_any(pane);
            navigation::to_first(scrolled)
        }
        "End" => {
            pane.selection.focus_newest();
            pane.to_latest();
            pane.selection.restore_focus(scrolled, pane.timeline.with_untracked(Timeline::has_newer));
            true
        }
        // After a click on a message the user means to write.
        _ if !modality::is_keyboard() => false,
        "c" | "C" if message.is_some() || in_bar => {
            pane.copy(Toast::LinkCopied);
            true
        }
        "Enter" | "." if is_message => {
            pane.select(Some(at.id()));
            if !pane.selection.focus_bar() {
                pane.open_sheet(at);
            }
            true
        }
        "Escape" if in_bar => {
            pane.selection.focused().and_then(|message| element(&message)).is_some_and(focus_in_place)
        }
        _ => false,
    }
}

fn load_older_if_any(pane: MessagePane) {
    if pane.timeline.with_untracked(Timeline::has_older) {
        pane.load_older();
    }
}
