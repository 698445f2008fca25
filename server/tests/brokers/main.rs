//! A log on three real brokers, of which some are killed. It takes a minute and 1 GB of memory, so it runs only on request:
//! `JIMMY_TEST_BROKERS_DIR=target/stack-brokers cargo nextest run -p server --test brokers --no-capture`.

use std::{
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use jimmy_server::{
    adapters::kafka::{self, KafkaSettings},
    ports::{
        EventLog,
        event_log::{AppendError, LogRecord},
    },
};
use rdkafka::{ClientConfig, consumer::Consumer as _};

/// Pause between two records.
const PACE: Duration = Duration::from_millis(2);
/// Longer than anything that the test waits for may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Records that must be appended and read before the test continues.
const SOME: usize = 500;
/// Longer than a record waits for its brokers, so that some records are refused or have an unknown fate.
const OUTAGE: Duration = Duration::from_secs(15);

/// The brokers; they stop with the test.
struct Brokers {
    folder: String,
    port: String,
}

impl Brokers {
    fn script(&self, arguments: &[&str]) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
        let status = Command::new(root.join("scripts/stack/kafka.sh")).args(arguments).current_dir(root).status();
        assert!(status.expect("the script").success(), "{arguments:?}");
    }

    fn up(&self) {
        self.script(&["up", &self.folder, "3", &self.port]);
    }

    fn kill(&self, node: i32) {
        self.script(&["kill", &self.folder, &node.to_string()]);
    }

    fn addresses(&self) -> String {
        let port: u16 = self.port.parse().expect("a port");
        format!("127.0.0.1:{port},127.0.0.1:{},127.0.0.1:{}", port + 10, port + 20)
    }

    fn leader(&self, topic: &str) -> i32 {
        let client: rdkafka::consumer::BaseConsumer =
            ClientConfig::new().set("bootstrap.servers", self.addresses()).create().expect("a client");
        let metadata = client.fetch_metadata(Some(topic), Duration::from_secs(10)).expect("metadata");
        metadata.topics()[0].partitions()[0].leader()
    }
}

impl Drop for Brokers {
    fn drop(&mut self) {
        self.script(&["stop", &self.folder]);
    }
}

/// The outcome of an append.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Accepted,
    Unknown,
    Refused,
}

/// How far writing and reading are: the number after the newest record of each.
#[derive(Default)]
struct Progress {
    appended: AtomicUsize,
    read: AtomicUsize,
}

impl Progress {
    /// Waits until records were read that were appended after the call.
    async fn goes_on(&self) {
        let (target, begun) = (self.appended.load(Ordering::Relaxed) + SOME, Instant::now());
        while self.read.load(Ordering::Relaxed) < target {
            assert!(begun.elapsed() < PATIENCE, "no new records arrive");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Appends numbered records until `stop` is set, and returns the outcome of each.
async fn write(log: Arc<dyn EventLog>, stop: Arc<AtomicBool>, progress: Arc<Progress>) -> Vec<Fate> {
    let mut receipts = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        receipts.push(log.append(0, receipts.len().to_string().into_bytes()).await);
        progress.appended.store(receipts.len(), Ordering::Relaxed);
        // Brokers are down for longer; a machine that starts them may be busy.
        assert!(begun.elapsed() < Duration::from_secs(4), "appending does not wait for brokers");
        tokio::time::sleep(PACE).await;
    }
    let mut fates = Vec::new();
    for receipt in receipts {
        fates.push(match receipt {
            Err(AppendError::Unknown) => Fate::Unknown,
            Err(_) => Fate::Refused,
            Ok(receipt) => match tokio::time::timeout(PATIENCE, receipt).await.expect("no receipt is forgotten") {
                Ok(_) => Fate::Unknown,
                Err(_) => Fate::Accepted,
            },
        });
    }
    fates
}

fn number(record: &LogRecord) -> usize {
    String::from_utf8_lossy(&record.bytes).parse().expect("a number")
}

/// Follows the partition until `stop` is set and no more records arrive, and prints each pause.
async fn follow(log: Arc<dyn EventLog>, stop: Arc<AtomicBool>, progress: Arc<Progress>) -> Vec<usize> {
    let mut follower = log.follow(0, 0);
    let (mut read, begun, mut last) = (Vec::new(), Instant::now(), Instant::now());
    loop {
        match tokio::time::timeout(Duration::from_secs(1), follower.next()).await {
            Ok(records) => {
                if last.elapsed() > Duration::from_millis(500) {
                    println!("{:?}: nothing was read for {:?}", begun.elapsed(), last.elapsed());
                }
                last = Instant::now();
                read.extend(records.expect("brokers that are down are no error").iter().map(number));
                progress.read.store(read.last().map_or(0, |number| number + 1), Ordering::Relaxed);
            }
            Err(_) if stop.load(Ordering::Relaxed) => return read,
            Err(_) => assert!(last.elapsed() < PATIENCE, "no more records arrive"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_records_survive_killed_brokers() {
    let Ok(folder) = std::env::var("JIMMY_TEST_BROKERS_DIR") else {
        eprintln!("skipped: JIMMY_TEST_BROKERS_DIR does not name a folder for three brokers");
        return;
    };
    let port = std::env::var("JIMMY_TEST_BROKERS_PORT").unwrap_or_else(|_| "19192".into());
    let brokers = Brokers { folder, port };
    brokers.up();
    let topic = format!("killed-{}", std::process::id());
    let settings = KafkaSettings::parse(&format!("kafka://{}/{topic}?partitions=1", brokers.addresses()));
    let settings = settings.expect("valid");
    let log = kafka::open(&settings).await.expect("a log");
    assert_eq!(kafka::check(&settings).await, [], "the created topic passes the check");

    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let progress = Arc::new(Progress::default());
    let writer = tokio::spawn(write(log.clone(), stop.clone(), progress.clone()));
    let follower = tokio::spawn(follow(log.clone(), done.clone(), progress.clone()));
    progress.goes_on().await;

    let begun = Instant::now();
    let leader = brokers.leader(&topic);
    brokers.kill(leader);
    println!("{:?}: the leader was killed", begun.elapsed());
    // Another leader writes while the broker is down.
    progress.goes_on().await;
    brokers.up();
    println!("{:?}: it is back", begun.elapsed());
    progress.goes_on().await;

    // With two of three down nothing can be written; one that comes back is enough.
    let away = [leader % 3 + 1, (leader + 1) % 3 + 1];
    away.iter().for_each(|node| brokers.kill(*node));
    println!("{:?}: two of three were killed", begun.elapsed());
    tokio::time::sleep(OUTAGE).await;
    println!("{:?}: two are started", begun.elapsed());
    brokers.up();
    println!("{:?}: all are up", begun.elapsed());
    // What waited during the outage arrives first, then new records.
    progress.goes_on().await;

    stop.store(true, Ordering::Relaxed);
    let fates = writer.await.expect("the writer");
    done.store(true, Ordering::Relaxed);
    let read = follower.await.expect("the follower");

    let count = |fate: Fate| fates.iter().filter(|it| **it == fate).count();
    let (accepted, unknown, refused) = (count(Fate::Accepted), count(Fate::Unknown), count(Fate::Refused));
    println!("accepted {accepted}, unknown {unknown}, refused {refused}, read {}", read.len());
    assert!(read.windows(2).all(|pair| pair[0] < pair[1]), "each record once, in the order of appending");
    for (number, fate) in fates.iter().enumerate() {
        let is_read = read.binary_search(&number).is_ok();
        assert!(is_read || *fate != Fate::Accepted, "record {number} was accepted and is gone");
        assert!(!is_read || *fate != Fate::Refused, "record {number} was refused and is there");
    }
    assert_eq!(fates.last(), Some(&Fate::Accepted), "it works again at the end");
}
