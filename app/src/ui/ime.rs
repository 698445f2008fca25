//! Which key strokes belong to the input method. Such a key is left alone, whatever it is and in whichever field: Enter ends
//! a composition, it does not send; Esc takes it back, it closes nothing.

use std::cell::Cell;

use leptos::{ev, prelude::*};
use web_sys::KeyboardEvent;

/// The key code that every browser gives to a key that an input method has taken.
const TAKEN: u32 = 229;

/// A key that comes so long after the end of a composition, in milliseconds, is another stroke than the one that ended it,
/// however late the page comes to look at either: nobody strikes a second key sooner.
const NEXT_STROKE_MS: f64 = 50.0;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Composing,
    /// Since this time of the browser's events, in milliseconds.
    Ended(f64),
}

thread_local! {
    // One page, one focus, one composition at a time; the server never comes here.
    static STATE: Cell<State> = const { Cell::new(State::Idle) };
}

/// Hears of every composition in the page, for as long as it lives.
pub fn start() {
    let begins = window_event_listener(ev::compositionstart, |_| STATE.set(State::Composing));
    // Safari sends the key that ended it only now, so the flag goes down in a later task.
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

/// Whether something is being composed: nobody writes the field's value then.
pub fn is_composing() -> bool {
    STATE.get() == State::Composing
}

/// Whether the input method has this key.
pub fn owns(event: &KeyboardEvent) -> bool {
    let by_state = match STATE.get() {
        State::Idle => false,
        State::Composing => true,
        State::Ended(at) => event.time_stamp() - at < NEXT_STROKE_MS,
    };
    event.is_composing() || event.key_code() == TAKEN || by_state
}
