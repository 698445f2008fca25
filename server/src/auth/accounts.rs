//! Sign up, log in, a new password: the same for pages and programs.

use std::{net::IpAddr, sync::Arc};

use domain::{
    api::{Credentials, NewAccount},
    error::ErrorCode,
    event::Account,
    ids::{MessageId, Pos, SessionId},
    names::DisplayName,
};

use super::{attempts::Target, names, password, tokens::PAGE_SESSION_S};
use sha2::{Digest as _, Sha256};

use crate::{
    Refused, channels,
    clock::now,
    ports::directory::{AccountDraft, ChangeError, HALL_PARTITION, SessionDraft},
    state::AppState,
    workspace,
};

/// Characters of a device's or an address's description that are kept.
const DESCRIPTION_CHARS_MAX: usize = 250;

/// Where a log-in comes from, for the list of sessions.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The browser or program, as it calls itself.
    pub device: String,
    /// Its network address.
    pub address: String,
    /// The address as limits count it.
    pub counted: IpAddr,
}

/// A person who has just shown who they are.
pub struct Opened {
    /// Who.
    pub account: Account,
    /// The new session.
    pub session: SessionId,
}

/// Makes an account and logs it in.
///
/// # Errors
/// [`ErrorCode::SignUpClosed`], [`ErrorCode::InvalidName`], [`ErrorCode::NameTaken`], [`ErrorCode::WeakPassword`], [`ErrorCode::RateLimited`],
/// [`ErrorCode::TryAgain`].
pub async fn sign_up(state: &AppState, new: NewAccount, origin: Origin) -> Result<Opened, Refused> {
    if !workspace::is_open(state).await? {
        return Err(ErrorCode::SignUpClosed.into());
    }
    let name = names::account(&new.name)?;
    let display_name = match new.display_name.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => DisplayName::parse(text)?,
        None => DisplayName::parse(name.name.as_str())?,
    };
    password::check(&new.password, name.name.as_str())?;
    state.attempts.sign_up(origin.counted)?;
    let password_hash = state.passwords.hash(&new.password).await?;
    let hall = state.directory.hall().await.map_err(state.metrics.directory_failed())?;
    let draft = AccountDraft {
        name: name.name,
        name_key: name.key,
        name_skeleton: name.skeleton,
        display_name,
        password_hash,
        join_id: MessageId::generate(),
        read: hall.map_or((Pos::ZERO, 0), |hall| state.hub.head(&hall)),
        at: now(),
    };
    let account = match state.directory.create_account(&draft).await {
        Err(ChangeError::NameTaken) => return Err(ErrorCode::NameTaken.into()),
        other => other.map_err(|error| crate::refusal(&state.metrics, error))?,
    };
    if let Some(hall) = state.directory.hall().await.map_err(state.metrics.directory_failed())? {
        channels::announced(state, HALL_PARTITION, &hall, draft.join_id).await;
    }
    tracing::info!(account = %account.id, "signed up");
    let opened = open(state, account, origin, &draft.password_hash).await?;
    Ok(opened.ok_or(ErrorCode::WrongCredentials)?)
}

/// Logs an account in. A wrong name and a wrong password look and last the same.
///
/// # Errors
/// [`ErrorCode::WrongCredentials`], [`ErrorCode::RateLimited`] after many failures, [`ErrorCode::TryAgain`].
pub async fn log_in(state: &AppState, credentials: Credentials, origin: Origin) -> Result<Opened, Refused> {
    let opened = try_log_in(state, credentials, origin).await;
    state.metrics.log_ins.add(match opened.as_ref().map_err(|refused| refused.code) {
        Ok(_) => "ok",
        Err(ErrorCode::WrongCredentials) => "wrong",
        Err(ErrorCode::RateLimited) => "limited",
        Err(_) => "failed",
    });
    opened
}

/// Attempts of one log-in: another one if the account's hash has changed since the password was verified.
const LOG_IN_ATTEMPTS: usize = 2;

async fn try_log_in(state: &AppState, credentials: Credentials, origin: Origin) -> Result<Opened, Refused> {
    for _ in 0..LOG_IN_ATTEMPTS {
        if let Some(opened) = verify_and_open(state, &credentials, &origin).await? {
            return Ok(opened);
        }
    }
    Err(ErrorCode::WrongCredentials.into())
}

/// Returns `None` if the account got another password, or another hash of the same one, while this one was verified.
async fn verify_and_open(
    state: &AppState,
    credentials: &Credentials,
    origin: &Origin,
) -> Result<Option<Opened>, Refused> {
    if credentials.password.len() > password::PASSWORD_BYTES_MAX {
        return Err(ErrorCode::WrongCredentials.into());
    }
    let name = names::account(&credentials.name).ok();
    let login = match &name {
        Some(name) => state.directory.login(&name.key).await.map_err(state.metrics.directory_failed())?,
        None => None,
    };
    let hash = login.as_ref().map(|login| login.password_hash.as_str());
    let target = target(&credentials.name, name.as_ref().map(|name| name.key.as_str()), hash);
    state.attempts.log_in(&target, origin.counted)?;
    let right = state.passwords.verify(&credentials.password, hash).await?;
    let Some(login) = login.filter(|_| right) else {
        tracing::info!(address = origin.address, "a log-in was refused");
        return Err(ErrorCode::WrongCredentials.into());
    };
    state.attempts.succeeded(&target, origin.counted);
    let account = login.account.id.clone();
    let opened = open(state, login.account, origin.clone(), &login.password_hash).await?;
    if opened.is_some()
        && password::is_outdated(&login.password_hash)
        && let Ok(stronger) = state.passwords.hash(&credentials.password).await
    {
        let rehashed = state.directory.rehash(&account, &login.password_hash, &stronger).await;
        // The session is open either way, and the next log-in tries again.
        let _ = rehashed.map_err(state.metrics.directory_failed());
    }
    Ok(opened)
}

/// Characters of a name that is none that tell it from others.
const TARGET_CHARS_MAX: usize = 64;

/// What a log-in is counted as: the name, folded if it is one, with what its password is now.
fn target(typed: &str, key: Option<&str>, hash: Option<&str>) -> Target {
    let name = key.map_or_else(|| typed.chars().take(TARGET_CHARS_MAX).collect(), str::to_owned);
    (name, Sha256::digest(hash.unwrap_or_default()).into())
}

/// Opens a session, or returns `None` if the account has another hash than `verified` by now.
async fn open(state: &AppState, account: Account, origin: Origin, verified: &str) -> Result<Option<Opened>, ErrorCode> {
    let at = now();
    let short = |text: String| text.chars().filter(|c| !c.is_control()).take(DESCRIPTION_CHARS_MAX).collect();
    let draft = SessionDraft {
        id: SessionId::generate(),
        account: account.id.clone(),
        device: short(origin.device),
        address: short(origin.address),
        at,
        expires_at: later(PAGE_SESSION_S),
    };
    let opened = state.directory.open_session(&draft, verified).await.map_err(state.metrics.directory_failed())?;
    Ok(opened.then_some(Opened { account, session: draft.id }))
}

pub(super) fn later(seconds: u64) -> domain::clock::Timestamp {
    domain::clock::Timestamp::from_millis(now().millis() + seconds as i64 * 1_000)
}

/// Gives an account a new password of the operator's making, and ends its sessions. Without a running server.
///
/// # Errors
/// A sentence for the operator.
pub async fn reset_password(directory: Arc<dyn crate::ports::Directory>, name: &str) -> Result<String, String> {
    let unknown = || format!("there is no account called {name}");
    let folded = names::account(name).map_err(|_| unknown())?;
    let login = directory.login(&folded.key).await.map_err(|e| crate::chain(&e))?.ok_or_else(unknown)?;
    let new = made_up_password();
    let hash = password::PasswordGate::default().hash(&new).await.map_err(|code| code.to_string())?;
    directory.set_password(&login.account.id, &hash, now()).await.map_err(|e| crate::chain(&e))?;
    Ok(new)
}

/// Twenty characters of 32 that are not mistaken for one another: 100 bits.
fn made_up_password() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let pick = |_| char::from(ALPHABET[rand::Rng::random_range(&mut rand::rng(), 0..ALPHABET.len())]);
    let letters: Vec<char> = (0..20).map(pick).collect();
    letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
