//! `POST /accounts`, `GET /me`.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::{
    api::{NewAccount, Session},
    event::Account,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    openapi::{answers, refusals::refusals, requests},
    problem::{Body, Problem},
};
use crate::{
    auth::{Identity, Peer, accounts, log_ins},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(sign_up)).routes(routes!(me))
}

refusals! {
    SignUpRefused: InvalidRequest, SignUpClosed, ForbiddenOrigin, NameTaken, TooLarge, InvalidName, TooLong, WeakPassword, RateLimited;
    MeRefused: Unauthorized;
}

/// Make an account
///
/// Makes an account and logs it in. A new person is a member of the hall at once.
#[utoipa::path(
    post, path = "/accounts", tag = "sessions",
    request_body = requests::NewAccount,
    responses((status = 201, description = "The account, and its first session.", body = answers::Session), SignUpRefused),
)]
async fn sign_up(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let opened = accounts::sign_up(&state, new, peer.origin(&headers)).await?;
    Ok((StatusCode::CREATED, Json(log_ins::tokens(&state, opened).await?)))
}

/// Who am I?
///
/// The account that the token speaks for.
#[utoipa::path(
    get, path = "/me", operation_id = "get_me", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, description = "The account.", body = answers::Account), MeRefused),
)]
async fn me(who: Identity) -> Json<Account> {
    Json(who.account)
}
