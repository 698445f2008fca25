//! The HTTP calls under `/api/v1`: for programs, and for the page once its WASM runs. Each is a few lines over the
//! features; what may be refused is answered as a problem with a stable code.

mod accounts;
mod channels;
mod gateway;
mod health;
mod messages;
mod problem;
mod sessions;

use axum::Router;
use domain::rejection::Code;

use crate::state::AppState;
pub use problem::Problem;

/// Every call, and what a proxy asks.
pub fn router() -> Router<AppState> {
    let v1 = Router::new()
        .merge(accounts::router())
        .merge(sessions::router())
        .merge(channels::router())
        .merge(messages::router())
        .merge(gateway::router())
        .fallback(|| async { Problem::from(Code::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::from(Code::MethodNotAllowed) });
    Router::new().nest("/api/v1", v1).merge(health::router())
}
