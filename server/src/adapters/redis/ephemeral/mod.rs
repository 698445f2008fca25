//! Signals between servers through Redis pub/sub, and the running servers in a hash whose entries expire.
//!
//! It promises what [`ports::ephemeral`](crate::ports::ephemeral) says, for all servers that share the Redis. This server receives its own
//! signals without Redis, exactly once, also while Redis is unreachable.

mod envelope;
mod publisher;
mod subscriber;

use async_trait::async_trait;
use domain::ids::SessionId;
use redis::Script;
use tokio::{
    sync::{broadcast, mpsc},
    task::JoinHandle,
};

use super::client::{CallError, Redis};
use crate::ports::{
    Ephemeral,
    ephemeral::{SERVER_LIVES_S, ServerStatus, Signal},
};

/// Signals that wait for a slow subscriber. What it misses is repaired by its periodic check.
const SIGNALS_HELD: usize = 1_024;
/// Signals that wait to be published. Further ones are dropped.
const PUBLISH_QUEUE: usize = 1_024;
/// Most servers that are known at a time.
const SERVERS_MAX: usize = 256;
/// Milliseconds after which an announcement expires.
const LIVES_MS: u64 = SERVER_LIVES_S * 1_000;

/// Signals between servers through Redis.
pub struct RedisEphemeral {
    redis: Redis,
    signals: broadcast::Sender<Signal>,
    queue: mpsc::Sender<Signal>,
    announce: Script,
    servers: Script,
    tasks: [JoinHandle<()>; 2],
}

impl RedisEphemeral {
    /// Publishes and subscribes through this Redis until it is dropped. Needs a Tokio runtime.
    pub fn new(redis: Redis) -> Self {
        let signals = broadcast::Sender::new(SIGNALS_HELD);
        let (queue, queued) = mpsc::channel(PUBLISH_QUEUE);
        // Any unique id would do.
        let process = SessionId::generate().to_string();
        let channel = redis.key("signals");
        let subscriber = subscriber::Subscriber {
            redis: redis.clone(),
            channel: channel.clone(),
            process: process.clone(),
            signals: signals.clone(),
        };
        let publisher = publisher::Publisher { redis: redis.clone(), channel, process };
        let tasks = [tokio::spawn(subscriber.run()), tokio::spawn(publisher.run(queued))];
        let announce = Script::new(include_str!("announce.lua"));
        Self { redis, signals, queue, announce, servers: Script::new(include_str!("servers.lua")), tasks }
    }

    fn key(&self) -> String {
        self.redis.key("servers")
    }
}

impl Drop for RedisEphemeral {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

#[async_trait]
impl Ephemeral for RedisEphemeral {
    async fn publish(&self, signal: Signal) {
        // An error means that there is no subscriber.
        let _ = self.signals.send(signal.clone());
        if self.queue.try_send(signal).is_err() {
            tracing::debug!("signal dropped: the queue is full");
        }
    }

    fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    async fn announce(&self, status: ServerStatus) {
        let Ok(words) = serde_json::to_string(&status) else { return };
        let mut call = self.announce.key(self.key());
        call.arg(status.name).arg(words).arg(LIVES_MS).arg(SERVERS_MAX);
        let asked = self.redis.call(|mut connection| async move { call.invoke_async::<bool>(&mut connection).await });
        if let Ok(false) = asked.await {
            tracing::warn!(SERVERS_MAX, "too many servers are announced: clients are not sent to this one");
        }
    }

    async fn servers(&self) -> Vec<ServerStatus> {
        let mut call = self.servers.key(self.key());
        call.arg(LIVES_MS).arg(SERVERS_MAX);
        let asked = self.redis.call(|mut connection| async move { call.invoke_async(&mut connection).await });
        let words: Vec<Vec<u8>> = match asked.await {
            Ok(words) => words,
            Err(CallError::Unavailable | CallError::Refused) => return Vec::new(),
        };
        let mut servers: Vec<ServerStatus> =
            words.iter().filter_map(|words| serde_json::from_slice(words).ok()).collect();
        servers.sort_by(|a, b| a.name.cmp(&b.name));
        servers.dedup_by(|a, b| a.name == b.name);
        servers
    }
}
