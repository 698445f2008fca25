//! How this device is used: online with every input, away when there was none for a while, or when nobody can see the page.

use std::cell::Cell;

use domain::{limits::AWAY_AFTER_S, presence::Presence, wire::ClientFrame};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

use super::People;
use crate::{connection::send, ui::is_visible};

/// What counts as input. Scrolling does by the wheel, the finger, or the key that does it: the page scrolls by itself, too.
const INPUTS: [&str; 6] = ["pointermove", "pointerdown", "keydown", "wheel", "touchmove", "visibilitychange"];

thread_local! {
    // The browser has one thread and one page; the server never comes here. When there was input, in milliseconds.
    static USED_AT: Cell<f64> = const { Cell::new(0.0) };
}

impl People {
    /// Hears every input, in the browser, for the life of the page.
    pub fn listen(self) {
        let used = move || {
            USED_AT.set(js_sys::Date::now());
            self.uses(if is_visible() { Presence::Online } else { Presence::Away });
        };
        used();
        let heard = Closure::<dyn FnMut()>::new(used).into_js_value();
        for input in INPUTS {
            // It fails for a listener that is none.
            let _ = window().add_event_listener_with_callback(input, heard.unchecked_ref());
        }
    }

    /// Looks, now and then, whether there was no input for long.
    pub fn look(self) {
        if js_sys::Date::now() - USED_AT.get() >= f64::from(AWAY_AFTER_S) * 1_000.0 {
            self.uses(Presence::Away);
        }
    }

    fn uses(self, state: Presence) {
        if self.own.try_get_untracked().is_some_and(|own| own != state) {
            self.own.set(state);
            send(&ClientFrame::Active { state });
        }
    }
}
