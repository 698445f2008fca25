//! Bodies of requests and responses of the HTTP API under `/api/v1`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    clock::Timestamp,
    error::ErrorCode,
    event::{Account, Event},
    ids::{ChannelId, MessageId, Pos, SessionId},
    names::{ChannelName, Topic},
};

/// The kind of a channel. Kinds may be added: clients treat an unknown one like `public`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ChannelKind {
    /// The channel of which every user is a member. There is exactly one, and it cannot be left.
    Hall,
    /// A channel that every user may find, read and join.
    Public,
    /// A kind of a newer server.
    #[serde(other)]
    Unknown,
}

/// A channel as one user sees it. Unread messages: `head_n - read_n`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Channel {
    /// Never changes and is never reused.
    pub id: ChannelId,
    /// Unique, ignoring case. The hall's name is chosen by the client's language.
    pub name: ChannelName,
    /// May be empty.
    pub topic: Topic,
    /// Whether it is the hall or a public channel.
    pub kind: ChannelKind,
    /// The number of its members.
    pub member_count: u64,
    /// Whether the requesting user is a member.
    pub joined: bool,
    /// The position of its newest event; 0 before its first.
    pub head: Pos,
    /// The number of its messages.
    pub head_n: u64,
    /// The read marker of the requesting user: the position up to which the user has read.
    pub read: Pos,
    /// The number of messages up to the read marker.
    pub read_n: u64,
    /// The time of its newest event; null before its first.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub last_activity_at: Option<Timestamp>,
}

impl Channel {
    /// Returns the number of unread messages; 0 for a user who is not a member.
    pub fn unread(&self) -> u64 {
        if self.joined { self.head_n.saturating_sub(self.read_n) } else { 0 }
    }
}

/// A contiguous part of a channel: every event with `from < pos ≤ to`, ascending. It joins another part, or the live events,
/// exactly where its `to` is the other's `from` or the next event's `prev`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct History {
    /// The channel it belongs to.
    pub channel: ChannelId,
    /// The position before the first event here.
    pub from: Pos,
    /// The position of the last event here.
    pub to: Pos,
    /// The events, without gaps.
    pub events: Vec<Event>,
    /// Whether the channel has events at or before `from`.
    pub has_older: bool,
    /// Whether the channel has events after `to`.
    pub has_newer: bool,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items, at most 100.
    pub items: Vec<T>,
    /// The `cursor` of the next page; null at the end.
    pub next: Option<String>,
}

/// The session of a program that has logged in, with its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The account that logged in.
    pub account: Account,
    /// Sent as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    #[cfg_attr(feature = "openapi", schema(pattern = "^Bearer$"))]
    pub token_type: String,
    /// Lifetime of `access_token`, in seconds.
    pub expires_in: u64,
    /// Valid for one `POST /api/v1/sessions/refresh`.
    pub refresh_token: String,
}

/// A session that has not ended, as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenSession {
    /// Used to end the session.
    pub id: SessionId,
    /// The `User-Agent` of the browser or program at log-in, cut to 250 characters; may be empty.
    pub device: String,
    /// The network address at log-in.
    pub address: String,
    /// The time of the log-in.
    pub created_at: Timestamp,
    /// The time of the last use, to the minute.
    pub last_used_at: Timestamp,
    /// Whether this session makes the request.
    #[serde(rename = "current")]
    pub is_current: bool,
}

/// A new account: `POST /accounts`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAccount {
    /// The name that the user will log in with.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::names::AccountName))]
    pub name: String,
    /// The password in plain text; only a hash of it is stored.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Password))]
    pub password: String,
    /// The name that others see. The account's name if it is missing, null or blank.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::NewDisplayName>))]
    pub display_name: Option<String>,
}

/// A log-in: `POST /sessions`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credentials {
    /// The account's name, in any equivalent spelling.
    pub name: String,
    /// The password in plain text.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

/// A renewal of a session: `POST /sessions/refresh`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refresh {
    /// The token of the last Session.
    pub refresh_token: String,
}

/// A new public channel: `POST /channels`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewChannel {
    /// The name that users see; unique, ignoring case and width.
    #[cfg_attr(feature = "openapi", schema(value_type = ChannelName))]
    pub name: String,
    /// The topic; may be empty.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Topic, required = false))]
    pub topic: String,
}

/// A new message: `POST /channels/{id}/messages`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMessage {
    /// A UUIDv7 that the sender generates once for the message.
    #[cfg_attr(feature = "openapi", schema(value_type = MessageId))]
    pub id: String,
    /// The text as it was typed.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::drafts::MessageBody))]
    pub body: String,
}

/// The position of a message that is stored durably: the response of `POST /channels/{id}/messages`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Posted {
    /// The id of the message.
    pub id: MessageId,
    /// Its position in the channel.
    pub pos: Pos,
}

/// The position up to which a user has read: `PUT /channels/{id}/read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadMarker {
    /// The position of the last event read. Beyond the channel's head it counts as the head.
    #[serde(deserialize_with = "whole")]
    #[cfg_attr(feature = "openapi", schema(value_type = Pos))]
    pub pos: u64,
}

/// Deserializes an integer, also one written as `5.0`, which is the same number in JSON.
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

/// Why a request was refused (RFC 9457, `application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI that identifies the code. It cannot be dereferenced.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(pattern = "^urn:jimmy-chat:problem:[a-z_]+$"))]
    pub kind: String,
    /// The reason phrase of the status.
    pub title: String,
    /// The HTTP status, 400 to 599.
    #[cfg_attr(feature = "openapi", schema(minimum = 400, maximum = 599))]
    pub status: u16,
    /// One sentence for the developer of the client.
    pub detail: String,
    /// The stable code that clients match on.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[a-z_]+$"))]
    pub code: ErrorCode,
}

/// Where to open the socket: the response of `GET /gateway`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gateway {
    /// A `ws:` or `wss:` address. It may be another one for the next connection.
    #[cfg_attr(feature = "openapi", schema(pattern = "^wss?://"))]
    pub url: String,
}

#[cfg(feature = "openapi")]
mod schema {
    use std::borrow::Cow;

    use utoipa::{
        PartialSchema, ToSchema,
        openapi::{
            ArrayBuilder, ObjectBuilder, Ref, RefOr, Type,
            schema::{Schema, SchemaType},
        },
    };

    use super::Page;

    /// The schema is named after the items: `ChannelPage` is a page of `Channel`.
    impl<T: ToSchema> ToSchema for Page<T> {
        fn name() -> Cow<'static, str> {
            format!("{}Page", T::name()).into()
        }

        fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            schemas.push((T::name().into(), T::schema()));
            T::schemas(schemas);
        }
    }

    impl<T: ToSchema> PartialSchema for Page<T> {
        fn schema() -> RefOr<Schema> {
            let items = ArrayBuilder::new()
                .items(Ref::from_schema_name(T::name()))
                .description(Some("The items, at most 100."));
            let next = ObjectBuilder::new()
                .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
                .description(Some("The `cursor` of the next page; null at the end."));
            ObjectBuilder::new()
                .property("items", items)
                .property("next", next)
                .required("items")
                .required("next")
                .description(Some("One page of a list."))
                .into()
        }
    }
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
