//! `GET`, `POST /channels`; `GET /channels/{id}`, its members, the own membership.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    api::{Channel, NewChannel, Page},
    event::Account,
    ids::ChannelId,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    extractors::{Body, InChannel, Query},
    openapi::refusals::refusals,
    paging::{PageSize, Paging},
    state::Api,
};
use crate::{auth::Identity, channels::Channels, error::Problem, ports::directory::ChannelQuery};

type ChannelPage = Page<Channel>;
type AccountPage = Page<Account>;

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one))
        .routes(routes!(members))
        .routes(routes!(join, leave))
}

refusals! {
    ListRefused: InvalidRequest, Unauthorized;
    CreateRefused: InvalidRequest, Unauthorized, ForbiddenOrigin, NameTaken, TooManyChannels, TooLarge, InvalidName, TooLong;
    OneRefused: Unauthorized, NotFound;
    MembersRefused: InvalidRequest, Unauthorized, NotFound;
    JoinRefused: Unauthorized, ForbiddenOrigin, NotFound, TooManyChannels;
    LeaveRefused: Unauthorized, ForbiddenOrigin, NotFound, HallStays;
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Listing {
    /// Only channels with this in their name or topic, without case.
    #[param(value_type = String, required = false)]
    search: Option<String>,
    /// `true`: only channels that the user is a member of. `false`: only the others. All if it is left out.
    #[param(value_type = bool, required = false)]
    joined: Option<bool>,
    /// `next` of the page before; the first page if it is left out. Opaque.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
    /// How many channels the page may have.
    #[serde(default)]
    #[param(value_type = domain::openapi::PageSize, required = false)]
    limit: PageSize,
}

/// List channels
///
/// Returns the channels that the user may see: the hall first, then by name.
#[utoipa::path(
    get, path = "/channels", operation_id = "list_channels", tag = "channels", security(("bearer" = [])), params(Listing),
    responses((status = 200, description = "A page of channels: the hall first, then by name.", body = ChannelPage), ListRefused),
)]
async fn list(
    State(channels): State<Arc<Channels>>,
    who: Identity,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Channel>>, Problem> {
    let Listing { search, joined, cursor, limit } = listing;
    let query = ChannelQuery { search, joined, cursor, limit: limit.get() };
    Ok(Json(channels.list(&who.account.id, query).await?))
}

/// Create a channel
///
/// Creates a public channel. Its creator owns it and is a member.
#[utoipa::path(
    post, path = "/channels", operation_id = "create_channel", tag = "channels", security(("bearer" = [])),
    request_body = NewChannel,
    responses((status = 201, description = "The channel.", body = Channel), CreateRefused),
)]
async fn create(
    State(channels): State<Arc<Channels>>,
    who: Identity,
    Body(new): Body<NewChannel>,
) -> Result<(StatusCode, Json<Channel>), Problem> {
    Ok((StatusCode::CREATED, Json(channels.create(&who.account, new).await?)))
}

/// Get a channel
///
/// Returns a channel as the user sees it.
#[utoipa::path(
    get, path = "/channels/{id}", operation_id = "get_channel", tag = "channels", security(("bearer" = [])),
    params(("id" = ChannelId, Path, description = "The channel.")),
    responses((status = 200, description = "The channel.", body = Channel), OneRefused),
)]
async fn one(
    State(channels): State<Arc<Channels>>,
    who: Identity,
    InChannel(id): InChannel,
) -> Result<Json<Channel>, Problem> {
    Ok(Json(channels.view(&who.account.id, &id).await?))
}

/// List a channel's members
///
/// Returns the members of a channel, by name. Every user may see the members of a public channel.
#[utoipa::path(
    get, path = "/channels/{id}/members", operation_id = "list_members", tag = "channels", security(("bearer" = [])),
    params(("id" = ChannelId, Path, description = "The channel."), Paging),
    responses((status = 200, description = "A page of members, by name.", body = AccountPage), MembersRefused),
)]
async fn members(
    State(channels): State<Arc<Channels>>,
    who: Identity,
    InChannel(id): InChannel,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Account>>, Problem> {
    let (cursor, limit) = (paging.cursor.as_deref(), paging.limit.get());
    let page = channels.members(&who.account.id, &id, cursor, limit);
    Ok(Json(page.await?))
}

/// Join a channel
///
/// Makes the user a member of a channel. A second join changes nothing.
#[utoipa::path(
    put, path = "/channels/{id}/membership", operation_id = "join_channel", tag = "channels", security(("bearer" = [])),
    params(("id" = ChannelId, Path, description = "The channel.")),
    responses((status = 200, description = "The channel, joined.", body = Channel), JoinRefused),
)]
async fn join(
    State(channels): State<Arc<Channels>>,
    who: Identity,
    InChannel(id): InChannel,
) -> Result<Json<Channel>, Problem> {
    Ok(Json(channels.join(&who.account, &id).await?))
}

/// Leave a channel
///
/// Ends the user's membership. A second leave changes nothing. The hall cannot be left.
#[utoipa::path(
    delete, path = "/channels/{id}/membership", operation_id = "leave_channel", tag = "channels", security(("bearer" = [])),
    params(("id" = ChannelId, Path, description = "The channel.")),
    responses((status = 204, description = "The user is not a member."), LeaveRefused),
)]
async fn leave(
    State(channels): State<Arc<Channels>>,
    who: Identity,
    InChannel(id): InChannel,
) -> Result<StatusCode, Problem> {
    channels.leave(&who.account, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
