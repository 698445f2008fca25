//! Without brokers, and with librdkafka's own false ones where a real one cannot be brought to fail so.

use rdkafka::{mocking::MockCluster, types::RDKafkaRespErr};

use super::*;

fn writer(brokers: &str, record_max: &str) -> Arc<Writer> {
    let settings = KafkaSettings::parse(&format!("kafka://{brokers}/chat")).expect("valid");
    let mut config = config(&settings);
    config.set("message.timeout.ms", record_max).set("request.timeout.ms", record_max);
    let writer = Arc::new(Writer::with(config, &settings.topic).expect("a writer"));
    tokio::spawn(Writer::tend(Arc::downgrade(&writer)));
    writer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_without_brokers_is_bounded_and_its_records_are_unknown() {
    // Nothing listens on this port.
    let writer = writer("127.0.0.1:9", "2000");
    let record = vec![b'x'; RECORD_BYTES_MAX];
    let mut receipts = Vec::new();
    let refused = loop {
        match writer.append(0, &record) {
            Ok(receipt) => receipts.push(receipt),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, AppendError::Busy);
    let queued = receipts.len() * RECORD_BYTES_MAX / 1024;
    assert!((QUEUE_KIB / 2..=QUEUE_KIB).contains(&queued), "{queued} KiB");
    for receipt in receipts {
        assert_eq!(receipt.await, Ok(AppendError::Unknown));
    }
    assert!(writer.append(0, &record).is_ok(), "there is room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_behind_a_record_that_was_not_written_is_not_written_before_it() {
    let writer = writer("127.0.0.1:9", "5000");
    let first = writer.append(0, b"first").expect("accepted");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let second = writer.append(0, b"second").expect("accepted");
    assert_eq!(first.await, Ok(AppendError::Unknown));
    // By itself it would wait for brokers for two seconds more.
    assert_eq!(tokio::time::timeout(Duration::from_secs(1), second).await.expect("at once"), Ok(AppendError::Unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_producer_that_was_given_up_is_made_anew_and_what_was_under_way_is_unknown() {
    let cluster = MockCluster::new(1).expect("brokers");
    cluster.create_topic("chat", 1, 1).expect("a topic");
    let writer = writer(&cluster.bootstrap_servers(), "5000");
    assert!(writer.append(0, b"first").expect("accepted").await.is_err(), "written");
    let before = writer.current();

    // The broker has lost count of what it has: librdkafka cannot say any more what was written.
    let fatal = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER];
    cluster.request_errors(rdkafka::types::RDKafkaApiKey::Produce, &fatal);
    let lost = writer.append(0, b"second").expect("accepted");
    let queued = writer.append(0, b"third").expect("accepted");
    assert_eq!(lost.await, Ok(AppendError::Unknown));
    let _ = queued.await;
    while Arc::ptr_eq(&before, &writer.current()) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(writer.append(0, b"fourth").expect("accepted").await.is_err(), "written by the new one");
}

#[test]
fn a_producer_that_ends_leaves_nobody_waiting() {
    let in_flight = InFlight::default();
    let (sender, mut receipt) = oneshot::channel();
    in_flight.insert(sender);
    drop(in_flight);
    assert_eq!(receipt.try_recv(), Ok(AppendError::Unknown));
}

#[test]
fn producers_that_fail_at_once_are_made_ever_more_rarely() {
    let mut pause = Duration::ZERO;
    let mut pauses = Vec::new();
    for lived in [60, 60, 0, 0, 1, 0, 0, 0, 0, 60, 0] {
        pause = pause_after(pause, Duration::from_secs(lived));
        pauses.push(pause.as_secs());
    }
    assert_eq!(pauses, [0, 0, 1, 2, 4, 8, 16, 30, 30, 0, 1]);
}
