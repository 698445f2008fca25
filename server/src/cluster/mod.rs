//! This server among its peers: its name, the ephemeral channel between servers, and whether it takes clients.
//!
//! | module | what it does |
//! | --- | --- |
//! | `evacuation` | whether this server moves its clients to peers |

mod evacuation;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use evacuation::Evacuation;

use crate::ports::{Ephemeral, ephemeral::Signal};

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
}

impl Cluster {
    /// Returns the handle of a server that accepts clients.
    pub fn new(name: String, ephemeral: Arc<dyn Ephemeral>) -> Self {
        Self {
            name,
            ephemeral,
            evacuation: Evacuation::default(),
            draining: CancellationToken::new(),
            shutdown: CancellationToken::new(),
        }
    }

    /// Returns whether a peer accepts clients; `None` when the peers are unknown.
    pub(crate) async fn has_others(&self) -> Option<bool> {
        let servers = self.ephemeral.servers().await;
        let others = servers.iter().any(|other| other.name != self.name && !other.is_draining);
        // The list contains this server whenever it can be read at all.
        (!servers.is_empty()).then_some(others)
    }

    /// Sends a signal to all servers, this one included. A signal may get lost.
    pub(crate) async fn publish(&self, signal: Signal) {
        self.ephemeral.publish(signal).await;
    }
}
