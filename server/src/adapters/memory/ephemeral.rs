//! Hints within this process.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use tokio::sync::broadcast;

use crate::ports::{
    Ephemeral,
    ephemeral::{SERVER_LIVES_S, ServerStatus, Signal},
};

/// Signals that wait for a slow subscriber; what it misses is made good by the check every few seconds.
const SIGNALS_HELD: usize = 1_024;

/// Hints within this process.
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
        // No subscriber is no error: nobody has to be told.
        let _ = self.signals.send(signal);
    }

    fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    async fn announce(&self, status: ServerStatus) {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.insert(status.name.clone(), (Instant::now(), status));
    }

    async fn servers(&self) -> Vec<ServerStatus> {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.retain(|_, (said, _)| said.elapsed() < Duration::from_secs(SERVER_LIVES_S));
        servers.values().map(|(_, status)| status.clone()).collect()
    }
}
