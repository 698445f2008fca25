//! ③ The socket. Before it on a message's way: `outbox/sender`. After it, in the server: `gateway/upgrade`. Only the browser
//! comes here; it has one thread and one page, and therefore one socket.

use std::cell::RefCell;

use domain::wire::ClientFrame;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::decode::{ServerEvent, decode};

thread_local! {
    static CONNECTION: RefCell<Connection> = RefCell::default();
}

#[derive(Default)]
struct Connection {
    socket: Option<WebSocket>,
    opened_at: f64,
    received_at: f64,
    return_after_ms: Option<f64>,
    // They live as long as the socket may call them.
    handlers: Option<Handlers>,
}

struct Handlers {
    _opened: Closure<dyn FnMut(Event)>,
    _received: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

/// Opens a socket in place of the one before it. `closed` is called with the close code, and whether the socket had received
/// anything.
pub fn open(
    url: Option<String>,
    opened: impl Fn() + 'static,
    received: impl Fn(ServerEvent) + 'static,
    closed: impl Fn(u16, bool) + Clone + 'static,
) {
    close();
    let Ok(socket) = WebSocket::new(&url.unwrap_or_else(own_url)) else { return closed(0, false) };
    let on_opened = Closure::<dyn FnMut(Event)>::new(move |_| opened());
    let on_received = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        CONNECTION.with_borrow_mut(|connection| connection.received_at = js_sys::Date::now());
        if let Some(frame) = event.data().as_string().and_then(|text| decode(&text)) {
            received(frame);
        }
    });
    let on_closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
        let was_open = CONNECTION.with_borrow_mut(|connection| {
            connection.socket = None;
            std::mem::take(&mut connection.received_at) > 0.0
        });
        closed(event.code(), was_open);
    });
    socket.set_onopen(Some(on_opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(on_received.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_closed.as_ref().unchecked_ref()));
    let handlers = Handlers { _opened: on_opened, _received: on_received, _closed: on_closed };
    CONNECTION.with_borrow_mut(|connection| {
        (connection.opened_at, connection.received_at) = (js_sys::Date::now(), 0.0);
        connection.socket = Some(socket);
        connection.handlers = Some(handlers);
    });
}

/// Closes the socket; `closed` is not called.
pub fn close() {
    let old = CONNECTION.with_borrow_mut(|connection| connection.socket.take());
    if let Some(socket) = old {
        socket.set_onopen(None);
        socket.set_onmessage(None);
        socket.set_onclose(None);
        // An error here means that it is closed already.
        let _ = socket.close();
    }
}

/// Sends a frame if the socket is open. A lost frame that matters is sent again after the next welcome.
pub fn send(frame: &ClientFrame) {
    let Ok(text) = serde_json::to_string(frame) else { return };
    CONNECTION.with_borrow(|connection| {
        if let Some(socket) = connection.socket.as_ref().filter(|socket| socket.ready_state() == WebSocket::OPEN) {
            // An error here means that it has just closed: `closed` follows.
            let _ = socket.send_with_str(&text);
        }
    });
}

/// Returns the milliseconds since the last frame of the server or, before the first one, since the socket was opened.
pub fn silent_for_ms() -> f64 {
    CONNECTION.with_borrow(|connection| js_sys::Date::now() - connection.received_at.max(connection.opened_at))
}

/// Returns whether there is a socket that has not failed.
pub fn is_opening() -> bool {
    CONNECTION.with_borrow(|connection| connection.socket.is_some())
}

/// Sets the wait before the next attempt, as the server that is shutting down requests.
pub fn return_after_ms(ms: f64) {
    CONNECTION.with_borrow_mut(|connection| connection.return_after_ms = Some(ms));
}

/// Takes that wait.
pub fn take_return_ms() -> Option<f64> {
    CONNECTION.with_borrow_mut(|connection| connection.return_after_ms.take())
}

fn own_url() -> String {
    let origin = window().location().origin().unwrap_or_default();
    format!("{}/ws", origin.replacen("http", "ws", 1))
}
