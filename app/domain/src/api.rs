//! Bodies of the HTTP calls under `/api/v1`, as the page, the server and other programs share them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    clock::Timestamp,
    error::ErrorCode,
    event::{Account, Event},
    ids::{ChannelId, MessageId, Pos, SessionId},
    names::{ChannelName, Topic},
};

/// What a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// The one that everybody is in.
    Hall,
    /// Anybody may find and join it.
    Public,
    /// A kind of a newer server.
    #[serde(other)]
    Unknown,
}

/// A channel, as one person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Stays for ever.
    pub id: ChannelId,
    /// What it is called.
    pub name: ChannelName,
    /// What it is for; may be empty.
    pub topic: Topic,
    /// What it is.
    pub kind: ChannelKind,
    /// How many people are in it.
    pub member_count: u64,
    /// Whether this person is.
    pub joined: bool,
    /// Place of its newest event; 0 before its first.
    pub head: Pos,
    /// How many messages it has.
    pub head_n: u64,
    /// This person's read marker.
    pub read: Pos,
    /// How many messages there were up to the marker. Unread = `head_n - read_n`.
    pub read_n: u64,
    /// When its newest event was.
    pub last_activity_at: Option<Timestamp>,
}

impl Channel {
    /// How many messages of others this person has not read.
    pub fn unread(&self) -> u64 {
        if self.joined { self.head_n.saturating_sub(self.read_n) } else { 0 }
    }
}

/// A piece of a channel: every event with `from < pos ≤ to`, ascending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The channel.
    pub channel: ChannelId,
    /// The event before the first one here.
    pub from: Pos,
    /// The last one here.
    pub to: Pos,
    /// All of them.
    pub events: Vec<Event>,
    /// Whether there are events at or before `from`.
    pub has_older: bool,
    /// Whether there are events after `to`.
    pub has_newer: bool,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Give it as `cursor` to get the next page; `null` at the end.
    pub next: Option<String>,
}

/// A log-in of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub account: Account,
    /// To be sent as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until `access_token` ends.
    pub expires_in: u64,
    /// Good for one `POST /sessions/refresh`.
    pub refresh_token: String,
}

/// A session that has not ended, as the person it belongs to sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSession {
    /// Its id.
    pub id: SessionId,
    /// The browser or program, as it calls itself (`User-Agent`); may be empty.
    pub device: String,
    /// The network address that it was opened from.
    pub address: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    #[serde(rename = "current")]
    pub is_current: bool,
}

/// `POST /accounts`
#[derive(Clone, Deserialize, Serialize)]
pub struct NewAccount {
    /// What one logs in with.
    pub name: String,
    /// The password.
    pub password: String,
    /// What one is called; the name if it is left out.
    #[serde(default)]
    pub display_name: Option<String>,
}

/// `POST /sessions`
#[derive(Clone, Deserialize, Serialize)]
pub struct Credentials {
    /// The account's name.
    pub name: String,
    /// The password.
    pub password: String,
}

/// `POST /sessions/refresh`
#[derive(Clone, Deserialize, Serialize)]
pub struct Refresh {
    /// From the last Session.
    pub refresh_token: String,
}

/// `POST /channels`
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct NewChannel {
    /// What it is called.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub topic: String,
}

/// `POST /channels/{id}/messages`
#[derive(Clone, Deserialize, Serialize)]
pub struct NewMessage {
    /// A UUIDv7 of the sender's.
    pub id: String,
    /// The text.
    pub body: String,
}

/// The answer to `POST /channels/{id}/messages`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Posted {
    /// The message's id.
    pub id: MessageId,
    /// Where it stands.
    pub pos: Pos,
}

/// `PUT /channels/{id}/read`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ReadMarker {
    /// The last place read.
    #[serde(deserialize_with = "whole")]
    pub pos: u64,
}

/// A whole number, also one that its sender writes as `5.0`: to JSON the two are the same.
fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    struct Whole;

    impl de::Visitor<'_> for Whole {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number from 0")
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<u64, E> {
            Ok(number)
        }

        fn visit_f64<E: de::Error>(self, number: f64) -> Result<u64, E> {
            let is_whole = number.fract() == 0.0 && (0.0..u64::MAX as f64).contains(&number);
            is_whole.then_some(number as u64).ok_or_else(|| E::invalid_value(de::Unexpected::Float(number), &self))
        }
    }

    from.deserialize_u64(Whole)
}

/// An `application/problem+json` body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A name for the code; it need not be looked up.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One sentence for a person.
    pub detail: String,
    /// The stable word.
    pub code: ErrorCode,
}

/// The answer to `GET /gateway`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    /// Where to open the socket now.
    pub url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let pos =
            |text: &str| serde_json::from_str(&format!(r#"{{"pos":{text}}}"#)).map(|marker: ReadMarker| marker.pos);
        for (text, number) in [("5", 5), ("5.0", 5), ("1e3", 1_000), ("0.0", 0)] {
            assert_eq!(pos(text).ok(), Some(number), "{text}");
        }
        for odd in ["5.5", "-1", "-1.0", "1e400", "1e30", "\"5\"", "null"] {
            assert!(pos(odd).is_err(), "{odd}");
        }
    }
}
