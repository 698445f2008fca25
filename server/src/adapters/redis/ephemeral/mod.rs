//! Hints between servers through Redis: signals by its pub/sub, who lives by a hash that forgets. One's own signals are
//! heard without Redis, once, whether it is there or not.

mod publisher;
mod subscriber;

use async_trait::async_trait;
use domain::ids::SessionId;
use redis::Script;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{broadcast, mpsc},
    task::JoinHandle,
};

use super::client::{CallError, Redis};
use crate::ports::{
    Ephemeral,
    ephemeral::{SERVER_LIVES_S, ServerStatus, Signal},
};

/// Signals that wait for a slow subscriber; what it misses is made good by the check every few seconds.
const SIGNALS_HELD: usize = 1_024;
/// Signals that wait to be told to Redis.
const SIGNALS_WAITING: usize = 1_024;
/// Servers that are known at a time.
const SERVERS_MAX: usize = 256;
/// Milliseconds after which a server is forgotten.
const LIVES_MS: u64 = SERVER_LIVES_S * 1_000;

/// Hints between servers through Redis.
pub struct RedisEphemeral {
    redis: Redis,
    signals: broadcast::Sender<Signal>,
    said: mpsc::Sender<Signal>,
    announce: Script,
    servers: Script,
    tasks: [JoinHandle<()>; 2],
}

/// A signal on its way between servers.
#[derive(Serialize, Deserialize)]
struct Envelope {
    /// Which process says so: it has heard it already.
    from: String,
    #[serde(flatten)]
    signal: Signal,
}

impl RedisEphemeral {
    /// Hints through this Redis, from now on until it is dropped. Within a Tokio runtime only.
    pub fn new(redis: Redis) -> Self {
        let signals = broadcast::Sender::new(SIGNALS_HELD);
        let (said, waiting) = mpsc::channel(SIGNALS_WAITING);
        // As good as any id that nobody else has.
        let process = SessionId::generate().to_string();
        let channel = redis.key("signals");
        let subscriber = subscriber::Subscriber {
            redis: redis.clone(),
            channel: channel.clone(),
            process: process.clone(),
            signals: signals.clone(),
        };
        let publisher = publisher::Publisher { redis: redis.clone(), channel, process };
        let tasks = [tokio::spawn(subscriber.run()), tokio::spawn(publisher.run(waiting))];
        let announce = Script::new(include_str!("announce.lua"));
        Self { redis, signals, said, announce, servers: Script::new(include_str!("servers.lua")), tasks }
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
        // No subscriber is no error: nobody has to be told.
        let _ = self.signals.send(signal.clone());
        if self.said.try_send(signal).is_err() {
            tracing::debug!("a hint was not told to other servers: too many wait");
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
            tracing::warn!(SERVERS_MAX, "too many servers are known: clients are not led to this one");
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
