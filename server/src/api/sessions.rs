//! `POST`, `GET`, `DELETE /sessions`, `POST /sessions/refresh`, `DELETE /sessions/current`, `DELETE /sessions/{id}`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
};
use domain::{
    api::{Credentials, OpenSession, Page, Refresh, Session},
    error::ErrorCode,
    ids::SessionId,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{extractors::Body, openapi::refusals::refusals, state::Api};
use crate::{
    accounts::Accounts,
    auth::{Auth, Identity, Peer},
    error::Problem,
};

type OpenSessionPage = Page<OpenSession>;

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(log_in, list, log_out_everywhere))
        .routes(routes!(refresh))
        .routes(routes!(log_out))
        .routes(routes!(end))
}

refusals! {
    LogInRefused: InvalidRequest, WrongCredentials, ForbiddenOrigin, TooLarge, RateLimited;
    RefreshRefused: InvalidRequest, Unauthorized, ForbiddenOrigin, TooLarge;
    LogOutRefused: Unauthorized, ForbiddenOrigin;
    ListRefused: Unauthorized;
    EndRefused: Unauthorized, ForbiddenOrigin, NotFound;
}

/// Log in
///
/// Opens a session. A wrong name and a wrong password get the same answer.
#[utoipa::path(
    post, path = "/sessions", tag = "sessions",
    request_body = Credentials,
    responses((status = 201, description = "A new session.", body = Session), LogInRefused),
)]
async fn log_in(
    State(accounts): State<Arc<Accounts>>,
    State(auth): State<Arc<Auth>>,
    peer: Peer,
    headers: HeaderMap,
    Body(credentials): Body<Credentials>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let opened = accounts.log_in(credentials, peer.client(&headers)).await?;
    Ok((StatusCode::CREATED, Json(auth.session_tokens.first_pair(opened).await?)))
}

/// Renew a session
///
/// Returns the next pair of tokens for a refresh token, and spends that token. Within ten seconds a spent token still returns the same
/// refresh token; later it counts as stolen, and the session ends. A session that is not renewed for 30 days ends, too.
#[utoipa::path(
    post, path = "/sessions/refresh", operation_id = "refresh_session", tag = "sessions",
    request_body = Refresh,
    responses((status = 200, description = "The same session with new tokens.", body = Session), RefreshRefused),
)]
async fn refresh(State(auth): State<Arc<Auth>>, Body(body): Body<Refresh>) -> Result<Json<Session>, Problem> {
    Ok(Json(auth.session_tokens.refresh(&body.refresh_token).await?))
}

/// List the own sessions
///
/// Returns the user's open sessions: at most 100, the most recently used first. There is no further page.
#[utoipa::path(
    get, path = "/sessions", operation_id = "list_sessions", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, description = "The sessions, the most recently used first.", body = OpenSessionPage), ListRefused),
)]
async fn list(State(auth): State<Arc<Auth>>, who: Identity) -> Result<Json<Page<OpenSession>>, Problem> {
    Ok(Json(Page { items: auth.session_tokens.list(&who).await?, next: None }))
}

/// End one of the own sessions
///
/// Logs another device out, or this one: the session's tokens become invalid, and its sockets are closed with 4403.
#[utoipa::path(
    delete, path = "/sessions/{id}", operation_id = "end_session", tag = "sessions", security(("bearer" = [])),
    params(("id" = SessionId, Path, description = "The session.")),
    responses((status = 204, description = "The session has ended."), EndRefused),
)]
async fn end(
    State(auth): State<Arc<Auth>>,
    who: Identity,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let id: SessionId = id.map_err(|_| ErrorCode::NotFound)?.parse()?;
    auth.session_tokens.end_own(&who.account.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Log out
///
/// Ends this session: its tokens become invalid, and its sockets are closed with 4403.
#[utoipa::path(
    delete, path = "/sessions/current", tag = "sessions", security(("bearer" = [])),
    responses((status = 204, description = "The session has ended."), LogOutRefused),
)]
async fn log_out(State(auth): State<Arc<Auth>>, who: Identity) -> Result<StatusCode, Problem> {
    auth.session_tokens.end(&who.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Log out everywhere
///
/// Ends all sessions of the account, this one included.
#[utoipa::path(
    delete, path = "/sessions", tag = "sessions", security(("bearer" = [])),
    responses((status = 204, description = "The sessions have ended."), LogOutRefused),
)]
async fn log_out_everywhere(State(auth): State<Arc<Auth>>, who: Identity) -> Result<StatusCode, Problem> {
    auth.session_tokens.end_all(&who.account.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
