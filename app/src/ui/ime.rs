//! Which keys belong to the input method. Such a key is left alone in every field: Enter ends a composition and does not send; Esc
//! cancels it and closes nothing.

use std::cell::Cell;

use leptos::{ev, prelude::*};
use web_sys::KeyboardEvent;

/// The key code that browsers report for a key that an input method handles.
const HANDLED_BY_IME: u32 = 229;

/// Time after the end of a composition from which a key is another one than the key that ended it, in milliseconds. It is measured
/// between the browser's events, so that a busy page does not matter. No user presses a second key sooner.
const NEXT_STROKE_MS: f64 = 50.0;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Composing,
    /// At this time of the browser's events, in milliseconds.
    Ended(f64),
}

thread_local! {
    // Only the browser runs this code: one page, one focus, one composition at a time.
    static STATE: Cell<State> = const { Cell::new(State::Idle) };
}

/// Follows every composition, for the life of the page.
pub fn start() {
    let begins = window_event_listener(ev::compositionstart, |_| STATE.set(State::Composing));
    // Safari sends the key that ended the composition only now, so the state is reset in a later task.
    let ends = window_event_listener(ev::compositionend, |event| {
        let ended = State::Ended(event.time_stamp());
        STATE.set(ended);
        let down = move || {
            if STATE.get() == ended {
                STATE.set(State::Idle);
            }
        };
        set_timeout(down, std::time::Duration::ZERO);
    });
    on_cleanup(move || {
        begins.remove();
        ends.remove();
    });
}

/// Returns whether a composition is under way: the text must not be changed then.
pub fn is_composing() -> bool {
    STATE.get() == State::Composing
}

/// Returns whether a key belongs to the input method.
pub fn owns(event: &KeyboardEvent) -> bool {
    let by_state = match STATE.get() {
        State::Idle => false,
        State::Composing => true,
        State::Ended(at) => event.time_stamp() - at < NEXT_STROKE_MS,
    };
    event.is_composing() || event.key_code() == HANDLED_BY_IME || by_state
}
