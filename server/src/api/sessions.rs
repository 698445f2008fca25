//! `POST /sessions`, `POST /sessions/refresh`, `DELETE /sessions/current`, `DELETE /sessions`.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{delete, post},
};
use domain::api::{Credentials, Refresh, Session};

use super::problem::{Body, Problem};
use crate::{
    auth::{Identity, Peer, accounts},
    state::AppState,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/sessions", post(log_in).delete(log_out_everywhere))
        .route("/sessions/refresh", post(refresh))
        .route("/sessions/current", delete(log_out))
}

async fn log_in(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Body(credentials): Body<Credentials>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let opened = accounts::log_in(&state, credentials, peer.origin(&headers)).await?;
    Ok((StatusCode::CREATED, Json(accounts::tokens(&state, opened).await?)))
}

async fn refresh(State(state): State<AppState>, Body(body): Body<Refresh>) -> Result<Json<Session>, Problem> {
    Ok(Json(accounts::refresh(&state, &body.refresh_token).await?))
}

async fn log_out(State(state): State<AppState>, who: Identity) -> Result<StatusCode, Problem> {
    accounts::end(&state, &who.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn log_out_everywhere(State(state): State<AppState>, who: Identity) -> Result<StatusCode, Problem> {
    accounts::end_all(&state, &who.account.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
