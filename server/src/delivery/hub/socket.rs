//! An open socket as the hub sees it: a bounded queue of frames, and a way to close it.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{body::Bytes, extract::ws::Utf8Bytes};
use domain::{
    event::Account,
    ids::SessionId,
    sequencer::SequencedEvent,
    wire::{CloseCode, ServerFrame},
};
use tokio::sync::{mpsc, watch};

/// Frames that may wait in one socket's queue. A busy channel of a thousand members fills it in seconds when the client does
/// not read. An entry is a pointer to a shared frame.
pub const SOCKET_QUEUE: usize = 512;

/// An encoded frame. Clones share its bytes.
pub type Text = Utf8Bytes;

/// Number of a socket, unique within this process.
pub type SocketId = u64;

/// Carries the code with which a socket has to be closed, once there is one.
pub type Closing = watch::Receiver<Option<CloseCode>>;

/// An open socket.
pub struct Socket {
    pub(crate) id: SocketId,
    pub(crate) account: Account,
    /// The session that the socket was opened with: ending it closes the socket.
    pub(crate) session: SessionId,
    /// The client's network address, by which connections are limited.
    pub(crate) address: IpAddr,
    queue: mpsc::Sender<Text>,
    closing: watch::Sender<Option<CloseCode>>,
}

impl Socket {
    /// Returns a socket, the frames that its writer has to send, and the signal that ends it.
    pub(crate) fn new(account: Account, session: SessionId, address: IpAddr) -> (Self, mpsc::Receiver<Text>, Closing) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let (queue, frames) = mpsc::channel(SOCKET_QUEUE);
        let (closing, closed) = watch::channel(None);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        (Self { id, account, session, address, queue, closing }, frames, closed)
    }

    /// Queues a frame that must not be lost. A full queue closes the socket: the client resumes and catches up.
    pub(crate) fn send(&self, frame: &Text) {
        if self.queue.try_send(frame.clone()).is_err() {
            self.close(CloseCode::ReadTooSlowly);
        }
    }

    /// Queues a frame that may be lost, and returns whether it was queued. A client that reads slowly gets events first.
    pub(crate) fn try_send_lossy(&self, frame: &Text) -> bool {
        self.queue.try_send(frame.clone()).is_ok()
    }

    /// Closes the socket with this code, unless it is being closed with another one already.
    pub(crate) fn close(&self, code: CloseCode) {
        self.closing.send_if_modified(|closing| {
            let first = closing.is_none();
            closing.get_or_insert(code);
            first
        });
    }
}

/// Encodes a frame.
pub fn encode(frame: &ServerFrame) -> Text {
    Text::from(frame.encode())
}

/// Returns the frame of an event. It shares the bytes that the event was encoded into when it was sequenced.
pub fn event_frame(event: &Arc<SequencedEvent>) -> Text {
    struct Frame(Arc<SequencedEvent>);
    impl AsRef<[u8]> for Frame {
        fn as_ref(&self) -> &[u8] {
            self.0.frame().as_bytes()
        }
    }
    Text::try_from(Bytes::from_owner(Frame(event.clone()))).expect("the bytes of a str are UTF-8")
}
