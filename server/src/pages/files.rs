//! The addresses of the static files.

use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::{Redirect, Response},
    routing::get,
};

use super::site::{Site, send};
use crate::state::AppState;

/// Immutable: the path names the content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// The path may name other content soon.
const ASK: &str = "no-cache";

/// The files, and the two addresses that browsers ask for unasked.
pub fn router(site: &Site) -> Router<AppState> {
    let favicon = format!("{}/favicon.svg", site.base);
    Router::new()
        .route("/pkg/{file}", get(unversioned))
        .route("/pkg/{version}/{file}", get(versioned))
        .route("/favicon.ico", get(move || async move { Redirect::temporary(&favicon) }))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /\n" }))
}

async fn versioned(
    State(state): State<AppState>,
    Path((version, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let current = state.site.base.strip_prefix("/pkg/") == Some(&version);
    send(&file, &headers, if current { FOR_EVER } else { ASK })
}

async fn unversioned(Path(file): Path<String>, headers: HeaderMap) -> Response {
    send(&file, &headers, ASK)
}
