//! The WebSocket stack of every socket: buffers, limits and close codes. `server/examples/echo.rs` is the same stack without
//! authentication, for conformance tests.

use axum::{
    Error,
    extract::{
        WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
};
use domain::wire::CloseCode;
use tungstenite::error::{CapacityError, Error as WsError};

/// Bytes of a socket's read buffer. tungstenite's default of 128 KiB would be 1.2 GiB for 10,000 idle sockets.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Bytes that are buffered before a write: none, because `gateway/outbound` batches.
const WRITE_BUFFER_BYTES: usize = 0;
/// Bytes that may wait for a client that does not read. tungstenite's default has no limit.
const WRITE_BUFFER_BYTES_MAX: usize = 1024 * 1024;

/// Sets the buffers of an upgrade. A message, in one frame or several, may have at most `bytes_max` bytes.
pub fn configure(upgrade: WebSocketUpgrade, bytes_max: usize) -> WebSocketUpgrade {
    upgrade
        .max_message_size(bytes_max)
        .max_frame_size(bytes_max)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        // A message has to fit as a whole.
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX.max(2 * bytes_max))
}

/// Returns the close code for a frame that cannot be read.
pub fn code_of(error: Error) -> CloseCode {
    let error = error.into_inner();
    match error.downcast_ref::<WsError>() {
        Some(WsError::Capacity(CapacityError::MessageTooLong { .. })) => CloseCode::MessageTooLarge,
        Some(WsError::Utf8(_)) => CloseCode::NotUtf8,
        _ => CloseCode::WebSocketError,
    }
}

/// Sends a close frame, and waits until the client has closed, too. Unread data would make the system reset the connection, and the client
/// would never see the code. A client that closed first gets its own code back.
pub async fn close(ws: &mut WebSocket, code: CloseCode) {
    // Fails if the client has begun to close: the answer to that leaves with the next read.
    let _ = ws.send(Message::Close(Some(frame(code)))).await;
    while let Some(Ok(_)) = ws.recv().await {}
}

fn frame(code: CloseCode) -> CloseFrame {
    let reason = match code {
        CloseCode::ProtocolViolation => "protocol violation",
        CloseCode::Unauthorized => "log in again",
        CloseCode::SessionEnded => "the session was ended",
        CloseCode::TimedOut => "silent too long",
        CloseCode::ReadTooSlowly => "read too slowly: resume",
        CloseCode::TooMany => "too fast or too many connections",
        CloseCode::GoingAway => "going away",
        CloseCode::MessageTooLarge => "frame too large",
        CloseCode::Normal | CloseCode::WebSocketError | CloseCode::NotUtf8 => "",
    };
    CloseFrame { code: code.number(), reason: reason.into() }
}
