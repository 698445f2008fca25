//! From a listening socket to requests, and to an orderly end. An accept loop of our own: axum's installs no timer, so a
//! client that never ends its headers would be waited for for ever.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::Response,
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::task::TaskTracker;
use tower_http::{
    catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer, trace::TraceLayer,
};
use tracing::Level;

use crate::{
    api,
    auth::{self, Remote},
    gateway,
    linger::{Lingering, Places},
    pages,
    state::AppState,
};

/// A client sends its headers within so long.
const HEADERS_WAIT: Duration = Duration::from_secs(10);
/// Bytes of headers that are read, all in all.
const HEADERS_BYTES_MAX: usize = 32 * 1024;
/// An answer of which nothing could be written for so long has no reader. Sockets give up sooner, with a code.
const WRITE_STALL: Duration = Duration::from_secs(30);
/// Connections at a time; a process may open so many files only, and each may bring a socket of its own.
pub const CONNECTIONS_MAX: usize = 16_000;
/// Bytes in the body of any request.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// Any request is answered within so long, also one whose body comes a byte at a time. Sockets are not requests.
const REQUEST_WAIT: Duration = Duration::from_secs(30);
/// Without a free file to accept with, the next try comes after so long.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);
/// Requests under way get so long to end once the server is going.
const DRAIN: Duration = Duration::from_secs(3);

/// Every route, with what stands in front of all of them.
pub fn router(state: AppState) -> Router {
    let span = |request: &Request| tracing::span!(Level::INFO, "request", method = %request.method(), path = request.uri().path());
    Router::new()
        .merge(api::router())
        .merge(gateway::router())
        .merge(pages::router(&state))
        .layer(middleware::from_fn_with_state(state.clone(), auth::guard))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_WAIT))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(api::as_problems))
        .layer(middleware::from_fn_with_state(state.clone(), headers))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_request(()).on_failure(()))
        .with_state(state)
}

/// What every answer says to browsers and caches, unless its route says more; each is counted.
async fn headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    state.metrics.answered(response.status().as_u16());
    let headers = response.headers_mut();
    let mut default = |name: header::HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::CACHE_CONTROL, "private, no-store");
    default(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "same-origin");
    default(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(header::HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if state.config.is_https() {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Serves until the state's `shutdown`, then lets what is under way end.
pub async fn serve(listener: TcpListener, state: AppState) {
    let app = router(state.clone());
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let connections = TaskTracker::new();
    let lingering = Places::default();
    loop {
        let accepted = tokio::select! {
            () = state.shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match (accepted, places.clone().try_acquire_owned()) {
            (Ok((stream, peer)), Ok(place)) => {
                let connection = connection(stream, lingering.clone(), peer, app.clone(), state.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            (Ok(_), Err(_)) => tracing::warn!(CONNECTIONS_MAX, "a connection was refused: too many are open"),
            (Err(error), _) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
    drop(listener);
    state.hub.close_all();
    connections.close();
    if tokio::time::timeout(DRAIN, connections.wait()).await.is_err() {
        tracing::warn!("some requests were cut off");
    }
}

async fn connection(stream: TcpStream, lingering: Places, peer: SocketAddr, app: Router, state: AppState) {
    // Small frames leave at once; a failure to say so only costs time.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(Lingering::new(stream, lingering));
    stream.set_write_timeout(Some(WRITE_STALL));
    let stream = Box::pin(stream);
    let app = app.layer(axum::Extension(Remote(peer)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS_WAIT).max_buf_size(HEADERS_BYTES_MAX);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app)).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = state.shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}
