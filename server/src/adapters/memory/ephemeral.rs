//! Signals within this process: every call takes effect at once, for this server alone.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::broadcast;

use crate::ports::{
    Ephemeral,
    ephemeral::{SERVER_LIVES_S, ServerStatus, Signal},
};

/// Signals that wait for a slow subscriber. What it misses is repaired by its periodic check.
const SIGNALS_HELD: usize = 1_024;

/// Signals within this process.
pub struct LocalEphemeral {
    signals: broadcast::Sender<Signal>,
    servers: Mutex<BTreeMap<String, (Instant, ServerStatus)>>,
}

impl Default for LocalEphemeral {
    fn default() -> Self {
        Self { signals: broadcast::Sender::new(SIGNALS_HELD), servers: Mutex::default() }
    }
}

#[async_trait]
impl Ephemeral for LocalEphemeral {
    async fn publish(&self, signal: Signal) {
        // An error means that there is no subscriber.
        let _ = self.signals.send(signal);
    }

    fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    async fn announce(&self, status: ServerStatus) {
        let mut servers = self.servers.lock();
        servers.insert(status.name.clone(), (Instant::now(), status));
    }

    async fn servers(&self) -> Vec<ServerStatus> {
        let mut servers = self.servers.lock();
        servers.retain(|_, (at, _)| at.elapsed() < Duration::from_secs(SERVER_LIVES_S));
        servers.values().map(|(_, status)| status.clone()).collect()
    }
}
