//! `GET /gateway`: where a client opens its socket.

use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap, http::header};
use domain::api::Gateway;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{openapi::refusals::refusals, state::Api};
use crate::{
    auth::{Auth, Identity},
    cluster::Cluster,
};

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get_gateway))
}

refusals! { GatewayRefused: Unauthorized; }

/// Get the socket's address
///
/// Returns where this client should open its socket now. Ask again when a socket was closed or did not open; 401 then means to log in again.
#[utoipa::path(
    get, path = "/gateway", operation_id = "get_gateway", tag = "socket", security(("bearer" = [])),
    responses((status = 200, description = "The address.", body = Gateway), GatewayRefused),
)]
async fn get_gateway(
    State(auth): State<Arc<Auth>>,
    State(cluster): State<Arc<Cluster>>,
    _who: Identity,
    headers: HeaderMap,
) -> Json<Gateway> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let origin = auth.origins.of_host(host);
    let server = cluster.place_client().await;
    // The name may come from another server.
    let server: String = url::form_urlencoded::byte_serialize(server.as_bytes()).collect();
    Json(Gateway { url: format!("{}/ws?server={server}", origin.replacen("http", "ws", 1)) })
}
