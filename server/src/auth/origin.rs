//! Which pages may change something with the browser's cookie: our own, by exact origin. One layer in front of every
//! route, so that a new one is covered by itself.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::error::ErrorCode;

use super::{cookies, identity::bearer};
use crate::{api::Problem, state::AppState};

/// Refuses what another site's page asks for.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !may_change(&state, request.uri().path(), request.headers()) {
        return Problem::from(ErrorCode::ForbiddenOrigin).into_response();
    }
    next.run(request).await
}

fn may_change(state: &AppState, path: &str, headers: &HeaderMap) -> bool {
    // A bearer token is not ambient: no page of another site can make a browser send it.
    if bearer(headers).is_some_and(|token| !token.is_empty()) {
        return true;
    }
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return false;
    }
    match headers.contains_key(header::ORIGIN) {
        true => is_ours(state, headers),
        // A program that signs up or logs in has neither a page nor a cookie.
        false => path.starts_with("/api/") && cookies::get(headers, cookies::session_name(&state.config)).is_none(),
    }
}

/// Whether a request says that it comes from a page of ours: once, and to the letter.
pub fn is_ours(state: &AppState, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else { return false };
    origin.to_str().is_ok_and(|origin| state.origins.iter().any(|ours| ours == origin))
}
