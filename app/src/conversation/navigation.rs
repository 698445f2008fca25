//! Moves the focus from message to message.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::ui::dom::focus_in_place;

/// Room that is kept above and below a focused message, in pixels.
const ROOM: i32 = 24;

/// Focuses the message above or below `from`; without one, the last or the first in view. Returns false if there is none.
pub fn step(pane: &HtmlElement, from: Option<&Element>, is_down: bool) -> bool {
    let mut next = match from {
        Some(message) => sibling(message, is_down),
        None => first_in_view(pane, is_down),
    };
    while let Some(element) = next {
        if element.class_list().contains("msg") {
            move_to(pane, element);
            return true;
        }
        next = sibling(&element, is_down);
    }
    false
}

/// Focuses the first loaded message.
pub fn to_first(pane: &HtmlElement) -> bool {
    pane.get_elements_by_class_name("msg").item(0).is_some_and(|message| move_to(pane, message))
}

/// Focuses the button beside another one in the bar.
pub fn to_button_beside(button: &Element, is_next: bool) -> bool {
    sibling(button, is_next).is_some_and(|next| focus_in_place(next.unchecked_into()))
}

fn sibling(element: &Element, is_next: bool) -> Option<Element> {
    if is_next { element.next_element_sibling() } else { element.previous_element_sibling() }
}

fn first_in_view(pane: &HtmlElement, is_down: bool) -> Option<Element> {
    let messages = pane.get_elements_by_class_name("msg");
    let (top, bottom) = (pane.scroll_top(), pane.scroll_top() + pane.client_height());
    let mut found = None;
    for at in 0..messages.length() {
        let message = messages.item(at)?.unchecked_into::<HtmlElement>();
        let (above, below) = (message.offset_top(), message.offset_top() + message.offset_height());
        if above >= top && is_down {
            return Some(message.into());
        }
        if below <= bottom {
            found = Some(message.into());
        }
    }
    found
}

/// Scrolls a message into view, no further than needed, and focuses it.
fn move_to(pane: &HtmlElement, message: Element) -> bool {
    let message = message.unchecked_into::<HtmlElement>();
    let (above, below) = (message.offset_top() - ROOM, message.offset_top() + message.offset_height() + ROOM);
    let (top, height) = (pane.scroll_top(), pane.client_height());
    if above < top || below - above > height {
        pane.set_scroll_top(above);
    } else if below > top + height {
        pane.set_scroll_top(below - height);
    }
    focus_in_place(message)
}
