//! The topic of a cluster, in the hands of an operator.

use std::time::Duration;

use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, NewPartitions},
    client::DefaultClientContext,
    producer::{FutureProducer, FutureRecord},
};

use crate::stack::Place;

/// A call to Kafka takes no longer.
const CALL_WAIT: Duration = Duration::from_secs(10);

/// The topic, in the hands of an operator.
pub struct Topic {
    runtime: tokio::runtime::Runtime,
    config: ClientConfig,
    name: String,
}

impl Topic {
    pub fn of(place: &Place) -> Self {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", place.kafka.trim_start_matches("kafka://"));
        Self { runtime: tokio::runtime::Runtime::new().expect("a runtime"), config, name: place.topic.clone() }
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.config.create().expect("a client")
    }

    fn options(&self) -> AdminOptions {
        AdminOptions::new().operation_timeout(Some(CALL_WAIT)).request_timeout(Some(CALL_WAIT))
    }

    pub fn append(&self, partition: i32, record: &[u8]) -> i64 {
        let producer: FutureProducer = self.config.create().expect("a client");
        let record = FutureRecord::<(), [u8]>::to(&self.name).partition(partition).payload(record);
        let sent = self.runtime.block_on(async { producer.send(record, CALL_WAIT).await });
        sent.expect("appended").offset
    }

    pub fn delete(&self) {
        let deleted = self.runtime.block_on(async { self.admin().delete_topics(&[&self.name], &self.options()).await });
        deleted.expect("an answer").into_iter().for_each(|topic| drop(topic.expect("deleted")));
    }

    pub fn delete_before(&self, partition: i32, offset: i64) {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.name, partition, Offset::Offset(offset)).expect("a place");
        self.runtime.block_on(async { self.admin().delete_records(&list, &self.options()).await }).expect("deleted");
    }

    pub fn add_partitions(&self, count: usize) {
        let more = NewPartitions::new(&self.name, count);
        let made = self.runtime.block_on(async { self.admin().create_partitions(&[more], &self.options()).await });
        made.expect("an answer").into_iter().for_each(|topic| drop(topic.expect("made")));
    }
}
