//! Runs without brokers, or with the mock brokers of librdkafka, which can fail in ways that real ones cannot be made to.

use rdkafka::{mocking::MockCluster, types::RDKafkaRespErr};

use super::*;

fn writer(brokers: &str, record_max: &str) -> Arc<Writer> {
    let settings = KafkaSettings::parse(&format!("kafka://{brokers}/chat")).expect("valid");
    let mut config = config(&settings);
    config.set("message.timeout.ms", record_max).set("request.timeout.ms", record_max);
    let writer = Arc::new(Writer::with(config, &settings.topic).expect("a writer"));
    tokio::spawn(Writer::supervise(Arc::downgrade(&writer)));
    writer
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_the_queue_without_brokers() {
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
async fn does_not_write_records_behind_one_that_failed() {
    let writer = writer("127.0.0.1:9", "5000");
    let first = writer.append(0, b"first").expect("accepted");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let second = writer.append(0, b"second").expect("accepted");
    assert_eq!(first.await, Ok(AppendError::Unknown));
    // By itself it would wait for brokers for two seconds more.
    assert_eq!(tokio::time::timeout(Duration::from_secs(1), second).await.expect("at once"), Ok(AppendError::Unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn replaces_a_failed_producer() {
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
fn a_dropped_producer_leaves_no_sender_waiting() {
    let in_flight = InFlight::default();
    let (sender, mut receipt) = oneshot::channel();
    in_flight.insert(sender);
    drop(in_flight);
    assert_eq!(receipt.try_recv(), Ok(AppendError::Unknown));
}

#[test]
fn backs_off_when_producers_fail_at_once() {
    let mut pause = Duration::ZERO;
    let mut pauses = Vec::new();
    for lived in [60, 60, 0, 0, 1, 0, 0, 0, 0, 60, 0] {
        pause = pause_after(pause, Duration::from_secs(lived));
        pauses.push(pause.as_secs());
    }
    assert_eq!(pauses, [0, 0, 1, 2, 4, 8, 16, 30, 30, 0, 1]);
}
