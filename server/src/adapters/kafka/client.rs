//! What all clients of Kafka share: their settings, and how they log errors.

use std::{
    ops::Deref,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use parking_lot::Mutex;
use rdkafka::{
    ClientConfig, ClientContext,
    config::RDKafkaLogLevel,
    consumer::ConsumerContext,
    error::{KafkaError, RDKafkaErrorCode as Code},
};

use super::settings::KafkaSettings;
use crate::ports::event_log::LogError;

/// Time-out of a request for metadata, offsets or settings.
pub const REQUEST_WAIT: Duration = Duration::from_secs(5);

/// Largest record in bytes: the largest message, with room to spare. Must fit into a request.
pub const RECORD_BYTES_MAX: usize = 256 * 1024;
/// Largest request in bytes: a record, or a batch of small ones, and what Kafka adds to them.
pub const REQUEST_BYTES_MAX: usize = 2 * RECORD_BYTES_MAX;
/// Size of a partition's queue in KiB at which fetching pauses. One response may exceed it: with `PARTITION_FETCH_BYTES`, 3 MiB per
/// partition, or 36 MiB for twelve partitions that are not being read.
const QUEUE_KIB: usize = 2 * 1024;
/// Bytes that one fetch asks of a partition.
const PARTITION_FETCH_BYTES: usize = 1024 * 1024;
/// Bytes that one fetch may return over all partitions.
const FETCH_BYTES: usize = 8 * 1024 * 1024;

/// Returns the settings of every client.
pub fn config(settings: &KafkaSettings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &settings.brokers)
        .set("client.id", "jimmy-chat")
        // A broker that hangs is given up after 5 s, one that is back is found within half a second.
        .set("socket.timeout.ms", "5000")
        .set("socket.connection.setup.timeout.ms", "5000")
        .set("socket.keepalive.enable", "true")
        .set("socket.nagle.disable", "true")
        .set("reconnect.backoff.ms", "50")
        .set("reconnect.backoff.max.ms", "500")
        .set("retry.backoff.ms", "50")
        .set("retry.backoff.max.ms", "500")
        // New partitions and moved leaders are noticed without an error as well.
        .set("topic.metadata.refresh.interval.ms", "30000")
        // A deleted topic is reported within 5 s (default 30 s).
        .set("topic.metadata.propagation.max.ms", "5000")
        .set("log.connection.close", "false")
        .set("enable.metrics.push", "false");
    for (property, value) in &settings.security {
        config.set(*property, value);
    }
    config
}

/// Returns the settings of consumers.
pub fn consumer_config(settings: &KafkaSettings) -> ClientConfig {
    let mut config = config(settings);
    config
        // Nothing is committed, and no group is joined; librdkafka requires a name nevertheless.
        .set("group.id", "jimmy-chat")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        .set("allow.auto.create.topics", "false")
        .set("check.crcs", "true")
        // An abandoned transaction of another program must not stop reading; all servers see the same records.
        .set("isolation.level", "read_uncommitted")
        .set("fetch.min.bytes", "1")
        // A response is sent with the first record. This is how long a newly followed partition may wait for its first fetch.
        .set("fetch.wait.max.ms", "100")
        .set("fetch.error.backoff.ms", "100")
        .set("fetch.queue.backoff.ms", "5")
        .set("queued.max.messages.kbytes", QUEUE_KIB.to_string())
        .set("fetch.message.max.bytes", PARTITION_FETCH_BYTES.to_string())
        .set("fetch.max.bytes", FETCH_BYTES.to_string())
        .set("receive.message.max.bytes", (2 * FETCH_BYTES).to_string());
    config
}

const _: () = assert!(PARTITION_FETCH_BYTES >= REQUEST_BYTES_MAX && RECORD_BYTES_MAX < FETCH_BYTES);

/// Runs a blocking request to the cluster on a thread that may block.
///
/// # Errors
/// A sentence: there was no answer in time.
pub async fn ask<T: Send + 'static>(request: impl FnOnce() -> T + Send + 'static) -> Result<T, LogError> {
    // librdkafka has a time-out of its own; this one holds if it does not keep it.
    match tokio::time::timeout(2 * REQUEST_WAIT, tokio::task::spawn_blocking(request)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => Err(LogError("a request to Kafka was aborted".into())),
        Err(_) => Err(LogError("Kafka does not answer".into())),
    }
}

/// Drops a client on a thread of its own, because dropping one blocks until its threads have ended.
pub fn drop_in_background<T: Send + 'static>(client: T) {
    std::thread::spawn(move || drop(client));
}

/// A client that is dropped by [`drop_in_background`].
pub struct DropInBackground<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> DropInBackground<T> {
    /// Wraps a client.
    pub fn new(client: T) -> Self {
        Self(Some(client))
    }
}

impl<T: Send + 'static> Deref for DropInBackground<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(client) => client,
            None => unreachable!("the client is present until it is dropped"),
        }
    }
}

impl<T: Send + 'static> Drop for DropInBackground<T> {
    fn drop(&mut self) {
        drop_in_background(self.0.take());
    }
}

/// Logs each kind of error once until the client works again: librdkafka retries forever, several times per second.
#[derive(Debug)]
pub struct LogThrottle {
    client: &'static str,
    is_healthy: AtomicBool,
    logged: Mutex<Vec<Code>>,
    is_muted: AtomicBool,
}

impl LogThrottle {
    /// Creates one for a client, with its name in log lines.
    pub fn of(client: &'static str) -> Self {
        Self { client, is_healthy: AtomicBool::new(true), logged: Mutex::default(), is_muted: AtomicBool::new(false) }
    }

    /// Reports that the client works.
    pub fn recovered(&self) {
        if !self.is_healthy.load(Ordering::Relaxed) && !self.is_healthy.swap(true, Ordering::Relaxed) {
            self.logged.lock().clear();
            tracing::info!(client = self.client, "Kafka answers again");
        }
    }

    /// Logs nothing from now on: the client is being dropped, and its connections end.
    pub fn mute(&self) {
        self.is_muted.store(true, Ordering::Relaxed);
    }

    /// Reports an error.
    pub fn failed(&self, code: Code, reason: &str) {
        if self.is_muted.load(Ordering::Relaxed) {
            return;
        }
        self.is_healthy.store(false, Ordering::Relaxed);
        let mut logged = self.logged.lock();
        if !logged.contains(&code) {
            logged.push(code);
            tracing::warn!(client = self.client, "Kafka: {reason}; retrying until it works");
        }
    }
}

impl ClientContext for LogThrottle {
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        // What matters is reported as an error as well.
        tracing::debug!(client = self.client, facility, "librdkafka: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        match error.rdkafka_error_code() {
            // The reader of the partition reports these, with its number.
            None | Some(Code::PartitionEOF | Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation) => {}
            // The group whose name librdkafka requires is not used.
            Some(Code::GroupAuthorizationFailed) => {}
            Some(code) => self.failed(code, reason),
        }
    }
}

impl ConsumerContext for LogThrottle {}

/// Returns whether librdkafka recovers from this error of a partition by itself, without losing a record.
pub fn is_transient(code: Code) -> bool {
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
            // Nothing is committed, so fetching needs no group.
            | Code::GroupAuthorizationFailed
    )
}

/// Returns whether the topic, or this partition of it, does not exist.
pub fn is_unknown(code: Code) -> bool {
    matches!(code, Code::UnknownTopicOrPartition | Code::UnknownTopicId | Code::UnknownTopic | Code::UnknownPartition)
}
