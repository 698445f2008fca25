//! Accounts, sessions, channels, memberships, the workspace: what needs uniqueness, in ordinary transactions.

mod rows;

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    event::Account,
    ids::{AccountId, ChannelId, MessageId, SessionId},
    workspace::Workspace,
};

pub use rows::{
    AccountDraft, Change, ChannelDraft, ChannelQuery, ChannelRow, LiveSession, Login, MembershipDraft, OutboxRow,
    ReadMark, SessionDraft, SessionRow, Spent,
};

use super::{StoreError, event_log::Partition};

/// The hall's events go to the first partition, whatever the log.
pub const HALL_PARTITION: Partition = 0;

/// Why a change was refused.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The name, or one that looks like it, is taken.
    #[error("the name is taken")]
    NameTaken,
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// A bound on how many there may be.
    #[error("too many")]
    TooMany,
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Accounts, sessions, channels, memberships.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The workspace; `None` until it has been set up.
    async fn workspace(&self) -> Result<Option<Workspace>, StoreError>;
    /// Changes the workspace.
    async fn set_workspace(&self, workspace: &Workspace) -> Result<(), StoreError>;
    /// Whether an account owns the workspace.
    async fn owns_workspace(&self, account: &AccountId) -> Result<bool, StoreError>;

    /// Makes an account that is in the hall; the first one makes the hall too and owns the workspace.
    async fn create_account(&self, draft: &AccountDraft) -> Result<Account, ChangeError>;
    /// What log-in needs of an account, by its folded name.
    async fn login(&self, name_key: &str) -> Result<Option<Login>, StoreError>;
    /// Gives an account a new password; its sessions end. Says which.
    async fn set_password(&self, account: &AccountId, hash: &str, at: Timestamp) -> Result<Vec<SessionId>, StoreError>;
    /// Replaces the hash that a password was verified against, `verified`, by a stronger one of the same password. Changes nothing
    /// if the account has another hash by now. Returns whether it was replaced. The comparison and the change are atomic.
    async fn rehash(&self, account: &AccountId, verified: &str, hash: &str) -> Result<bool, StoreError>;

    /// Opens a session, unless the account has another password hash than `verified`, the one that the log-in was verified
    /// against. Returns whether it was opened.
    ///
    /// The comparison and the insertion are atomic, also against [`set_password`](Self::set_password) on another server: the session
    /// is either not opened, or among those that the new password ends.
    async fn open_session(&self, draft: &SessionDraft, verified: &str) -> Result<bool, StoreError>;
    /// A session, if it has not ended by `now`.
    async fn session(&self, id: &SessionId, now: Timestamp) -> Result<Option<LiveSession>, StoreError>;
    /// Lets a session live until `expires_at`.
    async fn renew_session(&self, id: &SessionId, expires_at: Timestamp) -> Result<(), StoreError>;
    /// The sessions of an account that have not ended by `now`, the most lately used first; at most `limit`.
    async fn sessions(&self, account: &AccountId, now: Timestamp, limit: usize) -> Result<Vec<SessionRow>, StoreError>;
    /// These sessions were used then, all in one transaction; one that was used later stays.
    async fn used_sessions(&self, uses: &[(SessionId, Timestamp)]) -> Result<(), StoreError>;
    /// Ends a session of this account. Says whether it was one that had not ended.
    async fn end_own_session(&self, account: &AccountId, id: &SessionId, at: Timestamp) -> Result<bool, StoreError>;
    /// Ends a session.
    async fn end_session(&self, id: &SessionId, at: Timestamp) -> Result<(), StoreError>;
    /// Ends all sessions of an account. Says which.
    async fn end_sessions(&self, account: &AccountId, at: Timestamp) -> Result<Vec<SessionId>, StoreError>;
    /// Stores a refresh token, hashed; once more is the same.
    async fn issue_refresh(&self, hash: &[u8; 32], session: &SessionId, at: Timestamp) -> Result<(), StoreError>;
    /// Spends a refresh token.
    async fn spend_refresh(&self, hash: &[u8; 32], at: Timestamp) -> Result<Spent, StoreError>;

    /// Makes a channel with its owner in it.
    async fn create_channel(&self, draft: &ChannelDraft) -> Result<(), ChangeError>;
    /// A channel that this person may see.
    async fn channel(&self, id: &ChannelId, viewer: &AccountId) -> Result<Option<ChannelRow>, StoreError>;
    /// The hall's id; `None` before the first account.
    async fn hall(&self) -> Result<Option<ChannelId>, StoreError>;
    /// Channels that this person may see, by name. The second value is the next cursor.
    async fn channels(
        &self,
        viewer: &AccountId,
        query: &ChannelQuery,
    ) -> Result<(Vec<ChannelRow>, Option<String>), StoreError>;
    /// Ids of all channels that this person is in, at most
    /// [`CHANNELS_PER_ACCOUNT_MAX`](domain::limits::CHANNELS_PER_ACCOUNT_MAX).
    async fn joined(&self, account: &AccountId) -> Result<Vec<ChannelId>, StoreError>;
    /// Whether a person is in a channel.
    async fn is_member(&self, account: &AccountId, channel: &ChannelId) -> Result<bool, StoreError>;
    /// The people in a channel, by name. The second value is the next cursor.
    async fn members(
        &self,
        channel: &ChannelId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Account>, Option<String>), StoreError>;
    /// The ids of the people in a channel, at most `limit` of them.
    async fn member_ids(&self, channel: &ChannelId, limit: usize) -> Result<Vec<AccountId>, StoreError>;
    /// Puts a person into a channel; what was said up to now counts as read.
    async fn join(&self, join: &MembershipDraft) -> Result<Change, ChangeError>;
    /// Takes a person out of a channel.
    async fn leave(&self, leave: &MembershipDraft) -> Result<Change, ChangeError>;
    /// Moves read markers forward, all in one transaction; one that would go back, or has no membership, stays.
    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError>;

    /// For each channel that has any, the oldest change that has not left; at most `limit`.
    async fn outbox(&self, limit: usize) -> Result<Vec<OutboxRow>, StoreError>;
    /// Takes or prolongs the right to relay what waits in the outbox. False while another holder's has not ended.
    async fn lease_outbox(&self, holder: &str, seconds: u32) -> Result<bool, StoreError>;
    /// This change's event is in the log's order.
    async fn outbox_done(&self, seqs: &[i64]) -> Result<(), StoreError>;

    /// Gives each channel, and what waits of it in the outbox, its partition modulo `count`, which is not 0: another log may
    /// have fewer. For an operator's command, while no server runs; once more is the same.
    async fn repartition(&self, count: u32) -> Result<(), StoreError>;
    /// The channels whose beginning has left through the outbox, so that the log has, or had, it: ids after `after`, in their
    /// order, at most `limit`.
    async fn announced_channels(&self, after: Option<&ChannelId>, limit: usize) -> Result<Vec<ChannelId>, StoreError>;
    /// Lets a channel's beginning leave through the outbox once more, under this id, before all that waits: the log has lost
    /// it, and without it nothing can be said there.
    async fn reannounce(&self, channel: &ChannelId, id: MessageId, at: Timestamp) -> Result<(), StoreError>;
}
