//! What the log of a server tells its operator: enough to know what to do, and no more often than helps.

use crate::{Cluster, process::Process, server::Server, stack::Place};

/// One more server, with other settings, for people to use.
fn start(cluster: &Cluster, name: &str, settings: &[(&str, &str)]) -> (Process, Server) {
    let process = cluster.try_add(name, settings).unwrap_or_else(|why| panic!("{name} does not start: {why}"));
    let server = Server::at(&process.origin);
    (process, server)
}

/// Lets it end; what it has logged.
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
fn a_redis_that_refuses_the_address_is_not_said_to_be_silent() {
    let cluster = Cluster::start_at(Place::new(), &[]);
    let nowhere = cluster.place.redis.replace("/0?", "/99?");
    let (process, _) = start(&cluster, "a", &[("JIMMY_RECENT", &nowhere), ("JIMMY_EPHEMERAL", &nowhere)]);
    let log = logged(process);
    assert_eq!(count(&log, "Redis answers, but does not let the chat in: correct the database number"), 1, "{log}");
    assert!(log.contains("DB index is out of range") && !log.contains("does not answer"), "{log}");
}
