//! Channels, their members and the members' read markers.

use async_trait::async_trait;
use domain::{
    api::ChannelKind,
    clock::Timestamp,
    event::Account,
    ids::{AccountId, ChannelId, MessageId, Pos},
    names::{ChannelName, Topic},
};

use super::{
    super::{StoreError, event_log::Partition},
    error::ChangeError,
};

/// The partition of the hall's events, in every log.
pub const HALL_PARTITION: Partition = 0;

/// A new channel.
#[derive(Clone, Debug)]
pub struct ChannelDraft {
    /// The channel's id.
    pub id: ChannelId,
    /// The channel's name.
    pub name: ChannelName,
    /// The name, folded for comparison. Unique.
    pub name_key: String,
    /// What the channel is about.
    pub topic: Topic,
    /// The partition of the channel's events.
    pub partition: Partition,
    /// The owner, who is the first member.
    pub by: Account,
    /// The id of the event that creates the channel.
    pub create_id: MessageId,
    /// The id of the event by which the owner joins.
    pub join_id: MessageId,
    /// The current time.
    pub at: Timestamp,
}

/// A channel as one account sees it, without what only the log knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    /// The channel's id.
    pub id: ChannelId,
    /// The channel's name.
    pub name: ChannelName,
    /// What the channel is about.
    pub topic: Topic,
    /// The hall, or a public channel.
    pub kind: ChannelKind,
    /// The partition of the channel's events.
    pub partition: Partition,
    /// The number of members.
    pub member_count: u64,
    /// Whether this account is a member.
    pub joined: bool,
    /// This account's read marker.
    pub read: Pos,
    /// The number of messages up to the read marker.
    pub read_n: u64,
}

/// Which channels to list, and from where on.
#[derive(Clone, Debug, Default)]
pub struct ChannelQuery {
    /// Only channels whose name or topic contains this text.
    pub search: Option<String>,
    /// Only channels that this account is a member of, or only others.
    pub joined: Option<bool>,
    /// Only channels after this cursor, which the page before has returned.
    pub cursor: Option<String>,
    /// The most channels to return.
    pub limit: usize,
}

/// The result of a change to a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was made, and its event is in the outbox.
    Made,
    /// The membership was so already. Nothing was changed.
    Already,
}

/// A membership that begins or ends.
#[derive(Clone, Debug)]
pub struct MembershipDraft {
    /// The account that joins or leaves.
    pub who: Account,
    /// The channel that it joins or leaves.
    pub channel: ChannelId,
    /// The id of the event that announces the change.
    pub id: MessageId,
    /// The channel's newest position and its number of messages: the first read marker of a new member.
    pub read: (Pos, u64),
    /// The current time.
    pub at: Timestamp,
}

/// How far an account has read a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadMark {
    /// The account that has read.
    pub account: AccountId,
    /// The channel that it has read.
    pub channel: ChannelId,
    /// The position of the read marker.
    pub pos: Pos,
    /// The number of messages up to the read marker.
    pub n: u64,
}

/// Channels, their members and the members' read markers. Changes that others should see put an event into the outbox, in the same
/// transaction.
#[async_trait]
pub trait ChannelStore: Send + Sync {
    /// Creates a channel, with its owner as the only member.
    ///
    /// # Errors
    /// [`ChangeError::NameTaken`] if a channel has this name, [`ChangeError::TooMany`] if the owner is a member of
    /// [`CHANNELS_PER_ACCOUNT_MAX`](domain::limits::CHANNELS_PER_ACCOUNT_MAX) channels.
    async fn create_channel(&self, draft: &ChannelDraft) -> Result<(), ChangeError>;

    /// Returns a channel that this account may see.
    async fn channel(&self, id: &ChannelId, viewer: &AccountId) -> Result<Option<ChannelRow>, StoreError>;

    /// Returns the hall's id; `None` before the first account.
    async fn hall(&self) -> Result<Option<ChannelId>, StoreError>;

    /// Returns channels that this account may see, by name, and the cursor of the next page if there is one.
    async fn channels(
        &self,
        viewer: &AccountId,
        query: &ChannelQuery,
    ) -> Result<(Vec<ChannelRow>, Option<String>), StoreError>;

    /// Returns the ids of all channels that this account is a member of, at most
    /// [`CHANNELS_PER_ACCOUNT_MAX`](domain::limits::CHANNELS_PER_ACCOUNT_MAX).
    async fn joined(&self, account: &AccountId) -> Result<Vec<ChannelId>, StoreError>;

    /// Returns whether an account is a member of a channel.
    async fn is_member(&self, account: &AccountId, channel: &ChannelId) -> Result<bool, StoreError>;

    /// Returns the members of a channel by name, and the cursor of the next page if there is one.
    async fn members(
        &self,
        channel: &ChannelId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Account>, Option<String>), StoreError>;

    /// Returns the ids of the members of a channel, at most `limit`, in no order.
    async fn member_ids(&self, channel: &ChannelId, limit: usize) -> Result<Vec<AccountId>, StoreError>;

    /// Makes an account a member of a channel. Everything up to now counts as read.
    ///
    /// # Errors
    /// [`ChangeError::NotFound`] without such a channel, [`ChangeError::TooMany`] as for
    /// [`create_channel`](Self::create_channel).
    async fn join(&self, join: &MembershipDraft) -> Result<Change, ChangeError>;

    /// Ends a membership.
    ///
    /// # Errors
    /// [`ChangeError::NotFound`] without such a channel.
    async fn leave(&self, leave: &MembershipDraft) -> Result<Change, ChangeError>;

    /// Moves read markers forward, all in one transaction. A marker never moves back; one without a membership is ignored.
    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError>;

    /// Gives each channel, and its changes in the outbox, its partition modulo `count`, which is not 0: a new log may have fewer
    /// partitions. Doing it again changes nothing. For an operator's command, while no server runs.
    async fn repartition(&self, count: u32) -> Result<(), StoreError>;

    /// Returns the channels whose `created` event has left the outbox, with ids greater than `after`, in id order, at most `limit`.
    async fn announced_channels(&self, after: Option<&ChannelId>, limit: usize) -> Result<Vec<ChannelId>, StoreError>;
}
