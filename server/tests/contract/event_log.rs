//! The contract of [`EventLog`].

use std::{path::Path, time::Duration};

use jimmy_server::{
    adapters::{kafka::open as open_kafka, sqlite::open_event_log},
    ports::{
        EventLog,
        event_log::{LogFollower, LogRange},
    },
};
use std::sync::Arc;

use crate::kafka::Topic;

async fn sqlite(folder: &Path) -> Arc<dyn EventLog> {
    open_event_log(&folder.join("log.db")).await.expect("a new log")
}

/// Opens a topic of the test's own, of two partitions. For an empty folder, the topic of an earlier run is deleted first.
async fn kafka(folder: &Path) -> Arc<dyn EventLog> {
    let topic = Topic::of_this_test(2);
    let begun = folder.join("begun");
    if !begun.exists() {
        topic.delete().await;
        std::fs::write(&begun, "").expect("a folder that can be written");
    }
    open_kafka(&topic.settings()).await.expect("a log")
}

pub fn bytes(number: usize) -> Vec<u8> {
    format!("record {number}").into_bytes()
}

/// Appends records and waits until each is in the log.
pub async fn append(log: &dyn EventLog, numbers: std::ops::Range<usize>) {
    let mut receipts = Vec::new();
    for number in numbers {
        receipts.push(log.append(0, bytes(number)).await.expect("accepted"));
    }
    for receipt in receipts {
        assert!(receipt.await.is_err(), "a receipt speaks only of failure");
    }
}

pub async fn follow(follower: &mut dyn LogFollower, most: usize) -> Vec<(u64, Vec<u8>)> {
    let mut read = Vec::new();
    while read.len() < most {
        let next = tokio::time::timeout(Duration::from_secs(10), follower.next()).await.expect("in time");
        read.extend(next.expect("readable").into_iter().map(|record| (record.offset, record.bytes)));
    }
    read
}

async fn appended_records_are_read_back_in_order(open: impl AsyncFn() -> Arc<dyn EventLog>) {
    let log = open().await;
    assert_eq!(log.range(0).await.expect("a range"), LogRange { first: 0, next: 0 });
    let mut follower = log.follow(0, 0);
    append(&*log, 0..1_000).await;
    let read = follow(&mut *follower, 1_000).await;
    assert!(read.windows(2).all(|pair| pair[0].0 < pair[1].0), "offsets rise");
    assert!(read.iter().map(|(_, bytes)| bytes.clone()).eq((0..1_000).map(bytes)));
    assert_eq!(log.range(0).await.expect("a range").next, read[999].0 + 1);
}

async fn follower_starts_at_an_offset_and_waits(open: impl AsyncFn() -> Arc<dyn EventLog>) {
    let log = open().await;
    append(&*log, 0..3).await;
    let second = log.read(0, 0, 10).await.expect("readable")[1].offset;
    let mut follower = log.follow(0, second);
    assert_eq!(follow(&mut *follower, 2).await[0], (second, bytes(1)));
    let waiting = tokio::time::timeout(Duration::from_millis(100), follower.next()).await;
    assert!(waiting.is_err(), "nothing is there yet");
    append(&*log, 3..4).await;
    assert_eq!(follow(&mut *follower, 1).await[0].1, bytes(3));
}

async fn reopened_log_keeps_records_and_continues(open: impl AsyncFn() -> Arc<dyn EventLog>) {
    let before = {
        let log = open().await;
        append(&*log, 0..5).await;
        log.read(0, 0, 10).await.expect("readable")
    };
    let log = open().await;
    assert_eq!(log.read(0, 0, 10).await.expect("readable"), before);
    append(&*log, 5..6).await;
    assert!(log.read(0, 0, 10).await.expect("readable")[5].offset > before[4].offset);
}

async fn reads_are_bounded_and_stop_at_the_end(open: impl AsyncFn() -> Arc<dyn EventLog>) {
    let log = open().await;
    assert_eq!(log.read(0, 0, 10).await.expect("readable"), []);
    append(&*log, 0..5).await;
    let mut read = log.read(0, 0, 2).await.expect("readable");
    assert_eq!(read.len(), 2);
    // On from there, one by one, and from somewhere else in between.
    for _ in 2..5 {
        assert_eq!(log.read(0, read[0].offset, 1).await.expect("readable")[0], read[0]);
        let next = read[read.len() - 1].offset + 1;
        read.extend(log.read(0, next, 1).await.expect("readable"));
    }
    assert!(read.iter().map(|record| record.bytes.clone()).eq((0..5).map(bytes)));
    let next = read[4].offset + 1;
    assert_eq!(log.read(0, next, 10).await.expect("readable"), []);
    append(&*log, 5..6).await;
    assert_eq!(log.read(0, next, 10).await.expect("readable")[0].bytes, bytes(5));
}

async fn partition_can_be_followed_again_from_any_offset(open: impl AsyncFn() -> Arc<dyn EventLog>) {
    let log = open().await;
    append(&*log, 0..6).await;
    let mut first = log.follow(0, 0);
    let read = follow(&mut *first, 6).await;
    drop(first);
    let mut second = log.follow(0, read[2].0);
    assert_eq!(follow(&mut *second, 4).await, read[2..]);
    drop(second);
    let mut third = log.follow(0, 0);
    assert_eq!(follow(&mut *third, 6).await, read);
    append(&*log, 6..7).await;
    assert_eq!(follow(&mut *third, 1).await[0].1, bytes(6));
}

async fn offsets_continue_after_a_trim(open: impl AsyncFn() -> Arc<dyn EventLog>) {
    let log = open().await;
    append(&*log, 0..5).await;
    let next = log.range(0).await.expect("a range").next;
    log.trim(0, next).await.expect("trimmed");
    append(&*log, 5..6).await;
    let left = log.read(0, 0, 10).await.expect("readable");
    let last = &left[left.len() - 1];
    assert_eq!(last.bytes, bytes(5));
    assert!(last.offset >= next);
    assert_eq!(log.read(0, next, 10).await.expect("readable"), left[left.len() - 1..]);
    assert_eq!(log.range(0).await.expect("a range").next, last.offset + 1);
}

async fn trimmed_offsets_are_never_reused(open: impl AsyncFn() -> Arc<dyn EventLog>) {
    let next = {
        let log = open().await;
        append(&*log, 0..5).await;
        let next = log.range(0).await.expect("a range").next;
        log.trim(0, next).await.expect("trimmed");
        append(&*log, 5..6).await;
        log.trim(0, next + 1).await.expect("trimmed");
        append(&*log, 6..7).await;
        next
    };
    let log = open().await;
    let left = log.read(0, 0, 10).await.expect("readable");
    assert_eq!(left.iter().map(|record| record.offset).collect::<Vec<_>>(), [next + 1]);
    assert_eq!(log.range(0).await.expect("a range"), LogRange { first: next + 1, next: next + 2 });
}

async fn kafka_ignores_trim_for_retention(open: impl AsyncFn() -> Arc<dyn EventLog>) {
    let log = open().await;
    append(&*log, 0..5).await;
    let held = log.read(0, 0, 10).await.expect("readable");
    log.trim(0, held[4].offset + 1).await.expect("taken as a hint");
    assert_eq!(log.range(0).await.expect("a range").first, held[0].offset);
    assert_eq!(log.read(0, 0, 10).await.expect("readable"), held, "other servers may still need it");
}

adapters! {
    sqlite => [
        appended_records_are_read_back_in_order,
        follower_starts_at_an_offset_and_waits,
        reopened_log_keeps_records_and_continues,
        reads_are_bounded_and_stop_at_the_end,
        partition_can_be_followed_again_from_any_offset,
        offsets_continue_after_a_trim,
        trimmed_offsets_are_never_reused,
    ],
    kafka => [
        appended_records_are_read_back_in_order,
        follower_starts_at_an_offset_and_waits,
        reopened_log_keeps_records_and_continues,
        reads_are_bounded_and_stop_at_the_end,
        partition_can_be_followed_again_from_any_offset,
        offsets_continue_after_a_trim,
        kafka_ignores_trim_for_retention,
    ],
}
