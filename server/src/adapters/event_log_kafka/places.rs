//! Where the partitions of the topic begin and end, and what it means when that is not where it was.

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
    KafkaSettings,
    client::{QUESTION_MAX, Voice, ask, is_passing, is_unknown},
    consumer,
};
use crate::ports::event_log::{LogError, LogRange, Partition};

/// A partition that has no leader yet, or another one than a moment ago, is asked about again after this time.
const LEADER_POLL: Duration = Duration::from_millis(100);

/// Asks the brokers where things are, over connections of its own: on one that fetches, a question waits until the answer
/// before it is there, and that waits for records. Cheap to clone.
#[derive(Clone)]
pub struct Places {
    client: Arc<BaseConsumer<Voice>>,
    topic: String,
}

impl Places {
    /// Of a topic.
    ///
    /// # Errors
    /// librdkafka does not take the settings.
    pub fn new(settings: &KafkaSettings) -> KafkaResult<Self> {
        let client = consumer::config(settings).remove("group.id").create_with_context(Voice::of("places"))?;
        Ok(Self { client: Arc::new(client), topic: settings.topic.clone() })
    }

    /// Looks at what the client has to tell; it must be called again and again.
    pub fn serve(&self) {
        // Nothing is fetched, and errors are told by the client's voice.
        let _ = self.client.poll(Duration::ZERO);
    }

    /// The topic's name.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// How many partitions the topic has now.
    ///
    /// # Errors
    /// The brokers do not answer, or there is no such topic.
    pub async fn partitions(&self) -> Result<u32, LogError> {
        let places = self.clone();
        partitions(ask(move || places.client.fetch_metadata(Some(&places.topic), QUESTION_MAX)).await?, &self.topic)
    }

    /// What a partition holds now.
    ///
    /// # Errors
    /// The brokers do not answer, or there is no such partition.
    pub async fn range(&self, partition: Partition) -> Result<LogRange, LogError> {
        let places = self.clone();
        let range = ask(move || places.range_now(partition)).await?;
        range.map_err(|error| match error.rdkafka_error_code() {
            Some(code) if is_unknown(code) => {
                LogError(format!("there is no partition {partition} of the topic {} on these brokers", self.topic))
            }
            _ => unanswered(&self.topic, &error),
        })
    }

    /// The same, for who may wait. librdkafka hands on what a broker says that has just been made the leader, or is none any
    /// more; a server that starts in that moment asks again.
    pub fn range_now(&self, partition: Partition) -> KafkaResult<LogRange> {
        let until = Instant::now() + QUESTION_MAX;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.client.fetch_watermarks(&self.topic, partition as i32, left) {
                Ok((first, next)) => return Ok(LogRange { first: first as u64, next: next as u64 }),
                Err(error) => {
                    let is_passing = error.rdkafka_error_code().is_some_and(is_passing);
                    if !is_passing || left <= LEADER_POLL {
                        return Err(error);
                    }
                    std::thread::sleep(LEADER_POLL);
                }
            }
        }
    }

    /// The error of a partition that no longer holds the record that was to be read next.
    pub async fn lost(&self, partition: Partition, next: u64) -> LogError {
        match self.range(partition).await {
            Ok(range) => LogError(lost(&self.topic, partition, next, range)),
            Err(_) => LogError(format!(
                "record {next} of partition {partition} of the topic {} is gone, and Kafka does not say what is left",
                self.topic
            )),
        }
    }
}

/// How many partitions the brokers name.
pub fn partitions(answer: KafkaResult<Metadata>, topic: &str) -> Result<u32, LogError> {
    match answer.map_err(|error| unanswered(topic, &error))?.topics().first() {
        Some(topic) if topic.error().is_none() && !topic.partitions().is_empty() => Ok(topic.partitions().len() as u32),
        _ => Err(LogError(format!("there is no topic {topic} on these brokers"))),
    }
}

fn unanswered(topic: &str, error: &KafkaError) -> LogError {
    LogError(format!("Kafka does not say where the topic {topic} is: {error}"))
}

/// What is lost, in words.
pub fn lost(topic: &str, partition: Partition, next: u64, LogRange { first, next: end }: LogRange) -> String {
    if next < first {
        let last = first - 1;
        format!(
            "records {next} to {last} of partition {partition} of the topic {topic} are gone before they were read: it \
             holds {first} to {end} now; look at its retention.ms, and for who deleted records"
        )
    } else if next > end {
        format!(
            "partition {partition} of the topic {topic} was read up to {next} and ends at {end} now: records {end} to {} \
             are gone; the topic was made anew, or brokers lost what they had acknowledged",
            next - 1
        )
    } else {
        format!(
            "partition {partition} of the topic {topic} does not go on from {next} as it was: it holds {first} to {end}, \
             and some of it was written anew after brokers lost what they had acknowledged"
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
        assert!(lost("chat", 3, 400, range).contains("does not go on from 400"));
    }
}
