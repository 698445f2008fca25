//! Creates, lists, joins and leaves channels, and sends these changes to other servers.
//!
//! | module | what it does |
//! | --- | --- |
//! | `outbox` | appends the directory's changes to the log |
//! | `join_announcer` | notifies a user's own sockets of a new membership |

mod join_announcer;
mod outbox;

use std::sync::Arc;

use domain::{
    api::{Channel, ChannelKind, NewChannel, Page},
    error::ErrorCode,
    event::Account,
    ids::{AccountId, ChannelId, MessageId, Pos},
    names::{ChannelName, Topic},
};

pub use join_announcer::announce_joins;
pub use outbox::Outbox;

use crate::{
    clock::now,
    delivery::Delivery,
    folding::fold,
    metrics::Metrics,
    ports::{
        Directory, StoreError,
        directory::{Change, ChannelDraft, ChannelQuery, ChannelRow, MembershipDraft},
        event_log::Partition,
    },
};

/// Names of the hall in each language, which no other channel may have.
const HALL_NAMES: [&str; 2] = ["hall", "大廳"];

/// Creates, lists, joins and leaves channels.
pub struct Channels {
    directory: Arc<dyn Directory>,
    delivery: Arc<Delivery>,
    outbox: Arc<Outbox>,
    metrics: Arc<Metrics>,
}

impl Channels {
    /// Returns the handle.
    pub fn new(
        directory: Arc<dyn Directory>,
        delivery: Arc<Delivery>,
        outbox: Arc<Outbox>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { directory, delivery, outbox, metrics }
    }

    /// Returns the hall's id; `None` before the first account exists.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub async fn hall(&self) -> Result<Option<ChannelId>, ErrorCode> {
        self.directory.hall().await.map_err(self.metrics.directory_failed())
    }

    /// Checks that the directory answers.
    ///
    /// # Errors
    /// Why it does not.
    pub(crate) async fn check_directory(&self) -> Result<(), StoreError> {
        self.directory.hall().await.map(drop)
    }

    /// Returns a channel as this user sees it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::TryAgain`].
    pub async fn view(&self, viewer: &AccountId, channel: &ChannelId) -> Result<Channel, ErrorCode> {
        let row = self.directory.channel(channel, viewer).await.map_err(self.metrics.directory_failed())?;
        row.map(|row| self.view_of(viewer, row)).ok_or(ErrorCode::NotFound)
    }

    /// Returns the channels that this user may see, by name, the hall first.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub async fn list(&self, viewer: &AccountId, query: ChannelQuery) -> Result<Page<Channel>, ErrorCode> {
        let (rows, next) = self.rows(viewer, query).await?;
        Ok(Page { items: rows.into_iter().map(|row| self.view_of(viewer, row)).collect(), next })
    }

    /// Returns the same as [`Channels::list`], before the log's state is added by [`Channels::view_of`].
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub(crate) async fn rows(
        &self,
        viewer: &AccountId,
        mut query: ChannelQuery,
    ) -> Result<(Vec<ChannelRow>, Option<String>), ErrorCode> {
        query.search = query.search.map(|text| fold(text.trim()));
        self.directory.channels(viewer, &query).await.map_err(self.metrics.directory_failed())
    }

    /// Returns the ids of all channels that a user is a member of.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub(crate) async fn joined(&self, account: &AccountId) -> Result<Vec<ChannelId>, ErrorCode> {
        self.directory.joined(account).await.map_err(self.metrics.directory_failed())
    }

    /// Returns a channel's members, by name. Every user may see the members of a public channel.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::TryAgain`].
    pub async fn members(
        &self,
        viewer: &AccountId,
        channel: &ChannelId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Account>, ErrorCode> {
        self.view(viewer, channel).await?;
        let members = self.directory.members(channel, cursor, limit).await;
        let (items, next) = members.map_err(self.metrics.directory_failed())?;
        Ok(Page { items, next })
    }

    /// Adds the log's state to a row of the directory.
    pub(crate) fn view_of(&self, viewer: &AccountId, row: ChannelRow) -> Channel {
        let (head, head_n) = self.delivery.hub.head(&row.id);
        let partition = self.delivery.partition(row.partition);
        let (read, read_n) = if row.joined { self.own_read(viewer, &row) } else { (row.read, row.read_n) };
        Channel {
            last_activity_at: partition.ok().and_then(|partition| partition.head(&row.id)).map(|head| head.at),
            id: row.id,
            name: row.name,
            topic: row.topic,
            kind: row.kind,
            member_count: row.member_count,
            joined: row.joined,
            head,
            head_n,
            read,
            read_n,
        }
    }

    /// Returns the stored read marker, or the user's newest own message if the marker has not reached it yet.
    fn own_read(&self, viewer: &AccountId, row: &ChannelRow) -> (Pos, u64) {
        let implicit = self.delivery.hub.implicit_read_position(&row.id, viewer);
        implicit.filter(|(pos, _)| *pos > row.read).unwrap_or((row.read, row.read_n))
    }

    /// Creates a public channel and makes its creator a member. Returns when its event is in the channel's order on this
    /// server, or after two seconds.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidName`], [`ErrorCode::TooLong`], [`ErrorCode::NameTaken`], [`ErrorCode::TooManyChannels`],
    /// [`ErrorCode::TryAgain`].
    pub async fn create(&self, by: &Account, new: NewChannel) -> Result<Channel, ErrorCode> {
        let name = ChannelName::parse(&new.name)?;
        let name_key = fold(name.as_str());
        if HALL_NAMES.contains(&name_key.as_str()) {
            return Err(ErrorCode::NameTaken);
        }
        let draft = ChannelDraft {
            id: ChannelId::generate(),
            name_key,
            name,
            topic: Topic::parse(&new.topic)?,
            partition: rand::random_range(0..self.delivery.partitions.count().max(1)),
            by: by.clone(),
            create_id: MessageId::generate(),
            join_id: MessageId::generate(),
            at: now(),
        };
        self.directory.create_channel(&draft).await.map_err(|error| self.metrics.change_failed(error))?;
        self.wait_for_event(draft.partition, &draft.id, draft.join_id).await;
        self.view(&by.id, &draft.id).await
    }

    /// Makes a user a member of a channel. A second join changes nothing. Returns as [`Channels::create`].
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::TooManyChannels`], [`ErrorCode::TryAgain`].
    pub async fn join(&self, who: &Account, channel: &ChannelId) -> Result<Channel, ErrorCode> {
        let draft = self.membership_draft(who, channel);
        let change = self.directory.join(&draft).await.map_err(|error| self.metrics.change_failed(error))?;
        self.wait_for_change(change, &draft).await;
        self.view(&who.id, channel).await
    }

    /// Ends a membership. A second leave changes nothing. Returns as [`Channels::create`].
    ///
    /// # Errors
    /// [`ErrorCode::HallStays`], [`ErrorCode::NotFound`], [`ErrorCode::TryAgain`].
    pub async fn leave(&self, who: &Account, channel: &ChannelId) -> Result<(), ErrorCode> {
        if self.view(&who.id, channel).await?.kind == ChannelKind::Hall {
            return Err(ErrorCode::HallStays);
        }
        let draft = self.membership_draft(who, channel);
        let change = self.directory.leave(&draft).await.map_err(|error| self.metrics.change_failed(error))?;
        self.wait_for_change(change, &draft).await;
        Ok(())
    }

    fn membership_draft(&self, who: &Account, channel: &ChannelId) -> MembershipDraft {
        let read = self.delivery.hub.head(channel);
        MembershipDraft { who: who.clone(), channel: channel.clone(), id: MessageId::generate(), read, at: now() }
    }

    /// Waits for the event of a changed membership, unless this server has not read the channel's creation yet.
    async fn wait_for_change(&self, change: Change, draft: &MembershipDraft) {
        if change != Change::Made {
            return;
        }
        match self.delivery.hub.partition(&draft.channel) {
            Some(partition) => self.wait_for_event(partition, &draft.channel, draft.id).await,
            None => self.outbox.wake(),
        }
    }

    /// Waits until a change of the directory is in its channel's order on this server, for two seconds at the most. Changes
    /// of one channel leave the outbox in order, so that it is enough to wait for the last one.
    pub(crate) async fn wait_for_event(&self, partition: Partition, channel: &ChannelId, id: MessageId) {
        self.outbox.wait_for_event(partition, channel, id).await;
    }
}
