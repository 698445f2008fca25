//! The routes of the static files.

use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::{Redirect, Response},
    routing::get,
};

use super::{
    site::{Site, send},
    state::Pages,
};

/// Cache policy of a path that contains a hash of its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Cache policy of any other path.
const REVALIDATE: &str = "no-cache";

/// Returns the routes of the files, and of the two paths that every browser requests.
pub(super) fn router(site: &Site) -> Router<Pages> {
    let favicon = format!("{}/favicon.svg", site.base);
    Router::new()
        .route("/pkg/{file}", get(unversioned))
        .route("/pkg/{version}/{file}", get(versioned))
        .route("/favicon.ico", get(move || async move { Redirect::temporary(&favicon) }))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /\n" }))
}

async fn versioned(
    State(pages): State<Pages>,
    Path((version, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let current = pages.site.base.strip_prefix("/pkg/") == Some(&version);
    send(&file, &headers, if current { FOR_EVER } else { REVALIDATE })
}

async fn unversioned(Path(file): Path<String>, headers: HeaderMap) -> Response {
    send(&file, &headers, REVALIDATE)
}
