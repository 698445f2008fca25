//! Which key strokes belong to the input method. Such a key is left alone, whatever it is: Enter ends a composition, it
//! does not send.

use leptos::prelude::*;
use web_sys::{Event, KeyboardEvent};

/// The key code that every browser gives to a key that an input method has taken.
const TAKEN: u32 = 229;

/// A key that comes so long after the end of a composition, in milliseconds, is another stroke than the one that ended it,
/// however late the page comes to look at either: nobody strikes a second key sooner.
const NEXT_STROKE_MS: f64 = 50.0;

#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    Idle,
    Composing,
    /// Since this time of the browser's events, in milliseconds.
    Ended(f64),
}

/// Guards one text field.
#[derive(Clone, Copy, Default)]
pub struct Ime {
    state: StoredValue<State>,
}

impl Ime {
    /// A composition has begun.
    pub fn begins(self) {
        self.set(State::Composing);
    }

    /// A composition has ended. Safari sends the key that ended it only now, so the flag goes down in a later task.
    pub fn ends(self, event: &Event) {
        let ended = State::Ended(event.time_stamp());
        self.set(ended);
        let down = move || {
            if self.get() == ended {
                self.set(State::Idle);
            }
        };
        set_timeout(down, std::time::Duration::ZERO);
    }

    /// Whether the input method has this key.
    pub fn owns(self, event: &KeyboardEvent) -> bool {
        let by_state = match self.get() {
            State::Idle => false,
            State::Composing => true,
            State::Ended(at) => event.time_stamp() - at < NEXT_STROKE_MS,
        };
        event.is_composing() || event.key_code() == TAKEN || by_state
    }

    fn set(self, state: State) {
        // The field may be gone by the time a late task comes here.
        let _ = self.state.try_set_value(state);
    }

    fn get(self) -> State {
        self.state.try_get_value().unwrap_or_default()
    }
}
