//! ③ The socket. Before it on a message's way: `outbox/sender`. After it, in the server: `gateway/upgrade`. Only the browser
//! comes here; it has one thread and one page, and therefore one socket.

use std::{cell::RefCell, future::poll_fn, task::Poll};

use domain::wire::ClientFrame;
use futures_util::{SinkExt, StreamExt};
use gloo_net::websocket::{Message, State, WebSocketError, futures::WebSocket};
use leptos::{prelude::*, task::spawn_local};

use super::decode::{ServerEvent, decode};
use crate::ui::Moment;

thread_local! {
    static CONNECTION: RefCell<Connection> = RefCell::default();
}

#[derive(Default)]
struct Connection {
    socket: Option<WebSocket>,
    /// Counts the sockets, so that the task that reads an earlier one ends.
    number: u32,
    opened_at: Option<Moment>,
    received_at: Option<Moment>,
    return_after_ms: Option<f64>,
}

/// What happens to a socket.
enum SocketEvent {
    Opened,
    /// `None` when it is closed and everything has been read.
    Read(Option<Result<Message, WebSocketError>>),
}

/// Opens a socket in place of the one before it. `closed` is called with the close code, and whether the socket had received
/// anything.
pub fn open(
    url: Option<String>,
    opened: impl Fn() + 'static,
    received: impl Fn(ServerEvent) + 'static,
    closed: impl Fn(u16, bool) + 'static,
) {
    close();
    let Ok(socket) = WebSocket::open(&url.unwrap_or_else(own_url)) else { return closed(0, false) };
    let number = CONNECTION.with_borrow_mut(|connection| {
        (connection.opened_at, connection.received_at) = (Some(Moment::now()), None);
        connection.socket = Some(socket);
        connection.number += 1;
        connection.number
    });
    spawn_local(async move {
        let mut is_connecting = true;
        while let Some(happening) = next(number, is_connecting).await {
            match happening {
                SocketEvent::Opened => {
                    is_connecting = false;
                    opened();
                }
                SocketEvent::Read(Some(Ok(message))) => {
                    CONNECTION.with_borrow_mut(|connection| connection.received_at = Some(Moment::now()));
                    if let Message::Text(text) = message
                        && let Some(frame) = decode(&text)
                    {
                        received(frame);
                    }
                }
                SocketEvent::Read(Some(Err(WebSocketError::ConnectionClose(event)))) => {
                    return end(event.code, &closed);
                }
                // The close event follows.
                SocketEvent::Read(Some(Err(_))) => {}
                SocketEvent::Read(None) => return end(0, &closed),
            }
        }
    });
}

/// Waits for what happens next to the socket of this number. Returns `None` when the page has closed or replaced it. The
/// socket stays in `CONNECTION` meanwhile, so that frames are sent at once and in their order.
async fn next(number: u32, is_connecting: bool) -> Option<SocketEvent> {
    poll_fn(|context| {
        CONNECTION.with_borrow_mut(|connection| {
            let current = connection.socket.as_mut().filter(|_| connection.number == number);
            let Some(socket) = current else { return Poll::Ready(None) };
            if let Poll::Ready(read) = socket.poll_next_unpin(context) {
                return Poll::Ready(Some(SocketEvent::Read(read)));
            }
            // gloo-net reports the opening only to a sender that waits for it.
            if is_connecting && socket.poll_ready_unpin(context).is_ready() {
                return Poll::Ready(Some(SocketEvent::Opened));
            }
            Poll::Pending
        })
    })
    .await
}

/// Drops a socket that the server or the network closed, and calls `closed`.
fn end(code: u16, closed: &dyn Fn(u16, bool)) {
    let was_open = CONNECTION.with_borrow_mut(|connection| connection.received_at.take().is_some());
    close();
    closed(code, was_open);
}

/// Closes the socket; `closed` is not called.
pub fn close() {
    let old = CONNECTION.with_borrow_mut(|connection| connection.socket.take());
    // Outside the borrow: a socket that is dropped closes itself, and calls its own listeners.
    drop(old);
}

/// Sends a frame if the socket is open. A lost frame that matters is sent again after the next welcome.
pub fn send(frame: &ClientFrame) {
    let Ok(text) = serde_json::to_string(frame) else { return };
    CONNECTION.with_borrow_mut(|connection| {
        if let Some(socket) = connection.socket.as_mut().filter(|socket| matches!(socket.state(), State::Open)) {
            // An error here means that it has just closed: `closed` follows.
            let _ = socket.start_send_unpin(Message::Text(text));
        }
    });
}

/// Returns the milliseconds since the last frame of the server or, before the first one, since the socket was opened.
pub fn silent_for_ms() -> f64 {
    CONNECTION.with_borrow(|connection| connection.received_at.or(connection.opened_at).map_or(0.0, Moment::elapsed_ms))
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
