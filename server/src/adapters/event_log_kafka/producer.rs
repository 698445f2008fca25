//! The writing half: records wait in librdkafka's own queue, in order, until the brokers have them on disk or in enough
//! places. Nobody waits for that here: what is in the log is learnt by reading it back.

mod in_flight;
mod rights;

use std::{
    sync::{Arc, PoisonError, RwLock, Weak},
    time::{Duration, Instant},
};

use rdkafka::{
    ClientConfig, ClientContext,
    config::RDKafkaLogLevel,
    error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code},
    message::DeliveryResult,
    producer::{BaseRecord, Producer as _, ProducerContext, PurgeConfig, ThreadedProducer},
};
use tokio::sync::{Notify, oneshot};

use in_flight::InFlight;
use rights::advice;
pub use rights::may_write;

use super::{
    KafkaSettings,
    client::{self, QUESTION_MAX, RECORD_BYTES_MAX, REQUEST_BYTES_MAX, Voice, ask, let_go},
    places,
};
use crate::ports::event_log::{AppendError, LogError, Partition, Receipt};

/// Bytes that wait for the brokers. Beyond it, senders are told to try again.
const QUEUE_KIB: usize = 64 * 1024;
/// Records that wait for the brokers, of about 1 KiB each: the same 64 MiB, with librdkafka's own bookkeeping.
const QUEUE_RECORDS: usize = 65_536;
/// How long a record may wait before it is unknown what became of it.
const RECORD_MAX: Duration = Duration::from_secs(10);
/// How long the idle producer waits for a second record to share a request, in milliseconds.
const LINGER_MS: &str = "0.5";
/// Between two producers, if the last one did not live long: at first, and twice as long each time, up to the most. One that
/// the brokers do not let write is given up at once.
const REBUILD_PAUSE: Duration = Duration::from_secs(1);
const REBUILD_PAUSE_MAX: Duration = Duration::from_secs(30);
fn config(settings: &KafkaSettings) -> ClientConfig {
    let mut config = client::config(settings);
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        // A replica that hangs must not hold the leader's answer beyond what the record may wait.
        .set("request.timeout.ms", "5000")
        .set("message.timeout.ms", RECORD_MAX.as_millis().to_string())
        .set("linger.ms", LINGER_MS)
        .set("queue.buffering.max.kbytes", QUEUE_KIB.to_string())
        .set("queue.buffering.max.messages", QUEUE_RECORDS.to_string())
        .set("batch.size", RECORD_BYTES_MAX.to_string())
        .set("message.max.bytes", REQUEST_BYTES_MAX.to_string());
    config
}

/// Appends to the topic, through a producer that is made anew when librdkafka gives it up.
pub struct Writer {
    config: ClientConfig,
    topic: String,
    current: RwLock<Arc<ThreadedProducer<Context>>>,
    gave_up: Arc<Notify>,
}

impl Writer {
    /// A writer; nothing is sent yet.
    ///
    /// # Errors
    /// librdkafka does not take the settings.
    pub fn new(settings: &KafkaSettings) -> KafkaResult<Self> {
        Self::with(config(settings), &settings.topic)
    }

    fn with(config: ClientConfig, topic: &str) -> KafkaResult<Self> {
        let gave_up = Arc::new(Notify::new());
        let current = RwLock::new(Arc::new(make(&config, &gave_up)?));
        Ok(Self { config, topic: topic.to_owned(), current, gave_up })
    }

    /// Puts a record into the queue.
    ///
    /// # Errors
    /// At once, as the port says.
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
            // Given up a moment ago: the next one is on its way, and this record never left.
            Some(Code::Fatal) => {
                self.gave_up.notify_one();
                Err(AppendError::Busy)
            }
            code => {
                tracing::error!(partition, ?code, "Kafka does not take a record: {error}");
                Err(AppendError::Unknown)
            }
        }
    }

    /// How many partitions can be written to now.
    ///
    /// # Errors
    /// The brokers do not answer, or there is no such topic.
    pub async fn partitions(&self) -> Result<u32, LogError> {
        let (producer, topic) = (self.current(), self.topic.clone());
        let metadata = ask(move || producer.client().fetch_metadata(Some(&topic), QUESTION_MAX)).await?;
        places::partitions(metadata, &self.topic)
    }

    fn current(&self) -> Arc<ThreadedProducer<Context>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes a new producer whenever librdkafka has given one up, and empties the queue behind a record that was not written.
    /// Ends with the writer, or when it is aborted.
    pub async fn tend(weak: Weak<Self>) {
        let Some(gave_up) = weak.upgrade().map(|writer| writer.gave_up.clone()) else { return };
        let (mut made, mut pause) = (Instant::now(), Duration::ZERO);
        loop {
            let Some(current) = weak.upgrade().map(|writer| writer.current()) else { return };
            let lost_one = current.context().lost_one.clone();
            drop(current);
            let has_given_up = tokio::select! {
                () = gave_up.notified() => true,
                () = lost_one.notified() => false,
            };
            let Some(writer) = weak.upgrade() else { return };
            if !has_given_up {
                // Its sender says it again, later than what waits behind it was said: that has to be said again, too.
                writer.current().purge(PurgeConfig::default().queue());
                continue;
            }
            let Some((code, reason)) = writer.current().client().fatal_error() else { continue };
            pause = pause_after(pause, made.elapsed());
            let advice = advice(code, &writer.topic);
            tracing::error!(
                %code,
                "Kafka's producer gave up and is made anew in {} s: {reason}{advice}; what was under way is unknown",
                pause.as_secs()
            );
            // Until then nothing is taken: who sends is told to try again.
            drop(writer);
            tokio::time::sleep(pause).await;
            let Some(writer) = weak.upgrade() else { return };
            made = Instant::now();
            match make(&writer.config, &writer.gave_up) {
                Ok(fresh) => {
                    let old = {
                        let mut current = writer.current.write().unwrap_or_else(PoisonError::into_inner);
                        std::mem::replace(&mut *current, Arc::new(fresh))
                    };
                    let_go(old);
                }
                Err(error) => {
                    tracing::error!("no new producer for Kafka can be made: {error}");
                    gave_up.notify_one();
                }
            }
        }
    }
}

/// How long nothing is made after a producer that lived so long; the last pause was this.
fn pause_after(last: Duration, lived: Duration) -> Duration {
    match lived < REBUILD_PAUSE_MAX {
        true => (2 * last).clamp(REBUILD_PAUSE, REBUILD_PAUSE_MAX),
        false => Duration::ZERO,
    }
}

fn make(config: &ClientConfig, gave_up: &Arc<Notify>) -> KafkaResult<ThreadedProducer<Context>> {
    let context = Context {
        voice: Voice::of("producer"),
        in_flight: InFlight::default(),
        gave_up: gave_up.clone(),
        lost_one: Arc::default(),
    };
    config.create_with_context(context)
}

struct Context {
    voice: Voice,
    in_flight: InFlight,
    gave_up: Arc<Notify>,
    /// A record of this producer was not written.
    lost_one: Arc<Notify>,
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.voice.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // A fatal error comes with the code of its cause; whether it was one is looked up by who is woken.
        self.gave_up.notify_one();
        self.voice.error(error, reason);
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, number: usize) {
        let sender = self.in_flight.remove(number);
        match result {
            Ok(_) => self.voice.well(),
            Err((error, _)) => {
                let code = error.rdkafka_error_code();
                if code != Some(Code::PurgeQueue) {
                    self.lost_one.notify_one();
                }
                if let Some(code) = code {
                    self.voice.trouble(code, &format!("a record was not written in time, or not at all: {error}"));
                }
                // Whoever no longer waits need not be told.
                let _ = sender.map(|sender| sender.send(AppendError::Unknown));
            }
        }
    }
}

#[cfg(test)]
mod tests;
