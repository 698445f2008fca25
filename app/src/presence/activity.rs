//! The activity of this device: online with every input, away after a while without input or while the page is hidden.

use std::{cell::Cell, time::Duration};

use domain::{limits::AWAY_AFTER_S, presence::Presence, wire::ClientFrame};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

use crate::{
    connection::send,
    ui::{is_visible, steady_ms},
};

/// Events that count as input. Scrolling counts by the wheel, the finger or the key that causes it, because the page scrolls by
/// itself, too.
const INPUTS: [&str; 6] = ["pointermove", "pointerdown", "keydown", "wheel", "touchmove", "visibilitychange"];
/// Interval at which the time since the last input is checked.
const CHECK_EVERY: Duration = Duration::from_millis(2_500);

thread_local! {
    // Only the browser runs this code, on one thread with one page. The time of the last input, in milliseconds.
    static LAST_INPUT_AT: Cell<f64> = const { Cell::new(0.0) };
}

/// The activity of this device, as other members see it.
#[derive(Clone, Copy)]
pub struct Activity {
    /// Online or away.
    pub state: RwSignal<Presence>,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self { state: RwSignal::new(Presence::Online) }
    }

    /// Follows every input, for the life of the page.
    pub(super) fn start(self) {
        let on_input = move || {
            LAST_INPUT_AT.set(steady_ms());
            self.set(if is_visible() { Presence::Online } else { Presence::Away });
        };
        on_input();
        let listener = Closure::<dyn FnMut()>::new(on_input).into_js_value();
        for input in INPUTS {
            // It fails only for a listener that is no function.
            let _ = window().add_event_listener_with_callback(input, listener.unchecked_ref());
        }
        set_interval(
            move || {
                if steady_ms() - LAST_INPUT_AT.get() >= f64::from(AWAY_AFTER_S) * 1_000.0 {
                    self.set(Presence::Away);
                }
            },
            CHECK_EVERY,
        );
    }

    /// Sends the state after a welcome: the server takes a new connection for online.
    pub(super) fn on_welcome(self) {
        if self.state.get_untracked() != Presence::Online {
            send(&ClientFrame::Active { state: Presence::Away });
        }
    }

    fn set(self, state: Presence) {
        if self.state.try_get_untracked().is_some_and(|now| now != state) {
            self.state.set(state);
            send(&ClientFrame::Active { state });
        }
    }
}
