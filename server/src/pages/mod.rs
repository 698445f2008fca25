//! The pages: rendered whole by the server, with real forms, so that everything works before the WASM has loaded.
//!
//! | module | what it does |
//! | --- | --- |
//! | `load` | what a page begins with |
//! | `backend` | what the forms ask for |
//! | `settings` | what the settings and the set-up begin with |
//! | `next` | where somebody may be sent |
//! | `drafts` | what could not be sent from a plain form |
//! | `site`, `files` | WASM, scripts, styles, icons; and how they are handed out |

mod backend;
pub mod drafts;
mod files;
mod load;
mod next;
mod settings;
pub mod site;

use std::sync::Arc;

use app::{Boot, backend::Backend, boot::PageBoot, shell::shell};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{any, get},
};
use domain::error::ErrorCode;
use leptos::prelude::{LeptosOptions, provide_context};

use crate::{api::Problem, auth::Peer, state::AppState};
use backend::PageBackend;

/// Pages, forms, static files; and what is at no address.
pub fn router(state: &AppState) -> Router<AppState> {
    // The renderer's tasks run on tokio. An error here says that they do already.
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
        .merge(files::router(&state.site))
        .fallback(nowhere)
}

async fn page(State(state): State<AppState>, request: Request) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    match load::load(&state, &uri, &headers).await {
        Ok(boot) => render(&state, boot, request).await,
        Err(elsewhere) => elsewhere.into_response(),
    }
}

/// An address with nothing behind it: a page for people, a problem for programs.
async fn nowhere(State(state): State<AppState>, headers: HeaderMap, request: Request) -> Response {
    let for_people = headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    match for_people {
        true => page(State(state), request).await,
        false => Problem::from(ErrorCode::NotFound).into_response(),
    }
}

async fn render(state: &AppState, boot: Boot, request: Request<Body>) -> Response {
    let status = match boot.page {
        PageBoot::NotFound => StatusCode::NOT_FOUND,
        PageBoot::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    let reload = state.site.reload();
    let render = leptos_axum::render_app_async_with_context(
        move || provide_context(boot.clone()),
        move || shell(reload.clone()),
    );
    let mut response = render(request).await.into_response();
    *response.status_mut() = status;
    response
}

/// A form of a page. What it asks for is a server function; which ones there are is what `app` says.
async fn form(State(state): State<AppState>, peer: Peer, headers: HeaderMap, request: Request) -> Response {
    let backend = PageBackend { state, headers, peer };
    let unread = backend.unread();
    let backend: Arc<dyn Backend> = Arc::new(backend);
    let context = move || provide_context(backend.clone());
    let answer = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    // A form that cannot be read reaches no backend: leptos sends the browser to wherever the form says that it stands.
    let leads_away = answer.headers().get(header::LOCATION).is_some_and(|to| !next::is_within(to.as_bytes()));
    if leads_away { see_other(&unread).into_response() } else { answer }
}

/// Somebody is sent on.
pub(crate) fn see_other(to: &str) -> Redirect {
    Redirect::to(to)
}

/// While somebody works on the pages, how they come anew by themselves.
pub(crate) fn reload_options() -> LeptosOptions {
    LeptosOptions::builder().output_name("jimmy").site_pkg_dir("pkg").reload_port(3001_u32).build()
}
