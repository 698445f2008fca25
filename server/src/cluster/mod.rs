//! This server among its peers: what it announces, which server a client is assigned to, and when clients move to another one.
//!
//! | module | what it does |
//! | --- | --- |
//! | `peers` | lists the servers of the cluster |
//! | `placement` | chooses the server for a client |
//! | `signing_keys` | finds peers with another signing key |
//! | `heartbeat` | announces this server to its peers |
//! | `evacuation` | moves clients to peers, when this server is degraded or stops |
//! | `signals` | passes the signals of all servers to the features |

mod evacuation;
mod heartbeat;
mod peers;
mod placement;
mod signals;
mod signing_keys;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use evacuation::Evacuation;
use peers::Peers;
pub use signals::SignalHandler;

use crate::{
    delivery::Delivery,
    error::OperatorError,
    ports::{
        Directory, Ephemeral,
        ephemeral::{ServerStatus, Signal},
    },
};

/// This server among its peers.
pub struct Cluster {
    /// Unique name of this server among its peers.
    pub(crate) name: String,
    ephemeral: Arc<dyn Ephemeral>,
    delivery: Arc<Delivery>,
    peers: Peers,
    evacuation: Evacuation,
    /// Fingerprint of the key that signs sessions, which peers compare with theirs.
    key_fingerprint: String,
    /// Cancelled when the server no longer accepts clients, before it stops.
    pub(crate) draining: CancellationToken,
    /// Cancelled when the server stops.
    pub(crate) shutdown: CancellationToken,
}

impl Cluster {
    /// Returns the handle of a server that accepts clients.
    pub fn new(
        name: String,
        ephemeral: Arc<dyn Ephemeral>,
        directory: Arc<dyn Directory>,
        delivery: Arc<Delivery>,
        key_fingerprint: String,
    ) -> Self {
        let peers = Peers::new(name.clone(), ephemeral.clone());
        let evacuation = Evacuation::new(peers.clone(), directory, delivery.clone());
        Self {
            name,
            ephemeral,
            delivery,
            peers,
            evacuation,
            key_fingerprint,
            draining: CancellationToken::new(),
            shutdown: CancellationToken::new(),
        }
    }

    /// Returns whether this server accepts no clients now, because it stops or moves its clients to peers.
    pub(crate) fn refuses_clients(&self) -> bool {
        self.draining.is_cancelled() || self.evacuation.is_active()
    }

    /// Returns whether clients are being moved to peers. All history requests are then refused too, because history here may be stale.
    pub(crate) fn is_evacuating(&self) -> bool {
        self.evacuation.is_active()
    }

    /// Returns whether a peer accepts clients, or `None` while the peers are unknown.
    pub(crate) async fn has_peers(&self) -> Option<bool> {
        self.peers.accept_clients().await
    }

    /// Returns whether a server of this name was running a moment ago.
    pub(crate) async fn is_name_taken(&self) -> bool {
        self.peers.list().await.iter().any(|server| server.name == self.name)
    }

    /// Returns the name of the server on which a client should open its socket.
    pub(crate) async fn place_client(&self) -> String {
        placement::choose(&self.status(), &self.peers.list().await, rand::random())
    }

    /// Sends a signal to the features of all servers, this one included. It may be lost.
    pub(crate) async fn publish(&self, signal: Signal) {
        self.ephemeral.publish(signal).await;
    }

    /// Passes the signals of all servers to the handlers, for as long as the server runs.
    ///
    /// # Errors
    /// When the source of signals is closed.
    pub async fn dispatch_signals(&self, handlers: &[Arc<dyn SignalHandler>]) -> Result<(), OperatorError> {
        signals::dispatch(self.ephemeral.subscribe(), handlers).await
    }

    /// Announces this server to its peers for as long as the process runs, also while it stops.
    pub async fn send_heartbeats(&self) -> ! {
        heartbeat::run(&*self.ephemeral, || self.status(), &self.draining, heartbeat::INTERVAL).await
    }

    /// Moves all clients to peers whenever this server has been degraded for long and a peer is healthy.
    pub async fn evacuate_when_degraded(&self) -> ! {
        self.evacuation.run().await
    }

    /// Checks regularly whether the directory answers.
    pub async fn watch_directory(&self) -> ! {
        self.evacuation.watch_directory().await
    }

    /// Refuses new clients, and moves the others to peers if there are any. Without peers the sockets close when the server stops.
    pub async fn drain(&self) {
        self.draining.cancel();
        if self.has_peers().await == Some(true) {
            self.evacuation.move_clients().await;
        }
    }

    fn status(&self) -> ServerStatus {
        ServerStatus {
            name: self.name.clone(),
            sockets: self.delivery.hub.open_sockets(),
            is_draining: self.draining.is_cancelled() || self.evacuation.refuses_new(),
            key: Some(self.key_fingerprint.clone()),
        }
    }
}
