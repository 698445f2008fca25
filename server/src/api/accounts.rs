//! `POST /accounts`, `GET /me`.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use domain::{
    api::{NewAccount, Session},
    event::Account,
};

use super::problem::{Body, Problem};
use crate::{
    auth::{Identity, Peer, accounts},
    state::AppState,
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/accounts", post(sign_up)).route("/me", get(me))
}

async fn sign_up(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let opened = accounts::sign_up(&state, new, peer.origin(&headers)).await?;
    Ok((StatusCode::CREATED, Json(accounts::tokens(&state, opened).await?)))
}

async fn me(who: Identity) -> Json<Account> {
    Json(who.account)
}
