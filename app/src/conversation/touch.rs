//! What a finger does beside tapping: a long press on a message opens what can be done with it, a swipe from the left edge
//! goes back. Nothing of it holds up the browser's own scrolling.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AddEventListenerOptions, Element, HtmlElement, TouchEvent};

use super::list::List;

/// A finger that rests so long presses long, in milliseconds.
const LONG_MS: u32 = 500;
/// A finger that moves so far does not rest, in pixels.
const STILL: i32 = 10;
/// So near to the left edge a swipe begins.
const EDGE: i32 = 24;
/// So far a finger swipes to go back, and at most half as far up or down.
const SWIPE: i32 = 64;
/// What one hears of a finger.
const EVENTS: [&str; 4] = ["touchstart", "touchmove", "touchend", "touchcancel"];

/// The one finger on the screen.
#[derive(Clone, Default)]
struct Finger {
    /// Where it came down.
    from: (i32, i32),
    /// The line it rests on.
    line: Option<Element>,
    swipes: bool,
    /// Tells it from the next one.
    number: u32,
}

impl List {
    /// Hears fingers until what it gives back is called.
    pub(super) fn hear_touch(self) -> impl FnOnce() {
        let finger = StoredValue::new_local(Finger::default());
        let heard = Closure::<dyn FnMut(TouchEvent)>::new(move |event: TouchEvent| self.touched(&event, finger));
        let passive = AddEventListenerOptions::new();
        passive.set_passive(true);
        for name in EVENTS {
            // No browser refuses a listener.
            let _ = window().add_event_listener_with_callback_and_add_event_listener_options(
                name,
                heard.as_ref().unchecked_ref(),
                &passive,
            );
        }
        move || {
            for name in EVENTS {
                let _ = window().remove_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
            }
        }
    }

    fn touched(self, event: &TouchEvent, finger: StoredValue<Finger, LocalStorage>) {
        let touches = event.changed_touches();
        let Some(touch) = touches.item(0) else { return };
        let (x, y) = (touch.client_x(), touch.client_y());
        let Some(mut now) = finger.try_get_value() else { return };
        let (right, down) = (x - now.from.0, (y - now.from.1).abs());
        match &*event.type_() {
            "touchstart" => {
                let alone = event.touches().length() == 1;
                let at = event.target().and_then(|at| at.dyn_into::<Element>().ok());
                let line = at.filter(|_| alone).and_then(|at| line_of(&at));
                now = Finger { from: (x, y), swipes: alone && x <= EDGE, line, number: now.number.wrapping_add(1) };
                if now.line.is_some() {
                    self.wait_for_long(finger, now.number);
                }
            }
            "touchmove" if right.abs() > STILL || down > STILL => now.line = None,
            "touchmove" => return,
            name => {
                now.line = None;
                if name == "touchend" && now.swipes && right >= SWIPE && down <= right / 2 {
                    back();
                }
                now.swipes = false;
            }
        }
        finger.try_set_value(now);
    }

    fn wait_for_long(self, finger: StoredValue<Finger, LocalStorage>, number: u32) {
        spawn_local(async move {
            TimeoutFuture::new(LONG_MS).await;
            let Some(now) = finger.try_get_value() else { return };
            if let Some(line) = now.line.filter(|_| now.number == number) {
                self.open_sheet(&line);
            }
        });
    }
}

/// The line of a message at a finger. A link has the browser's own menu.
fn line_of(at: &Element) -> Option<Element> {
    let has_own = at.closest("a, button").ok().flatten().is_some();
    at.closest(".timeline .msg").ok().flatten().filter(|_| !has_own)
}

/// As the arrow at the top, where there is one.
fn back() {
    let open = document().query_selector("dialog[open]").ok().flatten();
    for arrow in [".panel .back", ".main .back"] {
        let arrow = document().query_selector(arrow).ok().flatten().filter(|_| open.is_none());
        if let Some(arrow) = arrow.map(|arrow| arrow.unchecked_into::<HtmlElement>()).filter(|it| it.offset_width() > 0)
        {
            return arrow.click();
        }
    }
}
