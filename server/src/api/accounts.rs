//! `POST /accounts`, `GET /me`.

use std::sync::Arc;

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

use super::{extractors::Body, openapi::refusals::refusals, state::Api};
use crate::{
    accounts::Accounts,
    auth::{Auth, Identity, Peer},
    error::Problem,
};

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(sign_up)).routes(routes!(me))
}

refusals! {
    SignUpRefused: InvalidRequest, SignUpClosed, ForbiddenOrigin, NameTaken, TooLarge, InvalidName, TooLong, WeakPassword, RateLimited;
    MeRefused: Unauthorized;
}

/// Create an account
///
/// Creates an account, a member of the hall, and logs it in.
#[utoipa::path(
    post, path = "/accounts", tag = "sessions",
    request_body = NewAccount,
    responses((status = 201, description = "The account, and its first session.", body = Session), SignUpRefused),
)]
async fn sign_up(
    State(accounts): State<Arc<Accounts>>,
    State(auth): State<Arc<Auth>>,
    peer: Peer,
    headers: HeaderMap,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let opened = accounts.sign_up(new, peer.client(&headers)).await?;
    Ok((StatusCode::CREATED, Json(auth.session_tokens.first_pair(opened).await?)))
}

/// Get the own account
///
/// Returns the account of the token.
#[utoipa::path(
    get, path = "/me", operation_id = "get_me", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, description = "The account.", body = Account), MeRefused),
)]
async fn me(who: Identity) -> Json<Account> {
    Json(who.account)
}
