//! This server among its peers: its name, what the servers announce to each other, and whether it takes clients.
//!
//! | module | what it does |
//! | --- | --- |
//! | `heartbeat` | announces this server to its peers |
//! | `signing_keys` | finds peers with another signing key |
//! | `placement` | chooses the server for a client's socket |
//! | `evacuation` | whether this server moves its clients to peers |
//! | `evacuate` | decides that, and moves them |
//! | `hand_over` | closes sockets at a rate that peers can take |
//! | `signals` | hands signals between servers to the features that subscribe to them |

mod evacuate;
mod evacuation;
mod hand_over;
mod heartbeat;
mod placement;
mod signals;
mod signing_keys;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use evacuate::{evacuate_when_degraded, watch_directory};
pub use evacuation::Evacuation;
use hand_over::hand_over;
pub use heartbeat::announce;
use placement::choose;
pub use signals::{Subscriber, dispatch};

use crate::{
    delivery::Delivery,
    ports::{
        Ephemeral,
        ephemeral::{ServerStatus, Signal},
    },
};

/// This server among its peers.
pub struct Cluster {
    /// Unique name of this server among its peers.
    pub(crate) name: String,
    pub(crate) ephemeral: Arc<dyn Ephemeral>,
    pub(crate) evacuation: Evacuation,
    /// Cancelled when the server no longer accepts clients, before it stops.
    pub(crate) draining: CancellationToken,
    /// Cancelled when the server stops.
    pub(crate) shutdown: CancellationToken,
    delivery: Arc<Delivery>,
    /// Fingerprint of the key that signs sessions, which peers compare with theirs.
    key_fingerprint: String,
}

impl Cluster {
    /// Returns the handle of a server that accepts clients.
    pub fn new(name: String, ephemeral: Arc<dyn Ephemeral>, delivery: Arc<Delivery>, key_fingerprint: String) -> Self {
        Self {
            name,
            ephemeral,
            evacuation: Evacuation::default(),
            draining: CancellationToken::new(),
            shutdown: CancellationToken::new(),
            delivery,
            key_fingerprint,
        }
    }

    /// Returns what this server announces to its peers.
    fn status(&self) -> ServerStatus {
        let is_avoided = self.evacuation.refuses_new(self.delivery.health.degraded_for());
        ServerStatus {
            name: self.name.clone(),
            sockets: self.delivery.hub.open_sockets(),
            is_draining: self.draining.is_cancelled() || is_avoided,
            key: Some(self.key_fingerprint.clone()),
        }
    }

    /// Returns the name of the server on which a client should open its socket.
    pub(crate) async fn place_client(&self) -> String {
        choose(&self.status(), &self.ephemeral.servers().await, rand::random())
    }

    /// Returns whether a peer accepts clients; `None` when the peers are unknown.
    pub(crate) async fn has_others(&self) -> Option<bool> {
        let servers = self.ephemeral.servers().await;
        let others = servers.iter().any(|other| other.name != self.name && !other.is_draining);
        // The list contains this server whenever it can be read at all.
        (!servers.is_empty()).then_some(others)
    }

    /// Returns whether this server accepts no clients now, because it stops or moves its clients to peers.
    pub(crate) fn refuses_clients(&self) -> bool {
        self.draining.is_cancelled() || self.evacuation.is_active()
    }

    /// Sends a signal to all servers, this one included. A signal may get lost.
    pub(crate) async fn publish(&self, signal: Signal) {
        self.ephemeral.publish(signal).await;
    }

    /// Stops accepting clients, and hands the open sockets over if a peer accepts clients.
    pub async fn drain(&self) {
        self.draining.cancel();
        if self.has_others().await == Some(true) {
            hand_over(&self.delivery.hub).await;
        }
    }
}
