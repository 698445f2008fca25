//! `GET /gateway`: where to open the socket now.

use axum::{Json, extract::State, http::HeaderMap, http::header};
use domain::api::Gateway;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::openapi::{answers, refusals::refusals};
use crate::{auth::Identity, gateway, state::AppState};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_gateway))
}

refusals! { GatewayRefused: Unauthorized; }

/// Where is the socket?
///
/// Where this client should open its socket now. Ask again when a socket has closed or did not open: 401 then means to log in again.
#[utoipa::path(
    get, path = "/gateway", operation_id = "get_gateway", tag = "socket", security(("bearer" = [])),
    responses((status = 200, description = "The address.", body = answers::Gateway), GatewayRefused),
)]
async fn get_gateway(State(state): State<AppState>, _who: Identity, headers: HeaderMap) -> Json<Gateway> {
    // Of our own origins the one the client reached us by; a forged Host gets the first.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let ours = state.origins.iter().find(|origin| origin.split_once("://").is_some_and(|(_, name)| name == host));
    let origin = ours.or(state.origins.first()).map_or("", String::as_str);
    let server = gateway::choose(&gateway::status(&state), &state.ephemeral.servers().await, rand::random());
    // Other servers' names come from elsewhere.
    let server: String = url::form_urlencoded::byte_serialize(server.as_bytes()).collect();
    Json(Gateway { url: format!("{}/ws?server={server}", origin.replacen("http", "ws", 1)) })
}
