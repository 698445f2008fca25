//! The WebSocket stack as every socket of ours uses it: its buffers and bounds, and which close code says what went wrong.
//! `server/examples/echo.rs` is the same stack with nothing behind it, for conformance tests.

use axum::{
    Error,
    extract::{
        WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
};
use domain::wire::CloseCode;
use tungstenite::error::{CapacityError, Error as WsError};

/// tungstenite reads into a buffer of 128 KiB for each socket unless told otherwise: 1.2 GiB for 10,000 idle ones.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Written at once rather than gathered: `gateway/outbound` gathers.
const WRITE_BUFFER_BYTES: usize = 0;
/// tungstenite's own default is unlimited: what may wait for a peer that does not read.
const WRITE_BUFFER_BYTES_MAX: usize = 1024 * 1024;

/// An upgrade with our buffers; a message, in one frame or many, may have at most `bytes_max` bytes.
pub fn configured(upgrade: WebSocketUpgrade, bytes_max: usize) -> WebSocketUpgrade {
    upgrade
        .max_message_size(bytes_max)
        .max_frame_size(bytes_max)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        // What is written has to fit as a whole.
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX.max(2 * bytes_max))
}

/// The close code of a frame that could not be read.
pub fn code_of(error: Error) -> CloseCode {
    let error = error.into_inner();
    match error.downcast_ref::<WsError>() {
        Some(WsError::Capacity(CapacityError::MessageTooLong { .. })) => CloseCode::MessageTooLarge,
        Some(WsError::Utf8(_)) => CloseCode::NotUtf8,
        _ => CloseCode::WebSocketError,
    }
}

/// Says why, and waits until the peer has gone too: what is still unread would make the system reset the connection, and
/// the peer would never see the code. A peer that said goodbye first is answered with its own code.
pub async fn say_goodbye(ws: &mut WebSocket, code: CloseCode) {
    // Refused when the peer has begun to close: its answer is made already, and leaves with the next read.
    let _ = ws.send(Message::Close(Some(frame(code)))).await;
    while let Some(Ok(_)) = ws.recv().await {}
}

fn frame(code: CloseCode) -> CloseFrame {
    let reason = match code {
        CloseCode::ProtocolViolation => "not the protocol",
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
