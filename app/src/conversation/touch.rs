//! Touch gestures: a long press on a message opens its actions, and a swipe from the left edge goes back. Neither delays the
//! browser's own scrolling.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AddEventListenerOptions, Element, HtmlElement, TouchEvent};

/// Time after which a resting finger is a long press, in milliseconds.
const LONG_MS: u32 = 500;
/// Distance from which a finger does not rest any more, in pixels.
const STILL: i32 = 10;
/// Widest distance from the left edge at which a swipe begins, in pixels.
const EDGE: i32 = 24;
/// Distance of a swipe that goes back, in pixels; it goes at most half as far up or down.
const SWIPE: i32 = 64;
/// The events of a finger.
const EVENTS: [&str; 4] = ["touchstart", "touchmove", "touchend", "touchcancel"];

/// The one finger on the screen.
#[derive(Clone, Default)]
struct Finger {
    /// Where it came down.
    from: (i32, i32),
    /// The message that it rests on.
    message: Option<Element>,
    swipes: bool,
    /// Distinguishes it from the next finger.
    number: u32,
}

type FingerState = StoredValue<Finger, LocalStorage>;
type OnLongPress = Rc<dyn Fn(&Element)>;

/// Listens to touch events until the returned function is called. `on_long_press` gets the message that was pressed.
pub fn listen(on_long_press: OnLongPress) -> impl FnOnce() {
    let finger = StoredValue::new_local(Finger::default());
    let listener =
        Closure::<dyn FnMut(TouchEvent)>::new(move |event: TouchEvent| touched(&event, finger, &on_long_press));
    let passive = AddEventListenerOptions::new();
    passive.set_passive(true);
    for name in EVENTS {
        // No browser refuses a listener.
        let _ = window().add_event_listener_with_callback_and_add_event_listener_options(
            name,
            listener.as_ref().unchecked_ref(),
            &passive,
        );
    }
    move || {
        for name in EVENTS {
            let _ = window().remove_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        }
    }
}

fn touched(event: &TouchEvent, finger: FingerState, on_long_press: &OnLongPress) {
    let touches = event.changed_touches();
    let Some(touch) = touches.item(0) else { return };
    let (x, y) = (touch.client_x(), touch.client_y());
    let Some(mut now) = finger.try_get_value() else { return };
    let (right, down) = (x - now.from.0, (y - now.from.1).abs());
    match &*event.type_() {
        "touchstart" => {
            let alone = event.touches().length() == 1;
            let at = event.target().and_then(|at| at.dyn_into::<Element>().ok());
            let message = at.filter(|_| alone).and_then(|at| message_at(&at));
            now = Finger { from: (x, y), swipes: alone && x <= EDGE, message, number: now.number.wrapping_add(1) };
            if now.message.is_some() {
                wait_for_long_press(finger, now.number, on_long_press.clone());
            }
        }
        "touchmove" if right.abs() > STILL || down > STILL => now.message = None,
        "touchmove" => return,
        name => {
            now.message = None;
            if name == "touchend" && now.swipes && right >= SWIPE && down <= right / 2 {
                go_back();
            }
            now.swipes = false;
        }
    }
    finger.try_set_value(now);
}

fn wait_for_long_press(finger: FingerState, number: u32, on_long_press: OnLongPress) {
    spawn_local(async move {
        TimeoutFuture::new(LONG_MS).await;
        let Some(now) = finger.try_get_value() else { return };
        if let Some(message) = now.message.filter(|_| now.number == number) {
            on_long_press(&message);
        }
    });
}

/// Returns the message at a touched element. A link has the browser's own menu.
fn message_at(at: &Element) -> Option<Element> {
    let has_own = at.closest("a, button").ok().flatten().is_some();
    at.closest(".timeline .msg").ok().flatten().filter(|_| !has_own)
}

/// Goes back like the arrow at the top, where there is one.
fn go_back() {
    let open = document().query_selector("dialog[open]").ok().flatten();
    for arrow in [".panel .back", ".main .back"] {
        let arrow = document().query_selector(arrow).ok().flatten().filter(|_| open.is_none());
        if let Some(arrow) = arrow.map(|arrow| arrow.unchecked_into::<HtmlElement>()).filter(|it| it.offset_width() > 0)
        {
            return arrow.click();
        }
    }
}
