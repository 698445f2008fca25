//! Publishes this server's signals, several in one round trip. No caller waits for it.

use tokio::sync::mpsc;

use super::envelope::Envelope;
use crate::{adapters::redis::client::Redis, ports::ephemeral::Signal};

/// Most signals in one round trip.
const BATCH: usize = 64;

/// Publishes to Redis.
pub(super) struct Publisher {
    pub(super) redis: Redis,
    pub(super) channel: String,
    pub(super) process: String,
}

impl Publisher {
    /// Publishes until the queue is closed. While Redis does not answer, signals are lost.
    pub(super) async fn run(self, mut queued: mpsc::Receiver<Signal>) {
        let mut signals = Vec::new();
        while queued.recv_many(&mut signals, BATCH).await > 0 {
            let mut call = redis::pipe();
            for signal in signals.drain(..) {
                let envelope = Envelope { from: self.process.clone(), signal };
                match serde_json::to_vec(&envelope) {
                    Ok(text) => call.publish(&self.channel, text).ignore(),
                    Err(error) => {
                        tracing::error!(%error, "signal cannot be encoded");
                        continue;
                    }
                };
            }
            let published = self.redis.call(|mut connection| async move { call.exec_async(&mut connection).await });
            if let Err(why) = published.await {
                tracing::debug!(?why, "signals not published");
            }
        }
    }
}
