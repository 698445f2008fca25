//! This server's signals on their way to Redis: several that wait go in one round trip, and nobody waits for them.

use tokio::sync::mpsc;

use super::{Envelope, Redis, Signal};

/// Signals in one round trip.
const AT_ONCE: usize = 64;

/// Tells Redis.
pub(super) struct Publisher {
    pub(super) redis: Redis,
    pub(super) channel: String,
    pub(super) process: String,
}

impl Publisher {
    /// Tells until nobody says anything any more. While Redis does not answer, what is said is lost: hints are.
    pub(super) async fn run(self, mut waiting: mpsc::Receiver<Signal>) {
        let mut signals = Vec::new();
        while waiting.recv_many(&mut signals, AT_ONCE).await > 0 {
            let mut call = redis::pipe();
            for signal in signals.drain(..) {
                let envelope = Envelope { from: self.process.clone(), signal };
                match serde_json::to_vec(&envelope) {
                    Ok(text) => call.publish(&self.channel, text).ignore(),
                    Err(error) => {
                        tracing::error!(%error, "a hint cannot be told to other servers");
                        continue;
                    }
                };
            }
            let told = self.redis.call(|mut connection| async move { call.exec_async(&mut connection).await });
            if let Err(why) = told.await {
                tracing::debug!(?why, "hints were not told to other servers");
            }
        }
    }
}
