//! Sessions, and the refresh tokens of programs.

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    event::Account,
    ids::{AccountId, SessionId},
};

use super::super::StoreError;

/// A new session.
#[derive(Clone, Debug)]
pub struct SessionDraft {
    /// The session's id.
    pub id: SessionId,
    /// The account that has logged in.
    pub account: AccountId,
    /// What the browser or program calls itself.
    pub device: String,
    /// The network address of the client.
    pub address: String,
    /// The current time.
    pub at: Timestamp,
    /// When the session ends by itself.
    pub expires_at: Timestamp,
}

/// A session that has not ended.
#[derive(Clone, Debug)]
pub struct LiveSession {
    /// The session's id.
    pub id: SessionId,
    /// The account that has logged in.
    pub account: Account,
    /// When the session ends by itself.
    pub expires_at: Timestamp,
    /// The last use that has been stored.
    pub last_used_at: Timestamp,
}

/// A session in the list that its owner sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The session's id.
    pub id: SessionId,
    /// What the browser or program calls itself.
    pub device: String,
    /// The network address of the client.
    pub address: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// The last use that has been stored, exact to a minute.
    pub last_used_at: Timestamp,
}

/// The result of spending a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent {
    /// It was valid, and is spent now.
    Now(SessionId),
    /// It was spent before, at this time.
    Before(SessionId, Timestamp),
    /// There is no such token.
    Unknown,
}

/// Sessions, and the refresh tokens of programs.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Opens a session, unless the account has another password hash than `verified`, the one that the log-in was verified
    /// against. Returns whether it was opened.
    ///
    /// The comparison and the insertion are atomic, also against [`AccountStore::set_password`](super::AccountStore::set_password)
    /// on another server: the session is either not opened, or among those that the new password ends.
    async fn open_session(&self, draft: &SessionDraft, verified: &str) -> Result<bool, StoreError>;

    /// Returns a session that has not ended by `now`.
    async fn session(&self, id: &SessionId, now: Timestamp) -> Result<Option<LiveSession>, StoreError>;

    /// Lets a session that has not ended live until `expires_at`. Never shortens it.
    async fn renew_session(&self, id: &SessionId, expires_at: Timestamp) -> Result<(), StoreError>;

    /// Returns the sessions of an account that have not ended by `now`, the last used first, at most `limit`.
    async fn sessions(&self, account: &AccountId, now: Timestamp, limit: usize) -> Result<Vec<SessionRow>, StoreError>;

    /// Stores when sessions were used, in one transaction. A later use that is stored already stays.
    async fn used_sessions(&self, uses: &[(SessionId, Timestamp)]) -> Result<(), StoreError>;

    /// Ends a session of this account. Returns whether there was one that had not ended.
    async fn end_own_session(&self, account: &AccountId, id: &SessionId, at: Timestamp) -> Result<bool, StoreError>;

    /// Ends a session. One that has ended stays as it is.
    async fn end_session(&self, id: &SessionId, at: Timestamp) -> Result<(), StoreError>;

    /// Ends all sessions of an account. Returns those that had not ended.
    async fn end_sessions(&self, account: &AccountId, at: Timestamp) -> Result<Vec<SessionId>, StoreError>;

    /// Stores the hash of a refresh token. Storing it again changes nothing.
    async fn issue_refresh(&self, hash: &[u8; 32], session: &SessionId, at: Timestamp) -> Result<(), StoreError>;

    /// Spends a refresh token. Of several calls at the same time, one gets [`Spent::Now`].
    async fn spend_refresh(&self, hash: &[u8; 32], at: Timestamp) -> Result<Spent, StoreError>;
}
