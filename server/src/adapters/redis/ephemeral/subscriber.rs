//! Other servers' signals, by a connection of its own that is made again for ever.

use std::time::Duration;

use futures_util::StreamExt;
use redis::{Msg, RedisError, aio::PubSub};
use tokio::{
    sync::broadcast,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};

use super::{Envelope, Redis, Signal};

/// Connecting takes no longer.
const CONNECT_WAIT: Duration = Duration::from_secs(2);
/// So often Redis is asked whether it is still there: a machine that has lost its power does not say so.
const PING_EVERY: Duration = Duration::from_secs(2);
/// It answers within so long.
const PING_WAIT: Duration = Duration::from_secs(2);
/// The first try again comes within so long, each further one within twice as long as the one before.
const RETRY_FIRST: Duration = Duration::from_millis(200);
/// The longest wait for a try.
const RETRY_MOST: Duration = Duration::from_secs(5);
/// Bytes of a signal: 500 people and how they are have a tenth of that.
const SIGNAL_BYTES_MAX: usize = 256 * 1024;

/// Hears Redis.
pub(super) struct Subscriber {
    pub(super) redis: Redis,
    pub(super) channel: String,
    pub(super) process: String,
    pub(super) signals: broadcast::Sender<Signal>,
}

/// Why other servers are not heard.
#[derive(Debug, thiserror::Error)]
enum SubscribeError {
    #[error("no answer in time")]
    Silent,
    #[error("the connection has ended")]
    Ended,
    #[error(transparent)]
    Failed(#[from] RedisError),
}

impl Subscriber {
    /// Hears for as long as the task lives.
    pub(super) async fn run(self) {
        let redis = self.redis.place();
        let (mut back_off, mut is_told) = (RETRY_FIRST, false);
        loop {
            let why = match self.connect().await {
                Ok(subscription) => {
                    if is_told {
                        tracing::info!(redis, "other servers are heard again");
                    }
                    is_told = false;
                    let start = Instant::now();
                    let why = self.hear(subscription).await;
                    // Who is let in and thrown out at once does not come back more often than who is not let in.
                    back_off = if start.elapsed() > RETRY_MOST { RETRY_FIRST } else { back_off };
                    why
                }
                Err(why) => why,
            };
            if !is_told {
                tracing::warn!(redis, %why, "other servers are not heard; it is tried again for as long as it takes");
                is_told = true;
            }
            // All of it by chance: servers that lost Redis together do not come back to it together.
            sleep(back_off.mul_f64(rand::random())).await;
            back_off = (back_off * 2).min(RETRY_MOST);
        }
    }

    async fn connect(&self) -> Result<PubSub, SubscribeError> {
        let connected = timeout(CONNECT_WAIT, async {
            let mut subscription = self.redis.client().get_async_pubsub().await?;
            subscription.subscribe(&self.channel).await?;
            Ok(subscription)
        });
        connected.await.unwrap_or(Err(SubscribeError::Silent))
    }

    async fn hear(&self, subscription: PubSub) -> SubscribeError {
        let (mut sink, mut messages) = subscription.split();
        let mut pings = interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let asks = async {
            loop {
                pings.tick().await;
                match timeout(PING_WAIT, sink.ping::<redis::Value>()).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => return SubscribeError::Failed(error),
                    Err(_) => return SubscribeError::Silent,
                }
            }
        };
        let hears = async {
            while let Some(message) = messages.next().await {
                self.heard(&message);
            }
            SubscribeError::Ended
        };
        tokio::select! {
            why = asks => why,
            why = hears => why,
        }
    }

    fn heard(&self, message: &Msg) {
        let bytes = message.get_payload_bytes();
        let read = (bytes.len() <= SIGNAL_BYTES_MAX).then(|| serde_json::from_slice::<Envelope>(bytes));
        match read {
            // No subscriber is no error: nobody has to be told.
            Some(Ok(Envelope { from, signal })) if from != self.process => drop(self.signals.send(signal)),
            // One's own word, told at once when it was said.
            Some(Ok(_)) => {}
            Some(Err(error)) => tracing::debug!(%error, "a hint that cannot be read was ignored"),
            None => tracing::debug!(bytes = bytes.len(), "a hint that is too large was ignored"),
        }
    }
}
