//! The HTTP calls under `/api/v1`: for programs, and for the page once its WASM runs. Each is a few lines over the
//! features; what may be refused is answered as a problem with a stable code.

mod accounts;
mod channels;
mod gateway;
mod health;
mod messages;
pub mod openapi;
mod paging;
mod problem;
mod sessions;

use axum::{
    Router,
    http::{HeaderValue, header},
    routing::get,
};
use domain::error::ErrorCode;
use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;
pub use problem::{Problem, as_problems};

/// Every call, and what a proxy asks.
pub fn router() -> Router<AppState> {
    let (routes, document) = described();
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    routes.route("/api/openapi.json", get(|| async move { (json, document) }))
}

/// The routes with the document that describes them: neither knows a call that the other does not.
fn described() -> (Router<AppState>, String) {
    let calls = OpenApiRouter::new()
        .merge(accounts::router())
        .merge(sessions::router())
        .merge(channels::router())
        .merge(messages::router())
        .merge(gateway::router());
    let (v1, v1_document) = calls.split_for_parts();
    let v1 = v1
        .fallback(|| async { Problem::from(ErrorCode::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::from(ErrorCode::MethodNotAllowed) });
    let (health, health_document) = health::router().split_for_parts();
    let mut document = openapi::begun().nest("/api/v1", v1_document);
    document.merge(health_document);
    (Router::new().nest("/api/v1", v1).merge(health), openapi::ended(document))
}
