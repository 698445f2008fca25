//! Reads a range of a partition once, for example while a server starts. It has a consumer of its own, which is kept as long as each
//! read continues where the last one ended.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code},
};

use super::{
    client::{LogThrottle, consumer_config, drop_in_background, is_transient},
    settings::KafkaSettings,
    watermarks,
    watermarks::Watermarks,
};
use crate::ports::event_log::{LogError, LogRecord, Partition};

/// Time-out of one read: enough for a leader to be replaced meanwhile.
const READ_MAX: Duration = Duration::from_secs(15);
/// Poll interval, at which the time-out is checked.
const POLL: Duration = Duration::from_millis(100);

/// Reads one log, one range after another.
#[derive(Clone)]
pub struct Reader {
    settings: KafkaSettings,
    watermarks: Watermarks,
    open: Arc<Mutex<Option<Open>>>,
}

/// A consumer, and the offset that it would read next.
struct Open {
    consumer: BaseConsumer<LogThrottle>,
    partition: Partition,
    next: u64,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.consumer.context().mute();
    }
}

impl Reader {
    /// Creates a reader of the topic of these watermarks.
    pub fn new(settings: &KafkaSettings, watermarks: &Watermarks) -> Self {
        Self { settings: settings.clone(), watermarks: watermarks.clone(), open: Arc::default() }
    }

    /// Returns at most `limit` records from offset `from` on, or from the oldest one that is left.
    ///
    /// # Errors
    /// The brokers do not answer in time, or records disappear while they are read.
    pub async fn read(&self, partition: Partition, from: u64, limit: u32) -> Result<Vec<LogRecord>, LogError> {
        let reader = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut open = reader.open.lock();
            reader.read_blocking(&mut open, partition, from, limit as usize)
        });
        read.await.unwrap_or_else(|_| Err(LogError("reading from Kafka was aborted".into())))
    }

    fn read_blocking(
        &self,
        open: &mut Option<Open>,
        partition: Partition,
        from: u64,
        limit: usize,
    ) -> Result<Vec<LogRecord>, LogError> {
        let failed = |error: KafkaError| LogError(format!("partition {partition} cannot be read: {error}"));
        let range = self.watermarks.range_blocking(partition).map_err(failed)?;
        let from = from.max(range.first);
        if from >= range.next || limit == 0 {
            return Ok(Vec::new());
        }
        let until = Instant::now() + READ_MAX;
        let continuing = open.take().filter(|open| open.partition == partition && open.next == from);
        let mut is_fresh = continuing.is_none();
        let mut reading = match continuing {
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
                // This may be the end that an earlier read has seen; more records existed when this read began.
                Some(Err(KafkaError::PartitionEOF(_))) if records.is_empty() && !is_fresh => {
                    drop_in_background(reading);
                    reading = self.begin(partition, from).map_err(failed)?;
                    is_fresh = true;
                }
                Some(Err(KafkaError::PartitionEOF(_))) => break,
                Some(Err(error)) => match error.rdkafka_error_code() {
                    Some(code) if is_transient(code) => {}
                    Some(Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation) => {
                        let range = self.watermarks.range_blocking(partition).map_err(failed)?;
                        return Err(LogError(watermarks::lost(
                            self.watermarks.topic(),
                            partition,
                            reading.next,
                            range,
                        )));
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
                    "Kafka did not return partition {partition} from offset {} on within {} s",
                    reading.next,
                    READ_MAX.as_secs()
                )));
            }
        }
        drop_in_background(reading);
        Ok(records)
    }

    fn begin(&self, partition: Partition, from: u64) -> KafkaResult<Open> {
        let mut config = consumer_config(&self.settings);
        config.set("enable.partition.eof", "true");
        let consumer: BaseConsumer<LogThrottle> = config.create_with_context(LogThrottle::of("reader"))?;
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(self.watermarks.topic(), partition as i32, Offset::Offset(from as i64))?;
        consumer.assign(&list)?;
        Ok(Open { consumer, partition, next: from })
    }
}
