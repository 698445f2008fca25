//! The HTTP calls under `/api/v1`, for programs and for the page once its WASM runs. Each is a few lines over the features.
//! A refusal is a problem with a stable code.

mod accounts;
mod channels;
mod extractors;
mod gateway;
mod health;
mod messages;
pub mod openapi;
mod paging;
mod sessions;
mod state;

use axum::{
    Router,
    http::{HeaderValue, header},
    routing::get,
};
use domain::error::ErrorCode;
use utoipa_axum::router::OpenApiRouter;

pub use extractors::as_problems;
pub use state::Api;

use crate::error::Problem;

/// Returns the routes of all calls, of the health checks and of the OpenAPI document.
pub fn router(api: Api) -> Router {
    let (routes, document) = described();
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    routes.route("/api/openapi.json", get(|| async move { (json, document) })).with_state(api)
}

/// Returns the routes and the document that describes them. Both come from one list, so that neither has a call that the other
/// lacks.
fn described() -> (Router<Api>, String) {
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
