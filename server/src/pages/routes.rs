//! The routes of pages and forms.

use std::sync::Arc;

use app::{Boot, backend::Backend, boot::PageBoot, shell::shell};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use domain::error::ErrorCode;
use leptos::prelude::provide_context;

use super::{
    backend::PageBackend,
    files, load,
    next::{self, see_other},
    state::Pages,
};
use crate::{auth::Peer, error::Problem};

/// Returns the routes of pages, forms and static files, and the answer for unknown paths.
pub fn router(pages: Pages) -> Router {
    // The renderer's tasks run on tokio. An error means that they already do.
    let _ = any_spawner::Executor::init_tokio();
    Router::new()
        .route("/", get(page))
        .route("/log-in", get(page))
        .route("/sign-up", get(page))
        .route("/c/{channel}", get(page))
        .route("/channels", get(page))
        .route("/channels/new", get(page))
        .route("/settings", get(page))
        .route("/set-up", get(page))
        .route("/do/{*form}", any(form))
        .merge(files::router(&pages.site))
        .fallback(not_found)
        .with_state(pages)
}

async fn page(State(pages): State<Pages>, request: Request) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    match load::load(&pages, &uri, &headers).await {
        Ok(boot) => render(&pages, boot, request).await,
        Err(redirect) => redirect.into_response(),
    }
}

/// Answers an unknown path: with a page for browsers, with a problem for programs.
async fn not_found(State(pages): State<Pages>, headers: HeaderMap, request: Request) -> Response {
    let wants_page = headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    match wants_page {
        true => page(State(pages), request).await,
        false => Problem::from(ErrorCode::NotFound).into_response(),
    }
}

async fn render(pages: &Pages, boot: Boot, request: Request<Body>) -> Response {
    let status = match boot.page {
        PageBoot::NotFound => StatusCode::NOT_FOUND,
        PageBoot::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    let reload = pages.site.reload();
    let render = leptos_axum::render_app_async_with_context(
        move || provide_context(boot.clone()),
        move || shell(reload.clone()),
    );
    let mut response = render(request).await.into_response();
    *response.status_mut() = status;
    response
}

/// Handles a form. `app` defines the server functions.
async fn form(State(pages): State<Pages>, peer: Peer, headers: HeaderMap, request: Request) -> Response {
    let backend = PageBackend { pages, headers, peer };
    let unread = backend.unread();
    let backend: Arc<dyn Backend> = Arc::new(backend);
    let context = move || provide_context(backend.clone());
    let answer = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    // A form that cannot be read reaches no backend: leptos redirects to the address that the form names.
    let leads_away = answer.headers().get(header::LOCATION).is_some_and(|to| !next::is_within(to.as_bytes()));
    if leads_away { see_other(&unread).into_response() } else { answer }
}
