//! `POST /sessions`, `POST /sessions/refresh`, `DELETE /sessions/current`, `DELETE /sessions`.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::api::{Credentials, Refresh, Session};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    openapi::{answers, refusals::refusals, requests},
    problem::{Body, Problem},
};
use crate::{
    auth::{Identity, Peer, accounts},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(log_in, log_out_everywhere)).routes(routes!(refresh)).routes(routes!(log_out))
}

refusals! {
    LogInRefused: InvalidRequest, WrongCredentials, ForbiddenOrigin, TooLarge, RateLimited;
    RefreshRefused: InvalidRequest, Unauthorized, ForbiddenOrigin, TooLarge;
    LogOutRefused: Unauthorized, ForbiddenOrigin;
}

/// Log in
///
/// Begins a session. A wrong name and a wrong password are answered alike.
#[utoipa::path(
    post, path = "/sessions", tag = "sessions",
    request_body = requests::Credentials,
    responses((status = 201, description = "A new session.", body = answers::Session), LogInRefused),
)]
async fn log_in(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Body(credentials): Body<Credentials>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let opened = accounts::log_in(&state, credentials, peer.origin(&headers)).await?;
    Ok((StatusCode::CREATED, Json(accounts::tokens(&state, opened).await?)))
}

/// Renew a session
///
/// The next pair of tokens for a refresh token, which is spent by it. Used again within ten seconds it gives the same pair's successor;
/// later it counts as stolen, and the session ends. A session that is not renewed for 30 days ends, too.
#[utoipa::path(
    post, path = "/sessions/refresh", operation_id = "refresh_session", tag = "sessions",
    request_body = requests::Refresh,
    responses((status = 200, description = "The same session with new tokens.", body = answers::Session), RefreshRefused),
)]
async fn refresh(State(state): State<AppState>, Body(body): Body<Refresh>) -> Result<Json<Session>, Problem> {
    Ok(Json(accounts::refresh(&state, &body.refresh_token).await?))
}

/// Log out
///
/// Ends this session: its tokens are worth nothing, and its sockets close with 4403.
#[utoipa::path(
    delete, path = "/sessions/current", tag = "sessions", security(("bearer" = [])),
    responses((status = 204, description = "It has ended."), LogOutRefused),
)]
async fn log_out(State(state): State<AppState>, who: Identity) -> Result<StatusCode, Problem> {
    accounts::end(&state, &who.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Log out everywhere
///
/// Ends all sessions of this account, this one among them.
#[utoipa::path(
    delete, path = "/sessions", tag = "sessions", security(("bearer" = [])),
    responses((status = 204, description = "They have ended."), LogOutRefused),
)]
async fn log_out_everywhere(State(state): State<AppState>, who: Identity) -> Result<StatusCode, Problem> {
    accounts::end_all(&state, &who.account.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
