//! Writes records: they wait in librdkafka's queue, in order, until the brokers have stored them on a disk or on enough brokers.
//! Success is not reported here: it is learnt by reading the log back.

mod in_flight;
pub mod rights;

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use parking_lot::RwLock;
use rdkafka::{
    ClientConfig, ClientContext,
    config::RDKafkaLogLevel,
    error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code},
    message::DeliveryResult,
    producer::{BaseRecord, Producer as _, ProducerContext, PurgeConfig, ThreadedProducer},
};
use tokio::sync::{Notify, oneshot};

use in_flight::InFlight;

use super::{
    client::{self, LogThrottle, RECORD_BYTES_MAX, REQUEST_BYTES_MAX, REQUEST_WAIT, ask, drop_in_background},
    error::write_advice,
    settings::KafkaSettings,
    watermarks,
};
use crate::ports::event_log::{AppendError, LogError, Partition, Receipt};

/// Size of the queue in KiB. Beyond it, senders have to try again.
const QUEUE_KIB: usize = 64 * 1024;
/// Size of the queue in records of about 1 KiB: the same 64 MiB, with librdkafka's own bookkeeping.
const QUEUE_RECORDS: usize = 65_536;
/// Longest time in the queue. After it, whether the record was written is unknown.
const RECORD_MAX: Duration = Duration::from_secs(10);
/// How long the idle producer waits for a second record to share a request, in ms.
const LINGER_MS: &str = "0.5";
/// First pause before a new producer, if the last one failed soon. It doubles each time. A producer that may not write fails at
/// once.
const REBUILD_PAUSE: Duration = Duration::from_secs(1);
/// Longest such pause, and how long a producer must have worked for no pause.
const REBUILD_PAUSE_MAX: Duration = Duration::from_secs(30);

/// Returns the settings of a producer.
fn config(settings: &KafkaSettings) -> ClientConfig {
    let mut config = client::config(settings);
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        // A replica that hangs must not delay the leader's answer beyond the record's own time-out.
        .set("request.timeout.ms", "5000")
        .set("message.timeout.ms", RECORD_MAX.as_millis().to_string())
        .set("linger.ms", LINGER_MS)
        .set("queue.buffering.max.kbytes", QUEUE_KIB.to_string())
        .set("queue.buffering.max.messages", QUEUE_RECORDS.to_string())
        .set("batch.size", RECORD_BYTES_MAX.to_string())
        .set("message.max.bytes", REQUEST_BYTES_MAX.to_string());
    config
}

/// Appends to the topic, through a producer that is replaced when librdkafka gives it up.
pub struct Writer {
    config: ClientConfig,
    topic: String,
    current: RwLock<Arc<ThreadedProducer<Context>>>,
    gave_up: Arc<Notify>,
}

impl Writer {
    /// Creates a writer. Nothing is sent yet.
    ///
    /// # Errors
    /// librdkafka rejects the settings.
    pub fn new(settings: &KafkaSettings) -> KafkaResult<Self> {
        Self::with(config(settings), &settings.topic)
    }

    fn with(config: ClientConfig, topic: &str) -> KafkaResult<Self> {
        let gave_up = Arc::new(Notify::new());
        let current = RwLock::new(Arc::new(create(&config, &gave_up)?));
        Ok(Self { config, topic: topic.to_owned(), current, gave_up })
    }

    /// Puts a record into the queue.
    ///
    /// # Errors
    /// See [`EventLog::append`](crate::ports::EventLog::append).
    pub fn append(&self, partition: Partition, record: &[u8]) -> Result<Receipt, AppendError> {
        let producer = self.current();
        let in_flight = &producer.context().in_flight;
        let (sender, receipt) = oneshot::channel();
        let number = in_flight.insert(sender);
        let record = BaseRecord::<(), [u8], usize>::with_opaque_to(&self.topic, number)
            .partition(partition as i32)
            .payload(record);
        let Err((error, _)) = producer.send(record) else { return Ok(receipt) };
        in_flight.remove(number);
        match error.rdkafka_error_code() {
            Some(Code::QueueFull) => Err(AppendError::Busy),
            // The producer was given up a moment ago: a new one follows, and this record was never sent.
            Some(Code::Fatal) => {
                self.gave_up.notify_one();
                Err(AppendError::Busy)
            }
            code => {
                tracing::error!(partition, ?code, "Kafka rejected a record: {error}");
                Err(AppendError::Unknown)
            }
        }
    }

    /// Returns the number of partitions that can be written to now.
    ///
    /// # Errors
    /// The brokers do not answer, or there is no such topic.
    pub async fn partitions(&self) -> Result<u32, LogError> {
        let (producer, topic) = (self.current(), self.topic.clone());
        let metadata = ask(move || producer.client().fetch_metadata(Some(&topic), REQUEST_WAIT)).await?;
        watermarks::partitions(metadata, &self.topic)
    }

    fn current(&self) -> Arc<ThreadedProducer<Context>> {
        self.current.read().clone()
    }

    /// Creates a new producer whenever librdkafka has given one up, and empties the queue behind a record that was not written. Ends
    /// when the writer is dropped.
    pub async fn supervise(weak: Weak<Self>) {
        let Some(gave_up) = weak.upgrade().map(|writer| writer.gave_up.clone()) else { return };
        let (mut created, mut pause) = (Instant::now(), Duration::ZERO);
        loop {
            let Some(current) = weak.upgrade().map(|writer| writer.current()) else { return };
            let has_lost_record = current.context().has_lost_record.clone();
            drop(current);
            let has_given_up = tokio::select! {
                () = gave_up.notified() => true,
                () = has_lost_record.notified() => false,
            };
            let Some(writer) = weak.upgrade() else { return };
            if !has_given_up {
                // Its sender sends it again, which must not come after the records that were queued behind it: they are sent again too.
                writer.current().purge(PurgeConfig::default().queue());
                continue;
            }
            let Some((code, reason)) = writer.current().client().fatal_error() else { continue };
            pause = pause_after(pause, created.elapsed());
            let advice = write_advice(code, &writer.topic);
            tracing::error!(
                %code,
                "Kafka's producer failed and is replaced in {} s: {reason}{advice}; whether records in flight were written is unknown",
                pause.as_secs()
            );
            // Until then no record is accepted: senders have to try again.
            drop(writer);
            tokio::time::sleep(pause).await;
            let Some(writer) = weak.upgrade() else { return };
            created = Instant::now();
            match create(&writer.config, &writer.gave_up) {
                Ok(fresh) => {
                    let old = {
                        let mut current = writer.current.write();
                        std::mem::replace(&mut *current, Arc::new(fresh))
                    };
                    drop_in_background(old);
                }
                Err(error) => {
                    tracing::error!("no new Kafka producer can be created: {error}");
                    gave_up.notify_one();
                }
            }
        }
    }
}

/// Returns the pause after a producer that worked for a time, given the pause before it.
fn pause_after(last: Duration, lived: Duration) -> Duration {
    match lived < REBUILD_PAUSE_MAX {
        true => (2 * last).clamp(REBUILD_PAUSE, REBUILD_PAUSE_MAX),
        false => Duration::ZERO,
    }
}

fn create(config: &ClientConfig, gave_up: &Arc<Notify>) -> KafkaResult<ThreadedProducer<Context>> {
    let context = Context {
        throttle: LogThrottle::of("producer"),
        in_flight: InFlight::default(),
        gave_up: gave_up.clone(),
        has_lost_record: Arc::default(),
    };
    config.create_with_context(context)
}

struct Context {
    throttle: LogThrottle,
    in_flight: InFlight,
    gave_up: Arc<Notify>,
    /// Notified when a record of this producer was not written.
    has_lost_record: Arc<Notify>,
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.throttle.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // A fatal error comes with the code of its cause; `supervise` finds out whether it was one.
        self.gave_up.notify_one();
        self.throttle.error(error, reason);
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, number: usize) {
        let sender = self.in_flight.remove(number);
        match result {
            Ok(_) => self.throttle.recovered(),
            Err((error, _)) => {
                let code = error.rdkafka_error_code();
                if code != Some(Code::PurgeQueue) {
                    self.has_lost_record.notify_one();
                }
                if let Some(code) = code {
                    self.throttle.failed(code, &format!("a record was not written in time: {error}"));
                }
                // The sender may have stopped waiting.
                let _ = sender.map(|sender| sender.send(AppendError::Unknown));
            }
        }
    }
}

#[cfg(test)]
mod tests;
