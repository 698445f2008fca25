//! `GET /gateway`: where to open the socket now.

use axum::{Json, Router, extract::State, http::HeaderMap, http::header, routing::get};
use domain::api::Gateway;

use crate::{auth::Identity, state::AppState};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/gateway", get(gateway))
}

async fn gateway(State(state): State<AppState>, _who: Identity, headers: HeaderMap) -> Json<Gateway> {
    // Of our own origins the one the client reached us by; a forged Host gets the first.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let ours = state.origins.iter().find(|origin| origin.split_once("://").is_some_and(|(_, name)| name == host));
    let origin = ours.or(state.origins.first()).map_or("", String::as_str);
    Json(Gateway { url: format!("{}/ws?server={}", origin.replacen("http", "ws", 1), state.server) })
}
