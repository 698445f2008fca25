//! `GET`, `POST /channels`; `GET /channels/{id}`, its members, one's membership.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, put},
};
use domain::{
    api::{Channel, NewChannel, Page},
    event::Account,
    ids::ChannelId,
    limits::{PAGE, PAGE_MAX},
};
use serde::Deserialize;

use super::problem::{Body, Problem, Query};
use crate::{auth::Identity, channels, ports::directory::ChannelQuery, state::AppState};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/channels", get(list).post(create))
        .route("/channels/{id}", get(one))
        .route("/channels/{id}/members", get(members))
        .route("/channels/{id}/membership", put(join).delete(leave))
}

#[derive(Deserialize)]
struct Listing {
    search: Option<String>,
    joined: Option<bool>,
    cursor: Option<String>,
    limit: Option<usize>,
}

async fn list(
    State(state): State<AppState>,
    who: Identity,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Channel>>, Problem> {
    let Listing { search, joined, cursor, limit } = listing;
    let query = ChannelQuery { search, joined, cursor, limit: limit.unwrap_or(PAGE).clamp(1, PAGE_MAX) };
    Ok(Json(channels::list(&state, &who.account.id, query).await?))
}

async fn create(
    State(state): State<AppState>,
    who: Identity,
    Body(new): Body<NewChannel>,
) -> Result<(StatusCode, Json<Channel>), Problem> {
    Ok((StatusCode::CREATED, Json(channels::create(&state, &who.account, new).await?)))
}

async fn one(State(state): State<AppState>, who: Identity, Path(id): Path<String>) -> Result<Json<Channel>, Problem> {
    let id: ChannelId = id.parse()?;
    Ok(Json(channels::view(&state, &who.account.id, &id).await?))
}

async fn members(
    State(state): State<AppState>,
    who: Identity,
    Path(id): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Account>>, Problem> {
    let id: ChannelId = id.parse()?;
    let page = channels::members(&state, &who.account.id, &id, listing.cursor.as_deref(), listing.limit);
    Ok(Json(page.await?))
}

async fn join(State(state): State<AppState>, who: Identity, Path(id): Path<String>) -> Result<Json<Channel>, Problem> {
    let id: ChannelId = id.parse()?;
    Ok(Json(channels::join(&state, &who.account, &id).await?))
}

async fn leave(State(state): State<AppState>, who: Identity, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let id: ChannelId = id.parse()?;
    channels::leave(&state, &who.account, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
