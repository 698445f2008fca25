//! What goes into the directory, and what comes out of it.

use domain::{
    api::ChannelKind,
    clock::Timestamp,
    event::Account,
    ids::{AccountId, ChannelId, MessageId, Pos, SessionId},
    names::{AccountName, ChannelName, DisplayName, Topic},
    record::Action,
};

use super::super::event_log::Partition;

/// An account to be made.
#[derive(Clone)]
pub struct AccountDraft {
    /// Its name.
    pub name: AccountName,
    /// The name, folded for comparison.
    pub name_key: String,
    /// The name's look-alike skeleton.
    pub name_skeleton: String,
    /// What it is called.
    pub display_name: DisplayName,
    /// A PHC string.
    pub password_hash: String,
    /// Of the event that says it is in the hall.
    pub join_id: MessageId,
    /// The hall's head now, and its messages: what was said before counts as read.
    pub read: (Pos, u64),
    /// Now.
    pub at: Timestamp,
}

/// An account as log-in needs it.
pub struct Login {
    /// Who.
    pub account: Account,
    /// A PHC string.
    pub password_hash: String,
}

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct SessionDraft {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// The browser or program, as it calls itself.
    pub device: String,
    /// Where from.
    pub address: String,
    /// Now.
    pub at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A session that has not ended.
#[derive(Clone, Debug)]
pub struct LiveSession {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub account: Account,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was last used, as far as that has been written down.
    pub last_used_at: Timestamp,
}

/// A session as its owner sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// The browser or program, as it calls itself.
    pub device: String,
    /// Where from.
    pub address: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
}

/// What a refresh token was good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent {
    /// It was good; now it is spent.
    Now(SessionId),
    /// It was spent before, at this time.
    Before(SessionId, Timestamp),
    /// Nobody knows it.
    Unknown,
}

/// A channel to be made.
#[derive(Clone, Debug)]
pub struct ChannelDraft {
    /// Its id.
    pub id: ChannelId,
    /// Its name.
    pub name: ChannelName,
    /// The name, folded for comparison.
    pub name_key: String,
    /// What it is for.
    pub topic: Topic,
    /// Where its events go.
    pub partition: Partition,
    /// Its owner and first member.
    pub by: Account,
    /// Of the event that says it began.
    pub create_id: MessageId,
    /// Of the event that says its owner is in it.
    pub join_id: MessageId,
    /// Now.
    pub at: Timestamp,
}

/// A channel, as one person sees it, without what the log knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    /// Its id.
    pub id: ChannelId,
    /// Its name.
    pub name: ChannelName,
    /// What it is for.
    pub topic: Topic,
    /// What it is.
    pub kind: ChannelKind,
    /// Where its events go.
    pub partition: Partition,
    /// How many are in it.
    pub member_count: u64,
    /// Whether this person is.
    pub joined: bool,
    /// This person's read marker.
    pub read: Pos,
    /// Messages up to the marker.
    pub read_n: u64,
}

/// Which channels, and which of them next.
#[derive(Clone, Debug, Default)]
pub struct ChannelQuery {
    /// Only those whose name or topic holds this.
    pub search: Option<String>,
    /// Only those that this person is in, or is not in.
    pub joined: Option<bool>,
    /// After this one, as the last page's `next` said.
    pub cursor: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A change to a membership, and whether there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was made; its event leaves through the outbox.
    Made,
    /// It was so before.
    Already,
}

/// A change whose event is not in the log's order yet.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    /// Order of leaving.
    pub seq: i64,
    /// The channel.
    pub channel: ChannelId,
    /// Where its events go.
    pub partition: Partition,
    /// The change's id.
    pub id: MessageId,
    /// When it was made.
    pub at: Timestamp,
    /// What happened.
    pub action: Action,
}

/// How far a person has read in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadMark {
    /// Who.
    pub account: AccountId,
    /// Where.
    pub channel: ChannelId,
    /// The marker's place.
    pub pos: Pos,
    /// Messages up to the marker.
    pub n: u64,
}

/// A membership to begin or to end.
#[derive(Clone, Debug)]
pub struct MembershipDraft {
    /// Who.
    pub who: Account,
    /// Where.
    pub channel: ChannelId,
    /// Of the event that says so.
    pub id: MessageId,
    /// The channel's head now, and its messages: the read marker of somebody who joins.
    pub read: (Pos, u64),
    /// Now.
    pub at: Timestamp,
}
