//! The frames of the socket: one JSON object in each text frame, with a `type`. Fields are added, never changed; unknown
//! fields are ignored and unknown types become `Unknown`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    api::Channel,
    event::{Account, Event},
    ids::{AccountId, ChannelId, MessageId, Pos},
    limits::Limits,
    presence::Presence,
    rejection::Code,
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
        again: bool,
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
    /// Is the link alive? Answered by `beat`.
    Beat,
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
        code: Code,
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
    Beat {
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
    /// Seconds between two beats.
    pub heartbeat_s: u32,
    /// What a client has to keep to.
    pub limits: Limits,
    /// The channels this person is in.
    pub channels: Vec<Channel>,
    /// Whether there are more channels than fit.
    pub more: bool,
}

/// Why a server closed a socket.
pub mod close {
    /// What came is not the protocol.
    pub const NOT_THE_PROTOCOL: u16 = 4400;
    /// Log in again.
    pub const LOG_IN_AGAIN: u16 = 4401;
    /// The session was ended.
    pub const SESSION_ENDED: u16 = 4403;
    /// No `resume`, or silent too long.
    pub const SILENT: u16 = 4408;
    /// Read too slowly: resume.
    pub const TOO_SLOW: u16 = 4413;
    /// Too fast, or too many connections.
    pub const TOO_FAST: u16 = 4429;
    /// Going away: as `bye` says.
    pub const GOING_AWAY: u16 = 4503;
    /// The frame is too large (RFC 6455).
    pub const TOO_LARGE: u16 = 1009;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_the_documented_form() {
        let frame: ClientFrame =
            serde_json::from_str(r#"{"type":"send","channel":"c","id":"i","body":"b","later":1}"#).unwrap();
        assert_eq!(frame, ClientFrame::Send { channel: "c".into(), id: "i".into(), body: "b".into(), again: false });
        assert_eq!(serde_json::from_str::<ClientFrame>(r#"{"type":"wave"}"#).unwrap(), ClientFrame::Unknown);
        let nack = ServerFrame::Nack { id: "i".into(), code: Code::TryAgain, is_final: false, retry_after: None };
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
