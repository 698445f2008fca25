//! The frames of the socket: one JSON object in each text frame, with a `type`. Fields are added, never changed; unknown
//! fields are ignored and unknown types become `Unknown`.

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

/// From a client. Ids are text here: an odd one is answered, not dropped with the frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame: what the client holds, and for each channel the last place it has.
    Resume {
        /// Channel → last `pos`.
        #[serde(default)]
        since: BTreeMap<String, u64>,
    },
    /// Say something. Always answered by `ack` or `nack`.
    Send {
        /// Where.
        channel: String,
        /// A UUIDv7 of the sender's.
        id: String,
        /// The text.
        body: String,
        /// True from the second attempt on.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        retry: bool,
    },
    /// This person has read up to here.
    Read {
        /// Where.
        channel: String,
        /// The last place read.
        pos: u64,
    },
    /// This person is writing. At most once in [`crate::limits::TYPING_SEND_EVERY_S`] seconds; more is not passed on.
    Typing {
        /// Where.
        channel: String,
    },
    /// How this device is used. A socket that never said so counts as online.
    Active {
        /// `online`, or anything else for `away`.
        state: Presence,
    },
    /// The one channel of which this socket wants to know who is there, in place of the one before it.
    Watch {
        /// Where; `None` for none.
        #[serde(default)]
        channel: Option<String>,
    },
    /// Is the link alive? Answered by `heartbeat`.
    Heartbeat,
    /// A frame of a newer client.
    #[serde(other)]
    Unknown,
}

/// To a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `resume`.
    Welcome(Box<Welcome>),
    /// Something happened in a channel.
    Event(Event),
    /// It is durable, and stands there.
    Ack {
        /// The message.
        id: MessageId,
        /// Its place.
        pos: Pos,
    },
    /// It was refused.
    Nack {
        /// The message, as the client named it.
        id: String,
        /// Why.
        code: ErrorCode,
        /// False: send the same again later.
        #[serde(rename = "final")]
        is_final: bool,
        /// Seconds after which to try.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
    },
    /// Too much was missed: drop what you hold of this channel and load its history.
    Reset {
        /// The channel.
        channel: ChannelId,
        /// Its newest place; live events follow from there.
        head: Pos,
    },
    /// The same person has read up to here on another device.
    Read {
        /// The channel.
        channel: ChannelId,
        /// The marker's place.
        pos: Pos,
        /// Messages up to the marker.
        n: u64,
    },
    /// Somebody is writing. Forget it after [`crate::limits::TYPING_FORGET_AFTER_S`] seconds.
    Typing {
        /// Where.
        channel: ChannelId,
        /// Who.
        who: Account,
    },
    /// Who is there in the channel that is watched: first everybody who is not offline, then what has changed. At most one
    /// in a second, of [`crate::limits::PRESENT_MAX`] people.
    Presence {
        /// Where.
        channel: ChannelId,
        /// Account → whether it is there.
        who: BTreeMap<AccountId, Presence>,
    },
    /// This person became a member of a channel.
    Joined {
        /// The channel.
        channel: Box<Channel>,
    },
    /// This person is no member any more.
    Left {
        /// The channel.
        channel: ChannelId,
    },
    /// Every `heartbeat_s`: heads that changed since the last one.
    Heartbeat {
        /// Channel → newest place.
        heads: BTreeMap<ChannelId, Pos>,
    },
    /// This server is going.
    Bye {
        /// Seconds after which to ask `/gateway`.
        retry_after: u32,
    },
    /// A frame of a newer server.
    #[serde(other)]
    Unknown,
}

/// The answer to `resume`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Whose socket this is.
    pub account: Account,
    /// Which server answers.
    pub server: String,
    /// Seconds between two heartbeats.
    pub heartbeat_s: u32,
    /// What a client has to keep to.
    pub limits: Limits,
    /// The channels this person is in.
    pub channels: Vec<Channel>,
    /// Whether there are more channels than fit.
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
