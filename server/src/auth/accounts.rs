//! Sign up, log in, log out, a new password: the same for pages and programs.

use std::{net::IpAddr, sync::Arc};

use domain::{
    api::{Credentials, NewAccount, OpenSession, Session},
    event::Account,
    ids::{AccountId, MessageId, Pos, SessionId},
    names::DisplayName,
    rejection::Code,
};

use super::{
    Identity,
    attempts::Target,
    names, password,
    tokens::{ACCESS_S, Audience, PAGE_SESSION_S, refresh_hash},
};
use sha2::{Digest as _, Sha256};

use crate::{
    Refused, channels,
    clock::now,
    ports::{
        directory::{AccountDraft, ChangeError, HALL_PARTITION, SessionDraft, SessionRow, Spent},
        ephemeral::Signal,
    },
    state::AppState,
    workspace,
};

/// Characters of a device's or an address's description that are kept.
const DESCRIPTION_CHARS_MAX: usize = 250;
/// Sessions in a list: those that were used last.
const SESSIONS_LISTED_MAX: usize = 100;
/// A spent refresh token that comes back so soon comes from a second tab, not from a thief.
const REFRESH_GRACE_MS: i64 = 10_000;

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
/// [`Code::SignUpClosed`], [`Code::InvalidName`], [`Code::NameTaken`], [`Code::WeakPassword`], [`Code::RateLimited`],
/// [`Code::TryAgain`].
pub async fn sign_up(state: &AppState, new: NewAccount, origin: Origin) -> Result<Opened, Refused> {
    if !workspace::is_open(state).await? {
        return Err(Code::SignUpClosed.into());
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
        Err(ChangeError::NameTaken) => return Err(Code::NameTaken.into()),
        other => other.map_err(|error| crate::refusal(&state.metrics, error))?,
    };
    if let Some(hall) = state.directory.hall().await.map_err(state.metrics.directory_failed())? {
        channels::announced(state, HALL_PARTITION, &hall, draft.join_id).await;
    }
    tracing::info!(account = %account.id, "signed up");
    Ok(open(state, account, origin).await?)
}

/// Logs an account in. A wrong name and a wrong password look and last the same.
///
/// # Errors
/// [`Code::WrongCredentials`], [`Code::RateLimited`] after many failures, [`Code::TryAgain`].
pub async fn log_in(state: &AppState, credentials: Credentials, origin: Origin) -> Result<Opened, Refused> {
    let opened = try_log_in(state, credentials, origin).await;
    state.metrics.log_ins.add(match opened.as_ref().map_err(|refused| refused.code) {
        Ok(_) => "ok",
        Err(Code::WrongCredentials) => "wrong",
        Err(Code::RateLimited) => "limited",
        Err(_) => "failed",
    });
    opened
}

async fn try_log_in(state: &AppState, credentials: Credentials, origin: Origin) -> Result<Opened, Refused> {
    if credentials.password.len() > password::PASSWORD_BYTES_MAX {
        return Err(Code::WrongCredentials.into());
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
        return Err(Code::WrongCredentials.into());
    };
    state.attempts.succeeded(&target, origin.counted);
    if password::is_outdated(&login.password_hash) {
        let hash = state.passwords.hash(&credentials.password).await?;
        state.directory.rehash(&login.account.id, &hash).await.map_err(state.metrics.directory_failed())?;
    }
    Ok(open(state, login.account, origin).await?)
}

/// Characters of a name that is none that tell it from others.
const TARGET_CHARS_MAX: usize = 64;

/// What a log-in is counted as: the name, folded if it is one, with what its password is now.
fn target(typed: &str, key: Option<&str>, hash: Option<&str>) -> Target {
    let name = key.map_or_else(|| typed.chars().take(TARGET_CHARS_MAX).collect(), str::to_owned);
    (name, Sha256::digest(hash.unwrap_or_default()).into())
}

async fn open(state: &AppState, account: Account, origin: Origin) -> Result<Opened, Code> {
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
    state.directory.open_session(&draft).await.map_err(state.metrics.directory_failed())?;
    Ok(Opened { account, session: draft.id })
}

fn later(seconds: u64) -> domain::clock::Timestamp {
    domain::clock::Timestamp::from_millis(now().millis() + seconds as i64 * 1_000)
}

/// The tokens of a program's session: a first pair.
pub async fn tokens(state: &AppState, opened: Opened) -> Result<Session, Code> {
    let refresh_token = state.tokens.refresh_after(None);
    issue(state, opened.account, &opened.session, refresh_token).await
}

/// The next pair for a refresh token, which is spent by it. One that was spent long ago has been stolen from one of the
/// two who hold it: the session ends.
///
/// # Errors
/// [`Code::Unauthorized`], [`Code::TryAgain`].
pub async fn refresh(state: &AppState, token: &str) -> Result<Session, Code> {
    let at = now();
    let session = match state
        .directory
        .spend_refresh(&refresh_hash(token), at)
        .await
        .map_err(state.metrics.directory_failed())?
    {
        Spent::Now(session) => session,
        Spent::Before(session, spent_at) if at.millis() - spent_at.millis() <= REFRESH_GRACE_MS => session,
        Spent::Before(session, _) => {
            tracing::warn!(%session, "a spent refresh token came back: its session ends");
            end(state, &session).await?;
            return Err(Code::Unauthorized);
        }
        Spent::Unknown => return Err(Code::Unauthorized),
    };
    let live = state.sessions.check(&session).await?;
    state.directory.renew_session(&session, later(PAGE_SESSION_S)).await.map_err(state.metrics.directory_failed())?;
    issue(state, live.account, &session, state.tokens.refresh_after(Some(token))).await
}

async fn issue(
    state: &AppState,
    account: Account,
    session: &SessionId,
    refresh_token: String,
) -> Result<Session, Code> {
    let at = now();
    state
        .directory
        .issue_refresh(&refresh_hash(&refresh_token), session, at)
        .await
        .map_err(state.metrics.directory_failed())?;
    let access_token = state.tokens.issue(Audience::Program, session, at, ACCESS_S)?;
    Ok(Session { account, access_token, token_type: "Bearer".into(), expires_in: ACCESS_S, refresh_token })
}

/// Ends a session: its tokens are worth nothing and its sockets close.
///
/// # Errors
/// [`Code::TryAgain`].
pub async fn end(state: &AppState, session: &SessionId) -> Result<(), Code> {
    state.directory.end_session(session, now()).await.map_err(state.metrics.directory_failed())?;
    kick_out(state, std::slice::from_ref(session)).await;
    Ok(())
}

/// Where somebody is logged in: this session and the others, the most lately used first.
///
/// # Errors
/// [`Code::TryAgain`].
pub async fn sessions(state: &AppState, who: &Identity) -> Result<Vec<OpenSession>, Code> {
    let rows = state
        .directory
        .sessions(&who.account.id, now(), SESSIONS_LISTED_MAX)
        .await
        .map_err(state.metrics.directory_failed())?;
    let seen = |SessionRow { id, device, address, created_at, last_used_at }| {
        let is_current = id == who.session;
        OpenSession { id, device, address, created_at, last_used_at, is_current }
    };
    Ok(rows.into_iter().map(seen).collect())
}

/// Ends a session of this account: its tokens are worth nothing and its sockets close.
///
/// # Errors
/// [`Code::NotFound`] for one that is another's or has ended, [`Code::TryAgain`].
pub async fn end_own(state: &AppState, account: &AccountId, session: &SessionId) -> Result<(), Code> {
    match state.directory.end_own_session(account, session, now()).await.map_err(state.metrics.directory_failed())? {
        true => kick_out(state, std::slice::from_ref(session)).await,
        false => return Err(Code::NotFound),
    }
    Ok(())
}

/// Ends all sessions of an account.
///
/// # Errors
/// [`Code::TryAgain`].
pub async fn end_all(state: &AppState, account: &AccountId) -> Result<(), Code> {
    let ended = state.directory.end_sessions(account, now()).await.map_err(state.metrics.directory_failed())?;
    kick_out(state, &ended).await;
    Ok(())
}

async fn kick_out(state: &AppState, sessions: &[SessionId]) {
    for session in sessions {
        state.sessions.forget(session).await;
        state.ephemeral.publish(Signal::SessionEnded { session: session.clone() }).await;
    }
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
