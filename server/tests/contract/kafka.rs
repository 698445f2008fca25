//! A topic of a test's own on a real Kafka.

use std::time::Duration;

use jimmy_server::adapters::kafka::KafkaSettings;
use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, AlterConfig, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication},
    client::DefaultClientContext,
};

/// A topic. It is called like the test, so that a test finds and deletes what its last run left.
pub struct Topic {
    brokers: String,
    name: String,
    partitions: u32,
}

impl Topic {
    /// The one of the test that runs on this thread.
    pub fn of_this_test(partitions: u32) -> Self {
        let url = std::env::var("JIMMY_TEST_KAFKA").unwrap_or_else(|_| {
            panic!(
                "JIMMY_TEST_KAFKA is not set: `make test-rust` starts the services and sets it; by hand, \
                 scripts/stack/kafka.sh up target/stack-kafka-test, then JIMMY_TEST_KAFKA=kafka://127.0.0.1:19092"
            )
        });
        let brokers = url.strip_prefix("kafka://").expect("JIMMY_TEST_KAFKA has the form kafka://HOST:PORT").to_owned();
        let test = std::thread::current().name().expect("a test's name").replace("::", ".");
        Self { brokers, name: format!("test.{test}"), partitions }
    }

    pub fn settings(&self) -> KafkaSettings {
        let Self { brokers, name, partitions } = self;
        KafkaSettings::parse(&format!("kafka://{brokers}/{name}?partitions={partitions}")).expect("valid")
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        ClientConfig::new().set("bootstrap.servers", &self.brokers).create().expect("a client")
    }

    /// Deletes the topic, if it exists, and waits until it is gone.
    pub async fn delete(&self) {
        let admin = self.admin();
        admin.delete_topics(&[&self.name], &AdminOptions::new()).await.expect("an answer");
        for _ in 0..100 {
            let metadata = admin.inner().fetch_metadata(Some(&self.name), Duration::from_secs(5)).expect("metadata");
            if metadata.topics()[0].error().is_some() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} is still there", self.name);
    }

    /// Creates the topic again, as an operator might.
    pub async fn make(&self, settings: &[(&str, &str)]) {
        self.delete().await;
        let replication = TopicReplication::Fixed(1);
        let mut topic = NewTopic::new(&self.name, self.partitions as i32, replication);
        for (setting, value) in settings {
            topic = topic.set(setting, value);
        }
        let made = self.admin().create_topics([&topic], &AdminOptions::new()).await.expect("an answer");
        made[0].as_ref().expect("made");
    }

    /// Gives it these settings and no others.
    pub async fn set(&self, settings: &[(&str, &str)]) {
        let mut change = AlterConfig::new(ResourceSpecifier::Topic(&self.name));
        for (setting, value) in settings {
            change = change.set(setting, value);
        }
        let changed = self.admin().alter_configs([&change], &AdminOptions::new()).await.expect("an answer");
        changed[0].as_ref().expect("changed");
    }

    /// Deletes a partition's records before an offset.
    pub async fn delete_records(&self, partition: u32, before: u64) {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.name, partition as i32, Offset::Offset(before as i64)).expect("an offset");
        self.admin().delete_records(&list, &AdminOptions::new()).await.expect("deleted");
    }

    /// Gives it more partitions.
    pub async fn grow(&self, partitions: usize) {
        let more = NewPartitions::new(&self.name, partitions);
        let grown = self.admin().create_partitions([&more], &AdminOptions::new()).await.expect("an answer");
        grown[0].as_ref().expect("grown");
    }
}
