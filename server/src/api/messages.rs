//! `GET`, `POST /channels/{id}/messages`, `PUT /channels/{id}/read`.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, put},
};
use domain::{
    api::{History, NewMessage, Posted, ReadMarker},
    ids::{ChannelId, Pos},
    rejection::Code,
};
use serde::Deserialize;

use super::problem::{Body, Problem, Query};
use crate::{
    auth::Identity,
    channels,
    messages::{Post, Range, history, mark_read, post},
    state::AppState,
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/channels/{id}/messages", get(history_of).post(say)).route("/channels/{id}/read", put(read))
}

#[derive(Deserialize)]
struct Reading {
    before: Option<u64>,
    after: Option<u64>,
    around: Option<u64>,
    limit: Option<usize>,
}

impl Reading {
    fn range(&self) -> Result<Range, Code> {
        let pos = |number| Pos::from_number(number).ok_or(Code::InvalidRequest);
        match (self.before, self.after, self.around) {
            (None, None, None) => Ok(Range::Newest),
            (Some(before), None, None) => Ok(Range::Before(pos(before)?)),
            (None, Some(after), None) => Ok(Range::After(pos(after)?)),
            (None, None, Some(around)) => Ok(Range::Around(pos(around)?)),
            _ => Err(Code::InvalidRequest),
        }
    }
}

async fn history_of(
    State(state): State<AppState>,
    who: Identity,
    Path(id): Path<String>,
    Query(reading): Query<Reading>,
) -> Result<Json<History>, Problem> {
    let id: ChannelId = id.parse()?;
    // The history of a public channel may be read before joining it.
    channels::view(&state, &who.account.id, &id).await?;
    Ok(Json(history(&state, &id, reading.range()?, reading.limit).await?))
}

/// Always as a further attempt: an HTTP client cannot know whether an earlier one arrived.
async fn say(
    State(state): State<AppState>,
    who: Identity,
    Path(id): Path<String>,
    Body(new): Body<NewMessage>,
) -> Result<(StatusCode, Json<Posted>), Problem> {
    let draft = Post { channel: &id, id: &new.id, body: &new.body, again: true };
    let (posted, known) = post(&state, &who.account, draft).await?;
    Ok((if known { StatusCode::OK } else { StatusCode::CREATED }, Json(posted)))
}

async fn read(
    State(state): State<AppState>,
    who: Identity,
    Path(id): Path<String>,
    Body(marker): Body<ReadMarker>,
) -> Result<StatusCode, Problem> {
    mark_read(&state, &who.account.id, &id, marker.pos).await?;
    Ok(StatusCode::NO_CONTENT)
}
