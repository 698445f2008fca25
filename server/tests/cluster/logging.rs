//! The log of a server: enough to know what to do, without repetition.

use std::time::{Duration, Instant};

use crate::{
    Cluster,
    own::Service,
    process::Process,
    server::{PASSWORD, Server},
    stack::{Place, service},
};

/// A store counts as recovered after ten seconds without a failure; the rest is for requests that still fail.
const WELL_AFTER: Duration = Duration::from_secs(14);

/// Starts one more server, with other settings.
fn start(cluster: &Cluster, name: &str, settings: &[(&str, &str)]) -> (Process, Server) {
    let process = cluster.try_add(name, settings).unwrap_or_else(|why| panic!("{name} does not start: {why}"));
    let server = Server::at(&process.origin);
    (process, server)
}

/// Stops it and returns its log.
fn logged(mut process: Process) -> String {
    let log = process.log();
    process.signal("TERM");
    log.join().expect("read")
}

/// How many lines have these words.
fn count(log: &str, words: &str) -> usize {
    log.lines().filter(|line| line.contains(words)).count()
}

#[test]
fn logs_a_peer_with_another_signing_key_once() {
    let cluster = Cluster::start_at(Place::new(), &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("other.key");
    std::fs::write(&key, (0..48).collect::<Vec<u8>>()).expect("written");
    let (a, _) = start(&cluster, "a", &[]);
    let (same, _) = start(&cluster, "same", &[]);
    let (other, _) = start(&cluster, "other", &[("JIMMY_SIGNING_KEY_FILE", key.to_str().expect("text"))]);
    // Each server publishes and checks every two seconds.
    std::thread::sleep(Duration::from_secs(5));
    let [at_a, at_same, at_other] = [a, same, other].map(logged);
    let warning = "another server has another signing key";
    for log in [&at_a, &at_same] {
        assert_eq!((count(log, warning), count(log, "other=\"other\"")), (1, 1), "{log}");
        assert!(log.contains("the same JIMMY_SIGNING_KEY_FILE"), "{log}");
    }
    assert_eq!(count(&at_other, warning), 2, "at the start, once for each: {at_other}");
}

#[test]
fn logs_a_redis_refusal_as_a_refusal() {
    let cluster = Cluster::start_at(Place::new(), &[]);
    let nowhere = cluster.place.redis.replace("/0?", "/99?");
    let (process, _) = start(&cluster, "a", &[("JIMMY_RECENT", &nowhere), ("JIMMY_EPHEMERAL", &nowhere)]);
    let log = logged(process);
    assert_eq!(count(&log, "Redis refuses the log-in: correct the database number"), 1, "{log}");
    assert!(log.contains("DB index is out of range") && !log.contains("does not answer"), "{log}");
}

#[test]
fn database_outage_logs_a_few_lines_only() {
    let postgres = Service::start("postgres");
    let place = Place::on(
        &service("JIMMY_TEST_KAFKA"),
        &format!("postgres://postgres@127.0.0.1:{}/postgres", postgres.port),
        &service("JIMMY_TEST_REDIS"),
    );
    let cluster = Cluster::start_at(place, &[]);
    let (process, server) = start(&cluster, "a", &[("RUST_LOG", "info")]);
    let ann = server.sign_up("ann");
    postgres.run("kill");
    let log_in = serde_json::json!({ "name": "ann", "password": PASSWORD });
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                assert_eq!(server.call("POST", "/api/v1/sessions", &[], Some(&log_in)).status, 503);
            });
        }
    });
    postgres.run("up");
    let back = Instant::now();
    while back.elapsed() < WELL_AFTER {
        ann.call("GET", "/channels", None);
        std::thread::sleep(Duration::from_millis(500));
    }
    let log = logged(process);
    let lines = count(&log, "a store failed");
    assert!((1..=3).contains(&lines), "{lines} lines: {log}");
    assert_eq!(count(&log, "the store answers again store=\"directory\""), 1, "{log}");
}
