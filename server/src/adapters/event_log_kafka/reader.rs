//! Reading a stretch of a partition once: while a server starts, or somebody looks back. It has a consumer of its own,
//! which lives as long as one read goes on where the last one ended.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code},
};

use super::{
    KafkaSettings,
    client::{Voice, is_passing, let_go},
    consumer, places,
    places::Places,
};
use crate::ports::event_log::{LogError, LogRecord, Partition};

/// How long one read may take: enough for a leader to be replaced meanwhile.
const READ_MAX: Duration = Duration::from_secs(15);
/// How often the time is looked at.
const POLL: Duration = Duration::from_millis(100);

/// Reads of one log, one after another.
#[derive(Clone)]
pub struct Reader {
    settings: KafkaSettings,
    places: Places,
    open: Arc<Mutex<Option<Open>>>,
}

/// A consumer, and what it would read next.
struct Open {
    consumer: BaseConsumer<Voice>,
    partition: Partition,
    next: u64,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.consumer.context().hush();
    }
}

impl Reader {
    /// Of the topic whose places these are.
    pub fn new(settings: &KafkaSettings, places: &Places) -> Self {
        Self { settings: settings.clone(), places: places.clone(), open: Arc::default() }
    }

    /// Reads at most `limit` records from `from` on, or from the oldest that is left.
    ///
    /// # Errors
    /// The brokers do not answer in time, or the records are gone while they are read.
    pub async fn read(&self, partition: Partition, from: u64, limit: u32) -> Result<Vec<LogRecord>, LogError> {
        let reader = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut open = reader.open.lock().unwrap_or_else(PoisonError::into_inner);
            reader.read_now(&mut open, partition, from, limit as usize)
        });
        read.await.unwrap_or_else(|_| Err(LogError("reading from Kafka was broken off".into())))
    }

    fn read_now(
        &self,
        open: &mut Option<Open>,
        partition: Partition,
        from: u64,
        limit: usize,
    ) -> Result<Vec<LogRecord>, LogError> {
        let failed = |error: KafkaError| LogError(format!("partition {partition} cannot be read: {error}"));
        let range = self.places.range_now(partition).map_err(failed)?;
        let from = from.max(range.first);
        if from >= range.next || limit == 0 {
            return Ok(Vec::new());
        }
        let until = Instant::now() + READ_MAX;
        let goes_on = open.take().filter(|open| open.partition == partition && open.next == from);
        let mut is_fresh = goes_on.is_none();
        let mut reading = match goes_on {
            Some(reading) => reading,
            None => self.begin(partition, from).map_err(failed)?,
        };
        let mut records = Vec::new();
        loop {
            match reading.consumer.poll(POLL) {
                Some(Ok(record)) => {
                    let (offset, bytes) = (record.offset() as u64, record.payload().unwrap_or_default().to_vec());
                    records.push(LogRecord { offset, bytes });
                    reading.next = offset + 1;
                }
                // The end may be one that an earlier read has seen; there was more when this one began.
                Some(Err(KafkaError::PartitionEOF(_))) if records.is_empty() && !is_fresh => {
                    let_go(reading);
                    reading = self.begin(partition, from).map_err(failed)?;
                    is_fresh = true;
                }
                Some(Err(KafkaError::PartitionEOF(_))) => break,
                Some(Err(error)) => match error.rdkafka_error_code() {
                    Some(code) if is_passing(code) => {}
                    Some(Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation) => {
                        let range = self.places.range_now(partition).map_err(failed)?;
                        return Err(LogError(places::lost(self.places.topic(), partition, reading.next, range)));
                    }
                    _ => return Err(failed(error)),
                },
                None => {}
            }
            if reading.next >= range.next {
                break;
            }
            if records.len() >= limit {
                *open = Some(reading);
                return Ok(records);
            }
            if Instant::now() >= until {
                return Err(LogError(format!(
                    "Kafka did not hand over partition {partition} from offset {} on within {} s",
                    reading.next,
                    READ_MAX.as_secs()
                )));
            }
        }
        let_go(reading);
        Ok(records)
    }

    fn begin(&self, partition: Partition, from: u64) -> KafkaResult<Open> {
        let mut config = consumer::config(&self.settings);
        config.set("enable.partition.eof", "true");
        let consumer: BaseConsumer<Voice> = config.create_with_context(Voice::of("reader"))?;
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(self.places.topic(), partition as i32, Offset::Offset(from as i64))?;
        consumer.assign(&list)?;
        Ok(Open { consumer, partition, next: from })
    }
}
