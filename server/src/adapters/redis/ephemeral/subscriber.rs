//! Receives the signals of other servers over a connection of its own, and reconnects forever.

use std::time::Duration;

use futures_util::StreamExt;
use redis::{Msg, RedisError, aio::PubSub};
use tokio::{
    sync::broadcast,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};

use super::envelope::Envelope;
use crate::{adapters::redis::client::Redis, ports::ephemeral::Signal};

/// Time-out of connecting.
const CONNECT_WAIT: Duration = Duration::from_secs(2);
/// Interval of pings, which detect a machine that has lost its power.
const PING_INTERVAL: Duration = Duration::from_secs(2);
/// Time-out of a ping.
const PING_WAIT: Duration = Duration::from_secs(2);
/// Longest pause before the first retry. It doubles with each further one.
const RETRY_FIRST: Duration = Duration::from_millis(200);
/// Longest pause before any retry.
const RETRY_MOST: Duration = Duration::from_secs(5);
/// Most bytes of a signal: the presence of 500 accounts takes a tenth of that.
const SIGNAL_BYTES_MAX: usize = 256 * 1024;

/// Subscribes to Redis.
pub(super) struct Subscriber {
    pub(super) redis: Redis,
    pub(super) channel: String,
    pub(super) process: String,
    pub(super) signals: broadcast::Sender<Signal>,
}

/// Why the subscription ended.
#[derive(Debug, thiserror::Error)]
enum SubscribeError {
    #[error("no answer in time")]
    TimedOut,
    #[error("the connection has ended")]
    Ended,
    #[error(transparent)]
    Failed(#[from] RedisError),
}

impl Subscriber {
    /// Subscribes until the task is aborted.
    pub(super) async fn run(self) {
        let redis = self.redis.place();
        let (mut back_off, mut is_logged) = (RETRY_FIRST, false);
        loop {
            let why = match self.connect().await {
                Ok(subscription) => {
                    if is_logged {
                        tracing::info!(redis, "signals of other servers are received again");
                    }
                    is_logged = false;
                    let start = Instant::now();
                    let why = self.receive(subscription).await;
                    // A connection that ends at once is retried no more often than one that fails.
                    back_off = if start.elapsed() > RETRY_MOST { RETRY_FIRST } else { back_off };
                    why
                }
                Err(why) => why,
            };
            if !is_logged {
                tracing::warn!(redis, %why, "signals of other servers are not received; retrying");
                is_logged = true;
            }
            // Random, so that servers that lost Redis together do not reconnect together.
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
        connected.await.unwrap_or(Err(SubscribeError::TimedOut))
    }

    async fn receive(&self, subscription: PubSub) -> SubscribeError {
        let (mut sink, mut messages) = subscription.split();
        let mut pings = interval(PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let pings_until_lost = async {
            loop {
                pings.tick().await;
                match timeout(PING_WAIT, sink.ping::<redis::Value>()).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => return SubscribeError::Failed(error),
                    Err(_) => return SubscribeError::TimedOut,
                }
            }
        };
        let receives = async {
            while let Some(message) = messages.next().await {
                self.forward(&message);
            }
            SubscribeError::Ended
        };
        tokio::select! {
            why = pings_until_lost => why,
            why = receives => why,
        }
    }

    fn forward(&self, message: &Msg) {
        let bytes = message.get_payload_bytes();
        let read = (bytes.len() <= SIGNAL_BYTES_MAX).then(|| serde_json::from_slice::<Envelope>(bytes));
        match read {
            // An error means that there is no subscriber.
            Some(Ok(Envelope { from, signal })) if from != self.process => drop(self.signals.send(signal)),
            // Published by this process, which has delivered it already.
            Some(Ok(_)) => {}
            Some(Err(error)) => tracing::debug!(%error, "unreadable signal ignored"),
            None => tracing::debug!(bytes = bytes.len(), "oversized signal ignored"),
        }
    }
}
