//! ③ The socket itself. Before it on a message's way: `connection/sending`. After it, in the server: `gateway/upgrade`. Only
//! the browser comes here; it has one thread and one page, and so one socket.

use std::cell::RefCell;

use domain::wire::ClientFrame;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::decode::{Heard, decode};

thread_local! {
    static WIRE: RefCell<Wire> = RefCell::default();
}

#[derive(Default)]
struct Wire {
    socket: Option<WebSocket>,
    opened_at: f64,
    heard_at: f64,
    return_after_ms: Option<f64>,
    // Kept for as long as the socket may call them.
    handlers: Option<Handlers>,
}

struct Handlers {
    _opened: Closure<dyn FnMut(Event)>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

/// Opens a socket, in place of the one before it. `closed` is told the close code, and whether it had been open.
pub fn open(
    url: Option<String>,
    opened: impl Fn() + 'static,
    heard: impl Fn(Heard) + 'static,
    closed: impl Fn(u16, bool) + Clone + 'static,
) {
    close();
    let Ok(socket) = WebSocket::new(&url.unwrap_or_else(own_url)) else { return closed(0, false) };
    let on_opened = Closure::<dyn FnMut(Event)>::new(move |_| opened());
    let on_heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        WIRE.with_borrow_mut(|wire| wire.heard_at = js_sys::Date::now());
        if let Some(frame) = event.data().as_string().and_then(|text| decode(&text)) {
            heard(frame);
        }
    });
    let on_closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
        let was_open = WIRE.with_borrow_mut(|wire| {
            wire.socket = None;
            std::mem::take(&mut wire.heard_at) > 0.0
        });
        closed(event.code(), was_open);
    });
    socket.set_onopen(Some(on_opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(on_heard.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_closed.as_ref().unchecked_ref()));
    let handlers = Handlers { _opened: on_opened, _heard: on_heard, _closed: on_closed };
    WIRE.with_borrow_mut(|wire| {
        (wire.opened_at, wire.heard_at) = (js_sys::Date::now(), 0.0);
        wire.socket = Some(socket);
        wire.handlers = Some(handlers);
    });
}

/// Closes the socket without a word to anybody.
pub fn close() {
    let old = WIRE.with_borrow_mut(|wire| wire.socket.take());
    if let Some(socket) = old {
        socket.set_onopen(None);
        socket.set_onmessage(None);
        socket.set_onclose(None);
        // An error here means that it is closed already.
        let _ = socket.close();
    }
}

/// Sends a frame, if the socket is open. What is lost on the way is sent again after the next welcome.
pub fn send(frame: &ClientFrame) {
    let Ok(text) = serde_json::to_string(frame) else { return };
    WIRE.with_borrow(|wire| {
        if let Some(socket) = wire.socket.as_ref().filter(|socket| socket.ready_state() == WebSocket::OPEN) {
            // An error here means that it has just closed: `closed` follows.
            let _ = socket.send_with_str(&text);
        }
    });
}

/// Milliseconds since the server was last heard, or, before its first word, since the socket was opened.
pub fn silent_for_ms() -> f64 {
    WIRE.with_borrow(|wire| js_sys::Date::now() - wire.heard_at.max(wire.opened_at))
}

/// Whether a socket is there that has not failed yet.
pub fn is_opening() -> bool {
    WIRE.with_borrow(|wire| wire.socket.is_some())
}

/// The server that goes says when to come back.
pub fn return_after_ms(ms: f64) {
    WIRE.with_borrow_mut(|wire| wire.return_after_ms = Some(ms));
}

/// When to come back, once.
pub fn take_return_ms() -> Option<f64> {
    WIRE.with_borrow_mut(|wire| wire.return_after_ms.take())
}

fn own_url() -> String {
    let origin = window().location().origin().unwrap_or_default();
    format!("{}/ws", origin.replacen("http", "ws", 1))
}
