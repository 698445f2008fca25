//! Sessions that are open: their tokens, the list that their owner sees, and their end.

use domain::{
    api::{OpenSession, Session},
    error::ErrorCode,
    event::Account,
    ids::{AccountId, SessionId},
};

use super::{
    Identity,
    accounts::{Opened, later},
    tokens::{ACCESS_S, Audience, PAGE_SESSION_S, refresh_hash},
};
use crate::{
    clock::now,
    ports::{
        directory::{SessionRow, Spent},
        ephemeral::Signal,
    },
    state::AppState,
};

/// Sessions in a list: those that were used last.
const SESSIONS_LISTED_MAX: usize = 100;
/// A spent refresh token that comes back so soon comes from a second tab, not from a thief.
const REFRESH_GRACE_MS: i64 = 10_000;

/// The tokens of a program's session: a first pair.
pub async fn tokens(state: &AppState, opened: Opened) -> Result<Session, ErrorCode> {
    let refresh_token = state.tokens.refresh_after(None);
    issue(state, opened.account, &opened.session, refresh_token).await
}

/// The next pair for a refresh token, which is spent by it. One that was spent long ago has been stolen from one of the
/// two who hold it: the session ends.
///
/// # Errors
/// [`ErrorCode::Unauthorized`], [`ErrorCode::TryAgain`].
pub async fn refresh(state: &AppState, token: &str) -> Result<Session, ErrorCode> {
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
            return Err(ErrorCode::Unauthorized);
        }
        Spent::Unknown => return Err(ErrorCode::Unauthorized),
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
) -> Result<Session, ErrorCode> {
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
/// [`ErrorCode::TryAgain`].
pub async fn end(state: &AppState, session: &SessionId) -> Result<(), ErrorCode> {
    state.directory.end_session(session, now()).await.map_err(state.metrics.directory_failed())?;
    kick_out(state, std::slice::from_ref(session)).await;
    Ok(())
}

/// Where somebody is logged in: this session and the others, the most lately used first.
///
/// # Errors
/// [`ErrorCode::TryAgain`].
pub async fn sessions(state: &AppState, who: &Identity) -> Result<Vec<OpenSession>, ErrorCode> {
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
/// [`ErrorCode::NotFound`] for one that is another's or has ended, [`ErrorCode::TryAgain`].
pub async fn end_own(state: &AppState, account: &AccountId, session: &SessionId) -> Result<(), ErrorCode> {
    match state.directory.end_own_session(account, session, now()).await.map_err(state.metrics.directory_failed())? {
        true => kick_out(state, std::slice::from_ref(session)).await,
        false => return Err(ErrorCode::NotFound),
    }
    Ok(())
}

/// Ends all sessions of an account.
///
/// # Errors
/// [`ErrorCode::TryAgain`].
pub async fn end_all(state: &AppState, account: &AccountId) -> Result<(), ErrorCode> {
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
