//! From a request's header or cookie to a person. With a bearer token the cookie is not looked at: a program is who its
//! token says, wherever it runs.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use domain::{error::ErrorCode, event::Account, ids::SessionId};

use super::{
    cookies,
    tokens::{Audience, Named},
};
use crate::{api::Problem, clock::now, state::AppState};

/// A person with a session that lives.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who.
    pub account: Account,
    /// By which session.
    pub session: SessionId,
    /// By which token.
    pub named: Named,
    /// Whether a program's bearer token said so.
    pub by_bearer: bool,
}

/// The bearer token of a request, if it has an `Authorization` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let token = value.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("bearer ")).map(|_| &value[7..]);
    Some(token.unwrap_or_default().trim())
}

/// Who speaks, by the request's headers.
///
/// # Errors
/// [`ErrorCode::Unauthorized`], or [`ErrorCode::TryAgain`] while nobody can say.
pub async fn identify(state: &AppState, headers: &HeaderMap) -> Result<Identity, ErrorCode> {
    match bearer(headers) {
        Some(token) => by_token(state, Audience::Program, token).await,
        None => {
            let cookie = cookies::get(headers, cookies::session_name(&state.config)).ok_or(ErrorCode::Unauthorized)?;
            by_token(state, Audience::Page, &cookie).await
        }
    }
}

/// Who a token names.
///
/// # Errors
/// As [`identify`].
pub async fn by_token(state: &AppState, audience: Audience, token: &str) -> Result<Identity, ErrorCode> {
    let named = state.tokens.verify(audience, token, now()).ok_or(ErrorCode::Unauthorized)?;
    let live = state.sessions.check(&named.session).await?;
    Ok(Identity { account: live.account, session: live.id, named, by_bearer: audience == Audience::Program })
}

impl FromRequestParts<AppState> for Identity {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        identify(state, &parts.headers).await.map_err(Problem::from)
    }
}
