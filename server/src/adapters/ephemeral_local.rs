//! Hints within this process.

use async_trait::async_trait;
use tokio::sync::broadcast;

use crate::ports::{Ephemeral, ephemeral::Signal};

/// Signals that wait for a slow subscriber; what it misses is made good by the check every few seconds.
const SIGNALS_HELD: usize = 1_024;

/// Hints within this process.
pub struct LocalEphemeral {
    signals: broadcast::Sender<Signal>,
}

impl Default for LocalEphemeral {
    fn default() -> Self {
        Self { signals: broadcast::Sender::new(SIGNALS_HELD) }
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
}
