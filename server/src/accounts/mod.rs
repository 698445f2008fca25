//! Sign-up, log-in and password reset: the same for pages and programs.
//!
//! | module | what it does |
//! | --- | --- |
//! | `names` | decides which account names are the same |
//! | `reset_password` | gives an account a new password, as a command of the operator, without a running server |

mod names;
mod reset_password;

use std::sync::Arc;

use domain::{
    api::{Credentials, NewAccount},
    error::ErrorCode,
    ids::{MessageId, Pos},
    names::DisplayName,
};
use sha2::{Digest as _, Sha256};

pub use reset_password::reset_password;

use crate::{
    auth::{Auth, ClientInfo, OpenedSession, Target, password},
    channels::Channels,
    clock::now,
    delivery::Delivery,
    error::Refused,
    metrics::Metrics,
    ports::{
        Directory,
        directory::{AccountDraft, HALL_PARTITION},
    },
    workspace::Workspace,
};

/// Characters of an invalid name that distinguish it from others when attempts are counted.
const TARGET_CHARS_MAX: usize = 64;

/// Attempts of one log-in: another one if the account's hash has changed since the password was verified.
const LOG_IN_ATTEMPTS: usize = 2;

/// Creates accounts and logs them in.
pub struct Accounts {
    /// Stores accounts, sessions and channels.
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) delivery: Arc<Delivery>,
    pub(crate) auth: Arc<Auth>,
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) channels: Arc<Channels>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Accounts {
    /// Creates an account, a member of the hall, and logs it in.
    ///
    /// # Errors
    /// [`ErrorCode::SignUpClosed`], [`ErrorCode::InvalidName`], [`ErrorCode::NameTaken`], [`ErrorCode::WeakPassword`],
    /// [`ErrorCode::RateLimited`], [`ErrorCode::TryAgain`].
    pub async fn sign_up(&self, new: NewAccount, client: ClientInfo) -> Result<OpenedSession, Refused> {
        if !self.workspace.is_sign_up_open().await? {
            return Err(ErrorCode::SignUpClosed.into());
        }
        let name = names::parse(&new.name)?;
        let display_name = match new.display_name.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => DisplayName::parse(text)?,
            None => DisplayName::parse(name.name.as_str())?,
        };
        password::check(&new.password, name.name.as_str())?;
        self.auth.attempts.sign_up(client.counted)?;
        let password_hash = self.auth.passwords.hash(&new.password).await?;
        let hall = self.channels.hall().await?;
        let draft = AccountDraft {
            name: name.name,
            name_key: name.key,
            name_skeleton: name.skeleton,
            display_name,
            password_hash,
            join_id: MessageId::generate(),
            read: hall.map_or((Pos::ZERO, 0), |hall| self.delivery.hub.head(&hall)),
            at: now(),
        };
        let created = self.directory.create_account(&draft).await;
        let account = created.map_err(|error| self.metrics.change_failed(error))?;
        if let Some(hall) = self.channels.hall().await? {
            self.channels.wait_for_event(HALL_PARTITION, &hall, draft.join_id).await;
        }
        tracing::info!(account = %account.id, "account created");
        let opened = self.auth.session_tokens.open(account, client, &draft.password_hash).await?;
        Ok(opened.ok_or(ErrorCode::WrongCredentials)?)
    }

    /// Logs an account in. A wrong name and a wrong password get the same answer after the same time.
    ///
    /// # Errors
    /// [`ErrorCode::WrongCredentials`], [`ErrorCode::RateLimited`] after many failures, [`ErrorCode::TryAgain`].
    pub async fn log_in(&self, credentials: Credentials, client: ClientInfo) -> Result<OpenedSession, Refused> {
        let opened = self.try_log_in(credentials, client).await;
        self.metrics.log_ins.add(match opened.as_ref().map_err(|refused| refused.code) {
            Ok(_) => "ok",
            Err(ErrorCode::WrongCredentials) => "wrong",
            Err(ErrorCode::RateLimited) => "limited",
            Err(_) => "failed",
        });
        opened
    }

    async fn try_log_in(&self, credentials: Credentials, client: ClientInfo) -> Result<OpenedSession, Refused> {
        for _ in 0..LOG_IN_ATTEMPTS {
            if let Some(opened) = self.verify_and_open(&credentials, &client).await? {
                return Ok(opened);
            }
        }
        Err(ErrorCode::WrongCredentials.into())
    }

    /// Verifies the credentials and opens a session. Returns `None` if the password hash changed meanwhile.
    async fn verify_and_open(
        &self,
        credentials: &Credentials,
        client: &ClientInfo,
    ) -> Result<Option<OpenedSession>, Refused> {
        if credentials.password.len() > password::PASSWORD_BYTES_MAX {
            return Err(ErrorCode::WrongCredentials.into());
        }
        let name = names::parse(&credentials.name).ok();
        let login = match &name {
            Some(name) => self.directory.login(&name.key).await.map_err(self.metrics.directory_failed())?,
            None => None,
        };
        let hash = login.as_ref().map(|login| login.password_hash.as_str());
        let target = target(&credentials.name, name.as_ref().map(|name| name.key.as_str()), hash);
        self.auth.attempts.log_in(&target, client.counted)?;
        let right = self.auth.passwords.verify(&credentials.password, hash).await;
        let right = right.inspect_err(|_| self.auth.attempts.not_compared(&target, client.counted))?;
        let Some(login) = login.filter(|_| right) else {
            tracing::info!(address = client.address, "log-in refused");
            return Err(ErrorCode::WrongCredentials.into());
        };
        self.auth.attempts.succeeded(&target, client.counted);
        let account = login.account.id.clone();
        let opened = self.auth.session_tokens.open(login.account, client.clone(), &login.password_hash).await?;
        if opened.is_some()
            && password::is_outdated(&login.password_hash)
            && let Ok(stronger) = self.auth.passwords.hash(&credentials.password).await
        {
            let rehashed = self.directory.rehash(&account, &login.password_hash, &stronger).await;
            // The session is open either way, and the next log-in tries again.
            let _ = rehashed.map_err(self.metrics.directory_failed());
        }
        Ok(opened)
    }
}

/// Returns what an attempt is counted under: the name, folded if it is valid, and a digest of its present password hash.
fn target(typed: &str, key: Option<&str>, hash: Option<&str>) -> Target {
    let name = key.map_or_else(|| typed.chars().take(TARGET_CHARS_MAX).collect(), str::to_owned);
    (name, Sha256::digest(hash.unwrap_or_default()).into())
}
