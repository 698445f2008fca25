//! One open socket, as the hub sees it: a bounded queue, and a way to close it.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::extract::ws::Utf8Bytes;
use domain::{
    event::Account,
    ids::SessionId,
    wire::{CloseCode, ServerFrame},
};
use tokio::sync::{mpsc, watch};

/// Frames that wait for one socket. A channel of a thousand lively people fills it in seconds when nobody reads; each
/// entry is a pointer to a shared frame.
pub const SOCKET_QUEUE: usize = 512;

/// An encoded frame, shared by all who get it.
pub type Text = Utf8Bytes;

/// Number of a socket within this process.
pub type SocketId = u64;

/// Says when a socket is to be closed, and with which code.
pub type Closing = watch::Receiver<Option<CloseCode>>;

/// One open socket.
pub struct Socket {
    /// Its number.
    pub id: SocketId,
    /// Whose.
    pub account: Account,
    /// The session it was opened with.
    pub session: SessionId,
    /// The network address it came from, as limits count it.
    pub address: IpAddr,
    queue: mpsc::Sender<Text>,
    closing: watch::Sender<Option<CloseCode>>,
}

impl Socket {
    /// A socket, what it has to send, and what ends it.
    pub fn new(account: Account, session: SessionId, address: IpAddr) -> (Self, mpsc::Receiver<Text>, Closing) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let (queue, frames) = mpsc::channel(SOCKET_QUEUE);
        let (closing, closed) = watch::channel(None);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        (Self { id, account, session, address, queue, closing }, frames, closed)
    }

    /// Queues a frame; a full queue closes the socket, which then resumes.
    pub fn tell(&self, frame: &Text) {
        if self.queue.try_send(frame.clone()).is_err() {
            self.close(CloseCode::ReadTooSlowly);
        }
    }

    /// Queues a frame that may be lost; says whether it was not. Whoever reads slowly has more important things to read.
    pub fn hint(&self, frame: &Text) -> bool {
        self.queue.try_send(frame.clone()).is_ok()
    }

    /// Closes the socket; the first code stands.
    pub fn close(&self, code: CloseCode) {
        self.closing.send_if_modified(|closing| {
            let first = closing.is_none();
            closing.get_or_insert(code);
            first
        });
    }
}

/// A frame as it goes out.
pub fn encode(frame: &ServerFrame) -> Text {
    serde_json::to_string(frame).map(Text::from).unwrap_or_default()
}
