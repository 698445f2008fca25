//! The servers of the cluster, as their heartbeats describe them.

use std::sync::Arc;

use crate::ports::{Ephemeral, ephemeral::ServerStatus};

/// The servers of the cluster, seen from this one.
#[derive(Clone)]
pub(super) struct Peers {
    name: String,
    ephemeral: Arc<dyn Ephemeral>,
}

impl Peers {
    /// Returns the peers of the server with this name.
    pub(super) fn new(name: String, ephemeral: Arc<dyn Ephemeral>) -> Self {
        Self { name, ephemeral }
    }

    /// Returns all servers whose last heartbeat is recent, usually with this one; none while they are unknown.
    pub(super) async fn list(&self) -> Vec<ServerStatus> {
        self.ephemeral.servers().await
    }

    /// Returns whether another server accepts clients, or `None` while the servers are unknown.
    pub(super) async fn accept_clients(&self) -> Option<bool> {
        let servers = self.list().await;
        let accept = servers.iter().any(|other| other.name != self.name && !other.is_draining);
        // This server is in the list whenever the list can be read.
        (!servers.is_empty()).then_some(accept)
    }
}
