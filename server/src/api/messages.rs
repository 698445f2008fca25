//! `GET`, `POST /channels/{id}/messages`, `PUT /channels/{id}/read`.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    api::{History, NewMessage, Posted, ReadMarker},
    error::ErrorCode,
    ids::{ChannelId, Pos},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    extractors::{Body, InChannel, Query},
    openapi::refusals::refusals,
    paging::PageSize,
    state::Api,
};
use crate::{
    auth::Identity,
    channels::Channels,
    error::Problem,
    messages::{Messages, Post, Range},
    read_markers::ReadMarkers,
};

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(history_of, say)).routes(routes!(read))
}

refusals! {
    HistoryRefused: InvalidRequest, Unauthorized, NotFound;
    SayRefused: InvalidRequest, Unauthorized, NotMember, ForbiddenOrigin, NotFound, IdConflict, TooLarge, InvalidId, InvalidBody, TooLong, RateLimited;
    ReadRefused: InvalidRequest, Unauthorized, NotMember, ForbiddenOrigin, NotFound, TooLarge;
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Reading {
    /// Returns the newest events before this position, without the one at it. Only one of `before`, `after` and `around` may be given.
    #[param(value_type = Pos, required = false)]
    before: Option<u64>,
    /// Returns the oldest events after this position.
    #[param(value_type = Pos, required = false)]
    after: Option<u64>,
    /// Returns the events around this position, with the one at it.
    #[param(value_type = Pos, required = false)]
    around: Option<u64>,
    /// How many events the page may have.
    #[serde(default)]
    #[param(value_type = domain::openapi::PageSize, required = false)]
    limit: PageSize,
}

impl Reading {
    fn range(&self) -> Result<Range, ErrorCode> {
        let pos = |number| Pos::from_number(number).ok_or(ErrorCode::InvalidRequest);
        match (self.before, self.after, self.around) {
            (None, None, None) => Ok(Range::Newest),
            (Some(before), None, None) => Ok(Range::Before(pos(before)?)),
            (None, Some(after), None) => Ok(Range::After(pos(after)?)),
            (None, None, Some(around)) => Ok(Range::Around(pos(around)?)),
            _ => Err(ErrorCode::InvalidRequest),
        }
    }
}

/// Read a channel
///
/// Returns consecutive events of a channel: the newest ones, or those before, after or around a position. A public channel may be read
/// without joining it. Reading does not move the read marker.
#[utoipa::path(
    get, path = "/channels/{id}/messages", operation_id = "read_channel", tag = "messages", security(("bearer" = [])),
    params(("id" = ChannelId, Path, description = "The channel."), Reading),
    responses((status = 200, description = "The events.", body = History), HistoryRefused),
)]
async fn history_of(
    State(channels): State<Arc<Channels>>,
    State(messages): State<Arc<Messages>>,
    who: Identity,
    InChannel(id): InChannel,
    Query(reading): Query<Reading>,
) -> Result<Json<History>, Problem> {
    // The history of a public channel may be read before joining it.
    channels.view(&who.account.id, &id).await?;
    Ok(Json(messages.history(&id, reading.range()?, reading.limit.get()).await?))
}

/// Post a message
///
/// Posts a message into a channel that the user is a member of. The answer means that the message is durable. After 503 `try_again`, or
/// without an answer, send the same id again: the message is posted once.
#[utoipa::path(
    post, path = "/channels/{id}/messages", operation_id = "post_message", tag = "messages", security(("bearer" = [])),
    params(("id" = ChannelId, Path, description = "The channel.")),
    request_body = NewMessage,
    responses(
        (status = 201, description = "The message is posted.", body = Posted),
        (status = 200, description = "The message had been posted before.", body = Posted),
        SayRefused,
    ),
)]
async fn say(
    State(messages): State<Arc<Messages>>,
    who: Identity,
    InChannel(id): InChannel,
    Body(new): Body<NewMessage>,
) -> Result<(StatusCode, Json<Posted>), Problem> {
    // Always as a further attempt: an HTTP client cannot know whether an earlier one arrived.
    let draft = Post { channel: id.as_str(), id: &new.id, body: &new.body, is_retry: true, is_subscribed: false };
    let (posted, known) = messages.post(&who.account, draft).await?.await?;
    Ok((if known { StatusCode::OK } else { StatusCode::CREATED }, Json(posted)))
}

/// Move the read marker
///
/// Moves the user's read marker in a channel that the user is a member of. The marker never moves back, and never beyond the channel's head.
#[utoipa::path(
    put, path = "/channels/{id}/read", operation_id = "move_read_marker", tag = "messages", security(("bearer" = [])),
    params(("id" = ChannelId, Path, description = "The channel.")),
    request_body = ReadMarker,
    responses((status = 204, description = "The marker is at this position, or further."), ReadRefused),
)]
async fn read(
    State(read_markers): State<Arc<ReadMarkers>>,
    who: Identity,
    InChannel(id): InChannel,
    Body(marker): Body<ReadMarker>,
) -> Result<StatusCode, Problem> {
    read_markers.mark(&who.account.id, id.as_str(), marker.pos).await?;
    Ok(StatusCode::NO_CONTENT)
}
