//! The contract of [`EventLog`].

use std::{path::Path, time::Duration};

use jimmy_server::{
    adapters::event_log_sqlite,
    ports::{
        EventLog,
        event_log::{LogFollower, LogRange},
    },
};
use std::sync::Arc;

async fn sqlite(folder: &Path) -> Arc<dyn EventLog> {
    event_log_sqlite::open(&folder.join("log.db")).await.expect("a new log")
}

fn bytes(number: usize) -> Vec<u8> {
    format!("record {number}").into_bytes()
}

/// Appends records and waits until each is in the log.
async fn append(log: &dyn EventLog, numbers: std::ops::Range<usize>) {
    let mut receipts = Vec::new();
    for number in numbers {
        receipts.push(log.append(0, bytes(number)).await.expect("accepted"));
    }
    for receipt in receipts {
        assert!(receipt.await.is_err(), "a receipt speaks only of failure");
    }
}

async fn follow(follower: &mut dyn LogFollower, most: usize) -> Vec<(u64, Vec<u8>)> {
    let mut read = Vec::new();
    while read.len() < most {
        let next = tokio::time::timeout(Duration::from_secs(10), follower.next()).await.expect("in time");
        read.extend(next.expect("readable").into_iter().map(|record| (record.offset, record.bytes)));
    }
    read
}

async fn what_is_appended_is_read_back_in_the_order_of_appending(open: impl AsyncFn() -> Arc<dyn EventLog>) {
    let log = open().await;
    assert_eq!(log.range(0).await.expect("a range"), LogRange { first: 0, next: 0 });
    let mut follower = log.follow(0, 0);
    append(&*log, 0..1_000).await;
    let read = follow(&mut *follower, 1_000).await;
    assert!(read.windows(2).all(|pair| pair[0].0 < pair[1].0), "offsets rise");
    assert!(read.iter().map(|(_, bytes)| bytes.clone()).eq((0..1_000).map(bytes)));
    assert_eq!(log.range(0).await.expect("a range").next, read[999].0 + 1);
}

async fn a_follower_begins_where_it_is_told_and_waits_for_what_is_to_come(open: impl AsyncFn() -> Arc<dyn EventLog>) {
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

async fn a_log_that_is_opened_again_holds_what_it_held_and_goes_on(open: impl AsyncFn() -> Arc<dyn EventLog>) {
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

async fn a_trimmed_log_never_gives_an_offset_twice(open: impl AsyncFn() -> Arc<dyn EventLog>) {
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

adapters! {
    sqlite => [
        what_is_appended_is_read_back_in_the_order_of_appending,
        a_follower_begins_where_it_is_told_and_waits_for_what_is_to_come,
        a_log_that_is_opened_again_holds_what_it_held_and_goes_on,
        a_trimmed_log_never_gives_an_offset_twice,
    ],
}
