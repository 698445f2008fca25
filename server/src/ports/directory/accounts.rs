//! Accounts and their passwords.

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    event::Account,
    ids::{AccountId, MessageId, Pos, SessionId},
    names::{AccountName, DisplayName},
};

use super::{super::StoreError, error::ChangeError};

/// A new account.
#[derive(Clone)]
pub struct AccountDraft {
    /// The account's name.
    pub name: AccountName,
    /// The name, folded for comparison. Unique.
    pub name_key: String,
    /// The name's look-alike skeleton (UTS 39): equal for names that look alike. Unique.
    pub name_skeleton: String,
    /// The name that others see.
    pub display_name: DisplayName,
    /// A hash of the password, as a PHC string.
    pub password_hash: String,
    /// The id of the event by which the account joins the hall.
    pub join_id: MessageId,
    /// The hall's newest position and its number of messages: everything up to there counts as read.
    pub read: (Pos, u64),
    /// The current time.
    pub at: Timestamp,
}

/// What a log-in needs of an account.
pub struct Login {
    /// The account that has this name.
    pub account: Account,
    /// A hash of its password, as a PHC string.
    pub password_hash: String,
}

/// Accounts and their passwords.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Creates an account that is a member of the hall. The first account also creates the hall, and owns the workspace. The events
    /// of both go into the outbox. Of several first accounts at the same time, one is the first.
    async fn create_account(&self, draft: &AccountDraft) -> Result<Account, ChangeError>;

    /// Returns an account by its folded name.
    async fn login(&self, name_key: &str) -> Result<Option<Login>, StoreError>;

    /// Gives an account a new password and ends its sessions, in one transaction. Returns the sessions that it ended.
    async fn set_password(&self, account: &AccountId, hash: &str, at: Timestamp) -> Result<Vec<SessionId>, StoreError>;

    /// Replaces the hash that a password was verified against, `verified`, by a stronger one of the same password. Changes nothing
    /// if the account has another hash by now. Returns whether it was replaced. The comparison and the change are atomic.
    async fn rehash(&self, account: &AccountId, verified: &str, hash: &str) -> Result<bool, StoreError>;
}
