//! Where the partitions of the topic begin and end, and what was lost if that has moved.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rdkafka::{
    consumer::{BaseConsumer, Consumer as _},
    error::{KafkaError, KafkaResult},
    metadata::Metadata,
};

use super::{
    client::{LogThrottle, REQUEST_WAIT, ask, consumer_config, is_transient, is_unknown},
    settings::KafkaSettings,
};
use crate::ports::event_log::{LogError, LogRange, Partition};

/// Pause before a partition that has no leader, or a new one, is asked about again.
const LEADER_POLL: Duration = Duration::from_millis(100);

/// Asks the brokers for partitions and offsets, over connections of its own: on one that fetches, a request waits for the response
/// before it, which waits for records. Cheap to clone.
#[derive(Clone)]
pub struct Watermarks {
    client: Arc<BaseConsumer<LogThrottle>>,
    topic: String,
}

impl Watermarks {
    /// Creates the client for a topic.
    ///
    /// # Errors
    /// librdkafka rejects the settings.
    pub fn new(settings: &KafkaSettings) -> KafkaResult<Self> {
        let client = consumer_config(settings).remove("group.id").create_with_context(LogThrottle::of("watermarks"))?;
        Ok(Self { client: Arc::new(client), topic: settings.topic.clone() })
    }

    /// Serves the client's events. Must be called periodically.
    pub fn serve(&self) {
        // Nothing is fetched, and errors are logged by the client's throttle.
        let _ = self.client.poll(Duration::ZERO);
    }

    /// Returns the topic's name.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// Returns the current number of partitions.
    ///
    /// # Errors
    /// The brokers do not answer, or there is no such topic.
    pub async fn partitions(&self) -> Result<u32, LogError> {
        let watermarks = self.clone();
        partitions(
            ask(move || watermarks.client.fetch_metadata(Some(&watermarks.topic), REQUEST_WAIT)).await?,
            &self.topic,
        )
    }

    /// Returns which offsets a partition holds now.
    ///
    /// # Errors
    /// The brokers do not answer, or there is no such partition.
    pub async fn range(&self, partition: Partition) -> Result<LogRange, LogError> {
        let watermarks = self.clone();
        let range = ask(move || watermarks.range_blocking(partition)).await?;
        range.map_err(|error| match error.rdkafka_error_code() {
            Some(code) if is_unknown(code) => {
                LogError(format!("there is no partition {partition} of the topic {} on these brokers", self.topic))
            }
            _ => unanswered(&self.topic, &error),
        })
    }

    /// The same as [`Self::range`], and blocks the thread. Asks again if a broker has just become the leader, or just ceased to be it.
    pub fn range_blocking(&self, partition: Partition) -> KafkaResult<LogRange> {
        let until = Instant::now() + REQUEST_WAIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.client.fetch_watermarks(&self.topic, partition as i32, left) {
                Ok((first, next)) => return Ok(LogRange { first: first as u64, next: next as u64 }),
                Err(error) => {
                    let is_transient = error.rdkafka_error_code().is_some_and(is_transient);
                    if !is_transient || left <= LEADER_POLL {
                        return Err(error);
                    }
                    std::thread::sleep(LEADER_POLL);
                }
            }
        }
    }

    /// Returns the error of a partition that no longer holds the next record to read.
    pub async fn lost(&self, partition: Partition, next: u64) -> LogError {
        match self.range(partition).await {
            Ok(range) => LogError(lost(&self.topic, partition, next, range)),
            Err(_) => LogError(format!(
                "record {next} of partition {partition} of the topic {} is gone, and Kafka does not answer what is left",
                self.topic
            )),
        }
    }
}

/// Returns the number of partitions in an answer of the brokers.
pub fn partitions(answer: KafkaResult<Metadata>, topic: &str) -> Result<u32, LogError> {
    match answer.map_err(|error| unanswered(topic, &error))?.topics().first() {
        Some(topic) if topic.error().is_none() && !topic.partitions().is_empty() => Ok(topic.partitions().len() as u32),
        _ => Err(LogError(format!("there is no topic {topic} on these brokers"))),
    }
}

fn unanswered(topic: &str, error: &KafkaError) -> LogError {
    LogError(format!("Kafka does not answer where the topic {topic} is: {error}"))
}

/// Returns the sentence that says which records are lost.
pub fn lost(topic: &str, partition: Partition, next: u64, LogRange { first, next: end }: LogRange) -> String {
    if next < first {
        let last = first - 1;
        format!(
            "records {next} to {last} of partition {partition} of the topic {topic} are gone before they were read: it \
             holds {first} to {end} now; check its retention.ms, and who deleted records"
        )
    } else if next > end {
        format!(
            "partition {partition} of the topic {topic} was read up to {next} and ends at {end} now: records {end} to {} \
             are gone; the topic was created again, or brokers lost acknowledged records",
            next - 1
        )
    } else {
        format!(
            "partition {partition} of the topic {topic} does not continue from {next} as before: it holds {first} to {end}, \
             and some of it was written again after brokers lost acknowledged records"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_names_the_records_that_are_gone() {
        let range = LogRange { first: 341, next: 500 };
        let sentence = lost("chat", 3, 120, range);
        assert!(sentence.starts_with("records 120 to 340 of partition 3 of the topic chat are gone"), "{sentence}");
        let sentence = lost("chat", 3, 600, range);
        assert!(sentence.contains("records 500 to 599 are gone"), "{sentence}");
        assert!(lost("chat", 3, 400, range).contains("does not continue from 400"));
    }
}
