//! What programs are answered. Mirrors of the types in [`domain::api`] and [`domain::event`], which may not depend on this; tests hold the
//! two together.

use serde::Serialize;
use utoipa::ToSchema;

use super::scalars::{
    AccountId, AccountName, ChannelId, ChannelName, DisplayName, MessageBody, MessageId, Pos, SessionId, Timestamp,
    Topic,
};

/// A person, as others see them.
#[derive(Serialize, ToSchema)]
pub struct Account {
    /// Stays for ever.
    pub id: AccountId,
    /// What one logs in with.
    pub name: AccountName,
    /// What one is called.
    pub display_name: DisplayName,
}

/// A program's log-in.
#[derive(ToSchema)]
pub struct Session {
    /// Who.
    pub account: Account,
    /// To be sent as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(pattern = "^Bearer$")]
    pub token_type: String,
    /// Seconds until `access_token` ends.
    pub expires_in: u64,
    /// Good for one `POST /api/v1/sessions/refresh`.
    pub refresh_token: String,
}

/// Somewhere that one is logged in.
#[derive(ToSchema)]
pub struct OpenSession {
    /// The session.
    pub id: SessionId,
    /// The browser or program, as it called itself when it logged in (`User-Agent`, cut to 250 characters); may be empty.
    pub device: String,
    /// The network address that it logged in from.
    pub address: String,
    /// When it logged in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// One's sessions, the most lately used first.
#[derive(ToSchema)]
pub struct OpenSessionPage {
    /// The sessions, at most 100.
    pub items: Vec<OpenSession>,
    /// Always null.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// `hall` is the one channel that everybody is in and nobody leaves; `public` ones may be found and joined by anybody. Kinds are
/// added: treat one that you do not know as a channel like any other.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Everybody's.
    Hall,
    /// Anybody may find and join it.
    Public,
}

/// A channel, as the one who asks sees it. Unread messages = `head_n - read_n`.
#[derive(ToSchema)]
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
    /// Whether the one who asks is.
    pub joined: bool,
    /// Place of its newest event; 0 before its first.
    pub head: Pos,
    /// How many messages it has.
    pub head_n: u64,
    /// The read marker of the one who asks.
    pub read: Pos,
    /// How many messages there were up to the marker.
    pub read_n: u64,
    /// When its newest event was; null before its first.
    #[schema(required = true)]
    pub last_activity_at: Option<Timestamp>,
}

/// A page of channels: the hall first, then by name.
#[derive(ToSchema)]
pub struct ChannelPage {
    /// The channels.
    pub items: Vec<Channel>,
    /// Give it as `cursor` to get the next page; null at the end.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// A page of people, by name.
#[derive(ToSchema)]
pub struct AccountPage {
    /// The people.
    pub items: Vec<Account>,
    /// Give it as `cursor` to get the next page; null at the end.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// A piece of a channel: every event with `from < pos ≤ to`, ascending. A page joins the next one, or the live stream, exactly where
/// one's `to` is the other's `from`, or the next event's `prev`.
#[derive(ToSchema)]
pub struct History {
    /// The channel.
    pub channel: ChannelId,
    /// The place of the event before the first one here.
    pub from: Pos,
    /// The place of the last one here.
    pub to: Pos,
    /// All of them.
    pub events: Vec<Event>,
    /// Whether there are events at or before `from`.
    pub has_older: bool,
    /// Whether there are events after `to`.
    pub has_newer: bool,
}

/// One entry of a channel's one order.
#[derive(Serialize, ToSchema)]
pub struct Event {
    /// The channel it stands in.
    pub channel: ChannelId,
    /// Its place.
    pub pos: Pos,
    /// The place of the event before it in this channel: who holds another one has a gap.
    pub prev: Pos,
    /// When the server took it; never earlier than the event before it.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened. Kinds are added: skip one that you do not know, and still advance to its `pos`.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// Somebody said something.
    Message(Message),
    /// The channel began.
    Created {
        /// Who made it.
        by: Account,
        /// Its name then.
        name: ChannelName,
        /// Its topic then.
        topic: Topic,
    },
    /// Somebody became a member.
    Joined {
        /// Who.
        who: Account,
    },
    /// Somebody is no member any more.
    Left {
        /// Who.
        who: Account,
    },
}

/// What somebody said.
#[derive(Serialize, ToSchema)]
pub struct Message {
    /// The sender's own id for it.
    pub id: MessageId,
    /// Who said it, named as then.
    pub author: Account,
    /// The text.
    pub body: MessageBody,
    /// The channel's messages counted from 1, without gaps.
    #[schema(minimum = 1)]
    pub n: u64,
}

/// Where a message stands.
#[derive(ToSchema)]
pub struct Posted {
    /// The message's id.
    pub id: MessageId,
    /// Its place.
    pub pos: Pos,
}

/// Where to open the socket.
#[derive(ToSchema)]
pub struct Gateway {
    /// A `ws:` or `wss:` address, good for now.
    #[schema(pattern = "^wss?://")]
    pub url: String,
}

/// Why something was refused (RFC 9457).
#[derive(ToSchema)]
pub struct Problem {
    /// A name for the code; it need not be looked up.
    #[schema(rename = "type", pattern = "^urn:jimmy-chat:problem:[a-z_]+$")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// One sentence for whoever writes the program.
    pub detail: String,
    /// The stable word that programs match on. Words are added, never changed.
    #[schema(pattern = "^[a-z_]+$")]
    pub code: String,
}
