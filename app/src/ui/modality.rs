//! Whether the user moves the focus with the keyboard or with a pointer. A key that acts on the focused element must not act on one
//! that a click has focused by the way: the user means to write.

use std::cell::Cell;

use leptos::{ev, prelude::*};

/// Keys that move the focus.
const MOVING_KEYS: [&str; 6] = ["Tab", "F6", "ArrowUp", "ArrowDown", "Home", "End"];

thread_local! {
    // Only the browser runs this code, on one thread with one page.
    static IS_KEYBOARD: Cell<bool> = const { Cell::new(false) };
}

/// Follows pointer and keyboard, for the life of the page.
pub fn start() {
    let pointer = window_event_listener(ev::pointerdown, |_| IS_KEYBOARD.set(false));
    let keyboard = window_event_listener(ev::keydown, |event| {
        if MOVING_KEYS.contains(&&*event.key()) {
            IS_KEYBOARD.set(true);
        }
    });
    on_cleanup(move || {
        pointer.remove();
        keyboard.remove();
    });
}

/// Returns whether the keyboard has moved the focus last.
pub fn is_keyboard() -> bool {
    IS_KEYBOARD.get()
}
