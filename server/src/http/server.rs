//! Accepts connections, serves requests, and stops in order. It has its own accept loop because axum's sets no timer: a client
//! that never finishes its headers would hold its connection forever.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::Request, http::StatusCode, middleware};
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
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::{
    catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer, trace::TraceLayer,
};
use tracing::Level;

use super::{
    headers::{HeaderRules, add_headers},
    lingering_close::{LingerPermits, Lingering},
};
use crate::{
    api::{self, Api},
    auth::{self, Auth, Remote},
    cluster::Cluster,
    delivery::Delivery,
    gateway::{self, Gateway},
    metrics::Metrics,
    pages::{self, Pages},
};

/// Longest time in which a client sends its headers.
const HEADERS_WAIT: Duration = Duration::from_secs(10);
/// Bytes of all headers of a request.
const HEADERS_BYTES_MAX: usize = 32 * 1024;
/// Longest time without progress in a write; then the client does not read. WebSockets give up sooner, with a close code.
const WRITE_STALL: Duration = Duration::from_secs(30);
/// Open connections. A process may open a limited number of files.
pub const CONNECTIONS_MAX: usize = 16_000;
/// Bytes of a request's body.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// Longest time for a response, also when the body arrives slowly. It does not apply to WebSockets.
const REQUEST_WAIT: Duration = Duration::from_secs(30);
/// Pause after a failed accept, as when no file can be opened.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);
/// Longest wait for requests under way when the server stops.
const DRAIN: Duration = Duration::from_secs(3);

/// Serves the routes of `api`, `gateway` and `pages`. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    /// The calls under `/api/v1`.
    pub api: Api,
    /// `/gateway`: the route on which clients open sockets.
    pub gateway: Gateway,
    /// Pages, forms and static files.
    pub pages: Pages,
    /// Refuses changes that pages of other sites ask for.
    pub auth: Arc<Auth>,
    /// Is notified when the server stops.
    pub cluster: Arc<Cluster>,
    /// Closes all sockets at the stop.
    pub delivery: Arc<Delivery>,
    /// Counts responses by the class of their status.
    pub metrics: Arc<Metrics>,
    /// Whether browsers reach the site by https.
    pub is_https: bool,
}

impl Server {
    /// Serves until `shutdown`, then closes all sockets and waits for requests under way.
    pub async fn serve(self, listener: TcpListener) {
        let routes = self.routes();
        let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let connections = TaskTracker::new();
        let lingering = LingerPermits::default();
        loop {
            let accepted = tokio::select! {
                () = self.cluster.shutdown.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match (accepted, permits.clone().try_acquire_owned()) {
                (Ok((stream, peer)), Ok(permit)) => {
                    let stop = self.cluster.shutdown.clone();
                    let connection = connection(stream, lingering.clone(), peer, routes.clone(), stop);
                    connections.spawn(async move {
                        connection.await;
                        drop(permit);
                    });
                }
                (Ok(_), Err(_)) => tracing::warn!(CONNECTIONS_MAX, "connection refused: too many are open"),
                (Err(error), _) => {
                    tracing::warn!(%error, "connection not accepted");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
        drop(listener);
        self.delivery.hub.close_all();
        connections.close();
        if tokio::time::timeout(DRAIN, connections.wait()).await.is_err() {
            tracing::warn!("requests still under way at the stop were cut off");
        }
    }

    /// Returns all routes with the middleware in front of them.
    fn routes(&self) -> Router {
        let span = |request: &Request| tracing::span!(Level::INFO, "request", method = %request.method(), path = request.uri().path());
        let headers = HeaderRules { is_https: self.is_https, metrics: self.metrics.clone() };
        Router::new()
            .merge(api::router(self.api.clone()))
            .merge(gateway::router(self.gateway.clone()))
            .merge(pages::router(self.pages.clone()))
            .layer(middleware::from_fn_with_state(self.auth.clone(), auth::guard))
            .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
            .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_WAIT))
            .layer(CatchPanicLayer::new())
            .layer(middleware::from_fn(api::as_problems))
            .layer(middleware::from_fn_with_state(headers, add_headers))
            .layer(TraceLayer::new_for_http().make_span_with(span).on_request(()).on_failure(()))
    }
}

async fn connection(
    stream: TcpStream,
    lingering: LingerPermits,
    peer: SocketAddr,
    routes: Router,
    stop: CancellationToken,
) {
    // Small frames leave at once. A failure only costs time.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(Lingering::new(stream, lingering));
    stream.set_write_timeout(Some(WRITE_STALL));
    let stream = Box::pin(stream);
    let routes = routes.layer(axum::Extension(Remote(peer)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS_WAIT).max_buf_size(HEADERS_BYTES_MAX);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes)).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection ended early");
    }
}
