//! What all clients of Kafka have in common: how soon they notice a broker that is gone, and what they say of it.

use std::{
    ops::Deref,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rdkafka::{
    ClientConfig, ClientContext,
    config::RDKafkaLogLevel,
    consumer::ConsumerContext,
    error::{KafkaError, RDKafkaErrorCode as Code},
};

use super::KafkaSettings;
use crate::ports::event_log::LogError;

/// How long a question to the cluster may take (metadata, offsets, settings).
pub const QUESTION_MAX: Duration = Duration::from_secs(5);

/// A record's bytes at most: what a message may have, with room. Must fit into what the topic takes at once.
pub const RECORD_BYTES_MAX: usize = 256 * 1024;
/// One request at most: a record, or a batch of small ones, and what Kafka puts around them.
pub const REQUEST_BYTES_MAX: usize = 2 * RECORD_BYTES_MAX;

/// What every client is made with.
pub fn config(settings: &KafkaSettings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &settings.brokers)
        .set("client.id", "jimmy-chat")
        // A broker that hangs is left after 5 s, one that comes back is found within half a second.
        .set("socket.timeout.ms", "5000")
        .set("socket.connection.setup.timeout.ms", "5000")
        .set("socket.keepalive.enable", "true")
        .set("socket.nagle.disable", "true")
        .set("reconnect.backoff.ms", "50")
        .set("reconnect.backoff.max.ms", "500")
        .set("retry.backoff.ms", "50")
        .set("retry.backoff.max.ms", "500")
        // New partitions and moved leaders are noticed without an error, too.
        .set("topic.metadata.refresh.interval.ms", "30000")
        // A topic that is gone is said to be gone within 5 s (default 30 s).
        .set("topic.metadata.propagation.max.ms", "5000")
        .set("log.connection.close", "false")
        .set("enable.metrics.push", "false");
    for (property, value) in &settings.security {
        config.set(*property, value);
    }
    config
}

/// Runs what waits for a broker's answer on a thread that may wait.
///
/// # Errors
/// A sentence: there was no answer in time.
pub async fn ask<T: Send + 'static>(question: impl FnOnce() -> T + Send + 'static) -> Result<T, LogError> {
    // librdkafka keeps to its own time-out; this one is for a library that does not.
    match tokio::time::timeout(2 * QUESTION_MAX, tokio::task::spawn_blocking(question)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => Err(LogError("a question to Kafka was broken off".into())),
        Err(_) => Err(LogError("Kafka does not answer".into())),
    }
}

/// Lets go of a client, which waits for its threads, where waiting hurts nobody.
pub fn let_go<T: Send + 'static>(client: T) {
    std::thread::spawn(move || drop(client));
}

/// A client that is let go of in this way.
pub struct LetGo<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> LetGo<T> {
    /// Holds it.
    pub fn new(client: T) -> Self {
        Self(Some(client))
    }
}

impl<T: Send + 'static> Deref for LetGo<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(client) => client,
            None => unreachable!("it is there until it is dropped"),
        }
    }
}

impl<T: Send + 'static> Drop for LetGo<T> {
    fn drop(&mut self) {
        let_go(self.0.take());
    }
}

/// Tells each trouble once, until it works again: librdkafka tries for ever, several times a second.
#[derive(Debug)]
pub struct Voice {
    client: &'static str,
    is_well: AtomicBool,
    told: Mutex<Vec<Code>>,
    is_let_go: AtomicBool,
}

impl Voice {
    /// Of the client called so in the logs.
    pub fn of(client: &'static str) -> Self {
        Self { client, is_well: AtomicBool::new(true), told: Mutex::default(), is_let_go: AtomicBool::new(false) }
    }

    /// It works.
    pub fn well(&self) {
        if !self.is_well.load(Ordering::Relaxed) && !self.is_well.swap(true, Ordering::Relaxed) {
            self.told.lock().unwrap_or_else(PoisonError::into_inner).clear();
            tracing::info!(client = self.client, "Kafka answers again");
        }
    }

    /// Its client is being let go: a connection that ends with it is no trouble.
    pub fn hush(&self) {
        self.is_let_go.store(true, Ordering::Relaxed);
    }

    /// It does not.
    pub fn trouble(&self, code: Code, reason: &str) {
        if self.is_let_go.load(Ordering::Relaxed) {
            return;
        }
        self.is_well.store(false, Ordering::Relaxed);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !told.contains(&code) {
            told.push(code);
            tracing::warn!(client = self.client, "Kafka: {reason}; it is tried again until it works");
        }
    }
}

impl ClientContext for Voice {
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        // What matters comes as an error, too, and is told once.
        tracing::debug!(client = self.client, facility, "librdkafka: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        match error.rdkafka_error_code() {
            // Whoever reads the partition is told, with its number.
            None | Some(Code::PartitionEOF | Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation) => {}
            // Nothing is asked of the group whose name librdkafka wants.
            Some(Code::GroupAuthorizationFailed) => {}
            Some(code) => self.trouble(code, reason),
        }
    }
}

impl ConsumerContext for Voice {}

/// Whether librdkafka goes on by itself after this error of a partition, with nothing lost.
pub fn is_passing(code: Code) -> bool {
    matches!(
        code,
        Code::PartitionEOF
            | Code::BrokerTransportFailure
            | Code::AllBrokersDown
            | Code::Resolve
            | Code::OperationTimedOut
            | Code::RequestTimedOut
            | Code::NetworkException
            | Code::LeaderNotAvailable
            | Code::NotLeaderForPartition
            | Code::BrokerNotAvailable
            | Code::ReplicaNotAvailable
            | Code::OffsetNotAvailable
            | Code::KafkaStorageError
            | Code::FencedLeaderEpoch
            | Code::UnknownLeaderEpoch
            // Nothing is committed: what is fetched needs no group.
            | Code::GroupAuthorizationFailed
    )
}

/// Whether the topic, or this partition of it, is not there.
pub fn is_unknown(code: Code) -> bool {
    matches!(code, Code::UnknownTopicOrPartition | Code::UnknownTopicId | Code::UnknownTopic | Code::UnknownPartition)
}
