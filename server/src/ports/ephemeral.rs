//! What may be lost: kick-outs now, presence and typing later. Never touches the log or the database.

use async_trait::async_trait;
use domain::ids::SessionId;
use tokio::sync::broadcast;

/// Something that every server should hear soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// This session has ended: forget what was cached of it and close its sockets.
    SessionEnded(SessionId),
}

/// Hints between servers. A lost one is made good by a check every few seconds.
#[async_trait]
pub trait Ephemeral: Send + Sync {
    /// Tells every server, this one too.
    async fn publish(&self, signal: Signal);

    /// What is published from now on. A subscriber that lags misses some.
    fn subscribe(&self) -> broadcast::Receiver<Signal>;
}
