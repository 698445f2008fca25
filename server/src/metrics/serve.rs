//! `GET /metrics`, on its own address. It shows how much the chat is used, and never what is written.

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

use super::{Metrics, observed::Observed};
use crate::error::OperatorError;

/// Longest lifetime of a connection with its one response. By default Prometheus gives up after ten seconds.
const CONNECTION_WAIT: Duration = Duration::from_secs(10);
/// Longest time in which a client sends its headers.
const HEADERS_WAIT: Duration = Duration::from_secs(5);
/// Bytes of all headers of a request.
const HEADERS_BYTES_MAX: usize = 16 * 1024;
/// Open connections: for a few Prometheus servers and an operator.
const CONNECTIONS_MAX: usize = 16;
/// Pause after a failed accept, as when no file can be opened.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);
/// Media type of Prometheus' text format.
const TEXT_FORMAT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Listens on the address of `--metrics-listen`.
///
/// # Errors
/// When the address cannot be bound.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, OperatorError> {
    let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
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
    });
    Ok(listener?)
}

/// Serves the metrics for as long as the server runs.
///
/// # Errors
/// Never: it ends with the server.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>, observed: Observed) -> Result<(), OperatorError> {
    let registry = Arc::new(registry(&metrics, observed));
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        // Further connections wait in the system's short queue.
        let Ok(permit) = permits.clone().acquire_owned().await else { return Ok(()) };
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = connection(stream, registry.clone());
                // It ends within its own bound.
                tokio::spawn(async move {
                    // A client that is too slow has to send another request.
                    let _ = tokio::time::timeout(CONNECTION_WAIT, connection).await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "metrics connection not accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

fn registry(metrics: &Metrics, observed: Observed) -> Registry {
    let mut registry = Registry::default();
    let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("jimmy_build", "The program that runs", build);
    metrics.register(&mut registry);
    registry.register_collector(Box::new(observed));
    registry
}

async fn connection(stream: TcpStream, registry: Arc<Registry>) {
    let answer = service_fn(move |request| {
        let response = answer(&request, &registry);
        async move { Ok::<_, Infallible>(response) }
    });
    let mut http = http1::Builder::new();
    // One response per connection: only the connection itself needs a bound.
    http.keep_alive(false).timer(TokioTimer::new()).header_read_timeout(HEADERS_WAIT).max_buf_size(HEADERS_BYTES_MAX);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), answer).await {
        tracing::debug!(%error, "metrics connection ended early");
    }
}

fn answer(request: &Request<Incoming>, registry: &Registry) -> Response<String> {
    if request.method() != Method::GET || request.uri().path() != "/metrics" {
        return status(StatusCode::NOT_FOUND, "only GET /metrics is answered here\n");
    }
    let mut text = String::new();
    if let Err(error) = prometheus_text::encode(&mut text, registry) {
        tracing::error!(%error, "metrics not written");
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
