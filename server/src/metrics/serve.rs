//! `GET /metrics`, on an address of its own: whoever can reach it sees how much is talked, though never what.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::{encoding::prometheus_text, metrics::info::Info, registry::Registry};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

use super::observed::Observed;
use crate::state::AppState;

/// A connection is over within so long, its one answer included: Prometheus itself gives up after ten seconds by default.
const CONNECTION_WAIT: Duration = Duration::from_secs(10);
/// A client sends its headers within so long.
const HEADERS_WAIT: Duration = Duration::from_secs(5);
/// Bytes of headers that are read.
const HEADERS_BYTES_MAX: usize = 16 * 1024;
/// Connections at a time: a few Prometheus servers, and a person who looks.
const CONNECTIONS_MAX: usize = 16;
/// Without a free file to accept with, the next try comes after so long.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);
/// Prometheus' text format.
const TEXT_FORMAT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Listens there.
///
/// # Errors
/// A sentence for the operator.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("--metrics-listen {address}: another program is listening there; stop it, or choose another port")
        }
        std::io::ErrorKind::PermissionDenied => {
            format!("--metrics-listen {address}: ports below 1024 need a permission that this process lacks")
        }
        std::io::ErrorKind::AddrNotAvailable => {
            format!("--metrics-listen {address}: this machine has no such address; name one of its own")
        }
        _ => format!("--metrics-listen {address}: {error}"),
    })
}

/// Answers there until the server goes.
///
/// # Errors
/// None: it only ends with the server.
pub async fn serve(listener: TcpListener, state: AppState) -> Result<(), String> {
    let registry = Arc::new(registry(&state));
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        // Whoever comes when all places are taken waits in the system's queue, which is short.
        let Ok(place) = places.clone().acquire_owned().await else { return Ok(()) };
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = connection(stream, registry.clone());
                // Ends within its own bound.
                tokio::spawn(async move {
                    // Whoever is too slow asks again.
                    let _ = tokio::time::timeout(CONNECTION_WAIT, connection).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection for metrics could not be accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

fn registry(state: &AppState) -> Registry {
    let mut registry = Registry::default();
    let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("jimmy_build", "The program that runs", build);
    state.metrics.register(&mut registry);
    registry.register_collector(Box::new(Observed(state.clone())));
    registry
}

async fn connection(stream: TcpStream, registry: Arc<Registry>) {
    let answer = service_fn(move |request| {
        let response = answer(&request, &registry);
        async move { Ok::<_, Infallible>(response) }
    });
    let mut http = http1::Builder::new();
    // One answer a connection: nothing has to be bounded but the connection itself.
    http.keep_alive(false).timer(TokioTimer::new()).header_read_timeout(HEADERS_WAIT).max_buf_size(HEADERS_BYTES_MAX);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), answer).await {
        tracing::debug!(%error, "a connection for metrics ended early");
    }
}

fn answer(request: &Request<Incoming>, registry: &Registry) -> Response<String> {
    if request.method() != Method::GET || request.uri().path() != "/metrics" {
        return status(StatusCode::NOT_FOUND, "only GET /metrics is answered here\n");
    }
    let mut text = String::new();
    if let Err(error) = prometheus_text::encode(&mut text, registry) {
        tracing::error!(%error, "the metrics could not be written");
        return status(StatusCode::INTERNAL_SERVER_ERROR, "the metrics could not be written\n");
    }
    let mut response = Response::new(text);
    response.headers_mut().insert(CONTENT_TYPE, TEXT_FORMAT);
    response
}

fn status(status: StatusCode, why: &str) -> Response<String> {
    let mut response = Response::new(why.to_owned());
    *response.status_mut() = status;
    response
}
