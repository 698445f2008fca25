//! Guarantees of the log on Kafka beyond the contract of all logs: every loss is reported as an error.

use std::{sync::Arc, time::Duration};

use jimmy_server::{
    adapters::kafka::{self, KafkaSettings},
    ports::{
        EventLog,
        event_log::{LogError, LogFollower},
        finding::Severity,
    },
};

use crate::{
    event_log::{append, bytes, follow},
    kafka::Topic,
};

async fn open(topic: &Topic) -> Arc<dyn EventLog> {
    kafka::open(&topic.settings()).await.expect("a log")
}

async fn fresh(partitions: u32) -> (Topic, Arc<dyn EventLog>) {
    let topic = Topic::of_this_test(partitions);
    topic.delete().await;
    let log = open(&topic).await;
    (topic, log)
}

/// The error that following ends with; what is read before it is passed over.
async fn error_of(follower: &mut dyn LogFollower) -> String {
    let ends = async {
        loop {
            if let Err(LogError(sentence)) = follower.next().await {
                return sentence;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ends).await.expect("an error in time")
}

#[tokio::test]
async fn refuses_an_unsafe_topic_and_names_the_fix() {
    let topic = Topic::of_this_test(1);
    topic.make(&[("cleanup.policy", "compact")]).await;
    let refused = kafka::open(&topic.settings()).await.err().expect("refused");
    assert!(refused.contains("--add-config cleanup.policy=delete"), "{refused}");
    let found = kafka::check(&topic.settings()).await;
    let refused: Vec<_> = found.iter().filter(|it| it.severity == Severity::Error).map(|it| &it.sentence).collect();
    assert_eq!(refused.len(), 2, "{found:?}");
    assert!(refused[1].contains("--add-config flush.messages=1"), "{found:?}");

    // The settings that the errors name are sufficient; a longer retention is only reported.
    topic.set(&[("cleanup.policy", "delete"), ("flush.messages", "1"), ("retention.ms", "-1")]).await;
    let found = kafka::check(&topic.settings()).await;
    assert!(found.iter().any(|it| it.sentence.starts_with("retention.ms")), "{found:?}");
    append(&*open(&topic).await, 0..1).await;
}

#[tokio::test]
async fn created_topic_passes_the_check() {
    let (topic, log) = fresh(3).await;
    assert_eq!(log.partitions().await.expect("a number"), 3);
    assert_eq!(kafka::check(&topic.settings()).await, []);
}

#[tokio::test]
async fn names_unreachable_brokers() {
    // Nothing listens on this port.
    let settings = KafkaSettings::parse("kafka://127.0.0.1:9/chat").expect("valid");
    let refused = kafka::open(&settings).await.err().expect("refused");
    assert!(refused.contains("no Kafka answers at 127.0.0.1:9"), "{refused}");
}

#[tokio::test]
async fn deleted_unread_records_end_the_partition() {
    let (topic, log) = fresh(2).await;
    append(&*log, 0..10).await;
    let mut other = log.follow(1, 0);
    topic.delete_records(0, 5).await;
    let sentence = error_of(&mut *log.follow(0, 2)).await;
    assert!(sentence.starts_with("records 2 to 4 of partition 0"), "{sentence}");

    // The other partition continues, and this one can be followed again.
    let receipt = log.append(1, bytes(0)).await.expect("accepted");
    assert!(receipt.await.is_err());
    assert_eq!(follow(&mut *other, 1).await[0].1, bytes(0));
    let mut again = log.follow(0, 5);
    assert_eq!(follow(&mut *again, 5).await[0], (5, bytes(5)));
}

#[tokio::test]
async fn recreated_topic_ends_following() {
    let (topic, log) = fresh(1).await;
    append(&*log, 0..10).await;
    let mut follower = log.follow(0, 0);
    follow(&mut *follower, 10).await;
    topic.make(&[("flush.messages", "1")]).await;
    let sentence = error_of(&mut *follower).await;
    assert!(sentence.contains("was read up to 10 and ends at 0 now"), "{sentence}");
}

#[tokio::test]
async fn deleted_topic_ends_following() {
    let (topic, log) = fresh(1).await;
    append(&*log, 0..1).await;
    let mut follower = log.follow(0, 0);
    follow(&mut *follower, 1).await;
    topic.delete().await;
    let sentence = error_of(&mut *follower).await;
    assert!(sentence.contains("is gone"), "{sentence}");
    let unknown = log.range(0).await.expect_err("no such partition").to_string();
    assert!(unknown.contains("there is no"), "{unknown}");
}

#[tokio::test]
async fn added_partitions_are_detected_and_followed() {
    let (topic, log) = fresh(1).await;
    let mut first = log.follow(0, 0);
    append(&*log, 0..1).await;
    follow(&mut *first, 1).await;
    topic.grow(3).await;
    while log.partitions().await.expect("a number") < 3 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut added = log.follow(2, 0);
    let receipt = log.append(2, bytes(7)).await.expect("accepted");
    assert!(receipt.await.is_err());
    assert_eq!(follow(&mut *added, 1).await[0].1, bytes(7));
    append(&*log, 1..2).await;
    assert_eq!(follow(&mut *first, 1).await[0].1, bytes(1));
}

#[tokio::test]
async fn followers_receive_only_their_partition() {
    let (_, log) = fresh(12).await;
    let mut followers: Vec<_> = (0..12).map(|partition| log.follow(partition, 0)).collect();
    for number in 0..600 {
        let receipt = log.append(number % 12, bytes(number as usize)).await.expect("accepted");
        drop(receipt);
    }
    for (partition, follower) in followers.iter_mut().enumerate() {
        let read = follow(&mut **follower, 50).await;
        let expected = (0..50).map(|round| bytes(round * 12 + partition));
        assert!(read.iter().map(|(_, bytes)| bytes.clone()).eq(expected), "partition {partition}");
    }
}

#[tokio::test]
async fn new_follower_replaces_the_old_one() {
    let (_, log) = fresh(1).await;
    append(&*log, 0..3).await;
    let mut before = log.follow(0, 0);
    follow(&mut *before, 3).await;
    let mut after = log.follow(0, 1);
    assert_eq!(follow(&mut *after, 2).await[0].1, bytes(1));
    assert!(error_of(&mut *before).await.contains("another follower"));
    drop(before);
    append(&*log, 3..4).await;
    assert_eq!(follow(&mut *after, 1).await[0].1, bytes(3));
}
