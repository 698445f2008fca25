//! Accounts, sessions, channels and memberships in an SQLite file: one file here per kind of thing.

mod accounts;
mod adopt;
mod channels;
mod memberships;
mod outbox;
mod sessions;
mod workspace;

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    event::Account,
    ids::{AccountId, ChannelId, MessageId, SessionId},
    workspace::Workspace,
};
use sqlx::{Sqlite, Transaction};

use super::store::SqliteStore;
use crate::ports::{
    Directory, StoreError,
    directory::{
        AccountDraft, Change, ChangeError, ChannelDraft, ChannelQuery, ChannelRow, LiveSession, Login, MembershipDraft,
        OutboxRow, ReadMark, SessionDraft, SessionRow, Spent,
    },
};

/// The directory in an SQLite file.
pub struct SqliteDirectory(pub SqliteStore);

type Tx = Transaction<'static, Sqlite>;

#[async_trait]
impl Directory for SqliteDirectory {
    async fn workspace(&self) -> Result<Option<Workspace>, StoreError> {
        workspace::find(&self.0).await
    }
    async fn set_workspace(&self, workspace: &Workspace) -> Result<(), StoreError> {
        workspace::set(&self.0, workspace).await
    }
    async fn owns_workspace(&self, account: &AccountId) -> Result<bool, StoreError> {
        workspace::is_owner(&self.0, account).await
    }

    async fn create_account(&self, draft: &AccountDraft) -> Result<Account, ChangeError> {
        accounts::create(&self.0, draft).await
    }
    async fn login(&self, name_key: &str) -> Result<Option<Login>, StoreError> {
        accounts::login(&self.0, name_key).await
    }
    async fn set_password(&self, account: &AccountId, hash: &str, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        accounts::set_password(&self.0, account, hash, at).await
    }
    async fn rehash(&self, account: &AccountId, verified: &str, hash: &str) -> Result<bool, StoreError> {
        accounts::rehash(&self.0, account, verified, hash).await
    }

    async fn open_session(&self, draft: &SessionDraft, verified: &str) -> Result<bool, StoreError> {
        sessions::open(&self.0, draft, verified).await
    }
    async fn session(&self, id: &SessionId, now: Timestamp) -> Result<Option<LiveSession>, StoreError> {
        sessions::find(&self.0, id, now).await
    }
    async fn renew_session(&self, id: &SessionId, expires_at: Timestamp) -> Result<(), StoreError> {
        sessions::renew(&self.0, id, expires_at).await
    }
    async fn sessions(&self, account: &AccountId, now: Timestamp, limit: usize) -> Result<Vec<SessionRow>, StoreError> {
        sessions::list(&self.0, account, now, limit).await
    }
    async fn used_sessions(&self, uses: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        sessions::used(&self.0, uses).await
    }
    async fn end_own_session(&self, account: &AccountId, id: &SessionId, at: Timestamp) -> Result<bool, StoreError> {
        sessions::end_own(&self.0, account, id, at).await
    }
    async fn end_session(&self, id: &SessionId, at: Timestamp) -> Result<(), StoreError> {
        sessions::end(&self.0, id, at).await
    }
    async fn end_sessions(&self, account: &AccountId, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        sessions::end_all(&self.0, account, at).await
    }
    async fn issue_refresh(&self, hash: &[u8; 32], session: &SessionId, at: Timestamp) -> Result<(), StoreError> {
        sessions::issue_refresh(&self.0, hash, session, at).await
    }
    async fn spend_refresh(&self, hash: &[u8; 32], at: Timestamp) -> Result<Spent, StoreError> {
        sessions::spend_refresh(&self.0, hash, at).await
    }

    async fn create_channel(&self, draft: &ChannelDraft) -> Result<(), ChangeError> {
        channels::create(&self.0, draft).await
    }
    async fn channel(&self, id: &ChannelId, viewer: &AccountId) -> Result<Option<ChannelRow>, StoreError> {
        channels::find(&self.0, id, viewer).await
    }
    async fn hall(&self) -> Result<Option<ChannelId>, StoreError> {
        channels::hall(&self.0).await
    }
    async fn channels(
        &self,
        viewer: &AccountId,
        query: &ChannelQuery,
    ) -> Result<(Vec<ChannelRow>, Option<String>), StoreError> {
        channels::list(&self.0, viewer, query).await
    }
    async fn joined(&self, account: &AccountId) -> Result<Vec<ChannelId>, StoreError> {
        memberships::joined(&self.0, account).await
    }
    async fn is_member(&self, account: &AccountId, channel: &ChannelId) -> Result<bool, StoreError> {
        memberships::exists(&self.0, account, channel).await
    }
    async fn members(
        &self,
        channel: &ChannelId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Account>, Option<String>), StoreError> {
        memberships::members(&self.0, channel, cursor, limit).await
    }
    async fn member_ids(&self, channel: &ChannelId, limit: usize) -> Result<Vec<AccountId>, StoreError> {
        memberships::member_ids(&self.0, channel, limit).await
    }
    async fn join(&self, join: &MembershipDraft) -> Result<Change, ChangeError> {
        memberships::join(&self.0, join).await
    }
    async fn leave(&self, leave: &MembershipDraft) -> Result<Change, ChangeError> {
        memberships::leave(&self.0, leave).await
    }
    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        memberships::mark_read(&self.0, marks).await
    }

    async fn outbox(&self, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        outbox::waiting(&self.0, limit).await
    }
    async fn lease_outbox(&self, holder: &str, seconds: u32) -> Result<bool, StoreError> {
        outbox::lease(&self.0, holder, seconds).await
    }
    async fn outbox_done(&self, seqs: &[i64]) -> Result<(), StoreError> {
        outbox::done(&self.0, seqs).await
    }

    async fn repartition(&self, count: u32) -> Result<(), StoreError> {
        adopt::repartition(&self.0, count).await
    }
    async fn announced_channels(&self, after: Option<&ChannelId>, limit: usize) -> Result<Vec<ChannelId>, StoreError> {
        adopt::announced_channels(&self.0, after, limit).await
    }
    async fn reannounce(&self, channel: &ChannelId, id: MessageId, at: Timestamp) -> Result<(), StoreError> {
        adopt::reannounce(&self.0, channel, id, at).await
    }
}
