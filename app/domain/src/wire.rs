//! The frames of the socket: each text frame is one JSON object with a `type`. Types and fields may be added, but never
//! change: unknown fields are ignored, and unknown types decode as `Unknown`. `docs/protocol.md` describes the protocol.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    api::Channel,
    error::ErrorCode,
    event::{Account, Event},
    ids::{AccountId, ChannelId, MessageId, Pos},
    limits::Limits,
    presence::Presence,
};

/// A frame from a client. Ids are unvalidated texts, so that the server can answer a frame with an invalid id instead of
/// dropping it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// Subscribes to the user's channels and requests the events missed since the given positions. Always the first frame.
    Resume {
        /// Channel → `pos` of the last event that the client holds. At most
        /// [`RESUME_CHANNELS_MAX`](crate::limits::RESUME_CHANNELS_MAX) channels.
        #[serde(default)]
        since: BTreeMap<String, u64>,
    },
    /// Sends a message. The server answers each with exactly one `ack` or `nack`. Idempotent by `id`.
    Send {
        /// The id of the channel that gets the message.
        channel: String,
        /// A UUIDv7 that the sender generates once for the message.
        id: String,
        /// The text as it was typed.
        body: String,
        /// True from the second attempt on: the server then also searches older messages for the id.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        retry: bool,
    },
    /// Moves the user's read marker. A marker never moves backwards. Not answered.
    Read {
        /// The id of the channel that was read.
        channel: String,
        /// The position of the last event read.
        pos: u64,
    },
    /// Reports that the user is writing. At most one per channel in
    /// [`TYPING_SEND_EVERY_S`](crate::limits::TYPING_SEND_EVERY_S) seconds is delivered. Not answered.
    Typing {
        /// The id of the channel in which the user types.
        channel: String,
    },
    /// Reports whether the user is at this device. A socket that has not reported counts as online.
    Active {
        /// `online`; anything else means `away`.
        state: Presence,
    },
    /// Selects the one channel whose presence this socket receives, in place of the previous one.
    Watch {
        /// The channel; `None` for none.
        #[serde(default)]
        channel: Option<String>,
    },
    /// Asks whether the connection is alive. Answered by a `heartbeat`.
    Heartbeat,
    /// A frame of a newer client.
    #[serde(other)]
    Unknown,
}

/// A frame from the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `resume`.
    Welcome(Box<Welcome>),
    /// A new event of a subscribed channel. Events of a channel arrive in order.
    Event(Event),
    /// The answer to a `send`: the message is stored durably, once.
    Ack {
        /// The message's id.
        id: MessageId,
        /// The position that the message got.
        pos: Pos,
    },
    /// The answer to a `send` that was refused.
    Nack {
        /// The id as the client sent it.
        id: String,
        /// Why the message was refused.
        code: ErrorCode,
        /// Whether a retry is pointless. If false, the message may have been stored: retry with the same id.
        #[serde(rename = "final")]
        is_final: bool,
        /// Seconds to wait before the retry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
    },
    /// The client missed too many events: discard the events of this channel and load its history.
    Reset {
        /// The channel whose loaded events are to be dropped.
        channel: ChannelId,
        /// The position of its newest event; live events continue after it.
        head: Pos,
    },
    /// The read marker of the user moved, on this device or another one.
    Read {
        /// The channel that was read.
        channel: ChannelId,
        /// The position of the marker.
        pos: Pos,
        /// The number of messages up to the marker.
        n: u64,
    },
    /// Another user is writing. Expires after [`TYPING_FORGET_AFTER_S`](crate::limits::TYPING_FORGET_AFTER_S) seconds.
    Typing {
        /// The channel in which the user types.
        channel: ChannelId,
        /// The user who types.
        who: Account,
    },
    /// The presence of users in the watched channel: first all who are not offline, then changes. At most one frame a second
    /// and [`PRESENT_MAX`](crate::limits::PRESENT_MAX) users.
    Presence {
        /// The channel that the client watches.
        channel: ChannelId,
        /// Account → its presence.
        who: BTreeMap<AccountId, Presence>,
    },
    /// The user became a member of a channel, on any device.
    Joined {
        /// The channel, from now on subscribed.
        channel: Box<Channel>,
    },
    /// The user is no longer a member of a channel.
    Left {
        /// The channel, no longer subscribed.
        channel: ChannelId,
    },
    /// Sent every `heartbeat_s` seconds: the channels whose head changed since the last one. All events up to these heads
    /// have been sent before this frame.
    Heartbeat {
        /// Channel → position of its newest event.
        heads: BTreeMap<ChannelId, Pos>,
    },
    /// The server will close this socket.
    Bye {
        /// Seconds to wait before asking `/gateway` for another server.
        retry_after: u32,
    },
    /// A frame of a newer server.
    #[serde(other)]
    Unknown,
}

impl ServerFrame {
    /// Returns the frame as JSON. It cannot fail: frames hold strings, numbers, and maps whose keys are strings, and serialisation
    /// into memory fails for nothing else.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("a frame holds strings, numbers and maps with string keys only")
    }
}

/// The answer to `resume`, before the missed events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The account of the session.
    pub account: Account,
    /// The name of the server.
    pub server: String,
    /// The interval of the server's heartbeats, in seconds.
    pub heartbeat_s: u32,
    /// The limits of this server.
    pub limits: Limits,
    /// Channels of the user, at most [`WELCOME_CHANNELS_MAX`](crate::limits::WELCOME_CHANNELS_MAX).
    pub channels: Vec<Channel>,
    /// Whether the user has more channels than `channels`.
    pub more: bool,
}

/// Why the server closes a socket. The close frame carries [`CloseCode::number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// The client closed the socket (RFC 6455).
    Normal = 1000,
    /// The client broke the WebSocket protocol (RFC 6455).
    WebSocketError = 1002,
    /// A text frame is not UTF-8 (RFC 6455).
    NotUtf8 = 1007,
    /// A message has more than [`crate::limits::FRAME_BYTES_MAX`] bytes (RFC 6455).
    MessageTooLarge = 1009,
    /// A frame does not follow this protocol, or comes at the wrong time.
    ProtocolViolation = 4400,
    /// No valid session: log in again.
    Unauthorized = 4401,
    /// The session was ended: by its user, by a password reset, or because it expired.
    SessionEnded = 4403,
    /// No `resume` came in time, or nothing was received for too long.
    TimedOut = 4408,
    /// The client reads too slowly: resume.
    ReadTooSlowly = 4413,
    /// Too many frames, or too many connections.
    TooMany = 4429,
    /// This server is shutting down or cannot serve: ask `/gateway` for another one.
    GoingAway = 4503,
}

impl CloseCode {
    /// Returns the number on the wire.
    pub const fn number(self) -> u16 {
        self as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_the_documented_form() {
        let frame: ClientFrame =
            serde_json::from_str(r#"{"type":"send","channel":"c","id":"i","body":"b","later":1}"#).unwrap();
        assert_eq!(frame, ClientFrame::Send { channel: "c".into(), id: "i".into(), body: "b".into(), retry: false });
        assert_eq!(serde_json::from_str::<ClientFrame>(r#"{"type":"wave"}"#).unwrap(), ClientFrame::Unknown);
        let nack = ServerFrame::Nack { id: "i".into(), code: ErrorCode::TryAgain, is_final: false, retry_after: None };
        assert_eq!(
            serde_json::to_string(&nack).unwrap(),
            r#"{"type":"nack","id":"i","code":"try_again","final":false}"#
        );
    }

    #[test]
    fn an_event_frame_is_the_event_with_a_type() {
        let text = r#"{"type":"event","channel":"c","pos":5,"prev":3,"at":"2026-11-24T09:25:45.678Z","kind":"message",
            "id":"019ab3de-7b1a-7c00-8000-000000000001","author":{"id":"a","name":"ann","display_name":"Ann"},"body":"hi","n":1}"#;
        let frame: ServerFrame = serde_json::from_str(text).unwrap();
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(&frame).unwrap(), value);
        let later =
            r#"{"type":"event","channel":"c","pos":6,"prev":5,"at":"2026-11-24T09:25:45.678Z","kind":"waved","x":1}"#;
        let ServerFrame::Event(event) = serde_json::from_str(later).unwrap() else { panic!("an event") };
        assert_eq!(event.kind, crate::event::EventKind::Unknown);
    }
}
