//! The metrics for Prometheus, and whether they are true.

mod docs_and_dashboard;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::TcpListener,
    time::{Duration, Instant},
};

use domain::ids::MessageId;
use serde_json::json;

use crate::server::{Server, Socket};

/// Time limit of a wait. Everything here takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server, and the address of its metrics.
fn measured() -> (Server, String) {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let listen = free.to_string();
    let server = Server::start_with(&["--metrics-listen", &listen], tempfile::tempdir().expect("a folder"));
    (server, listen)
}

/// A call, without any help from a library that might try again.
fn ask(address: &str, method: &str, path: &str) -> (u16, String) {
    let request = ureq::http::Request::builder().method(method).uri(format!("http://{address}{path}"));
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .timeout_global(Some(PATIENCE))
        .build()
        .into();
    let mut response = agent.run(request.body(()).expect("a request")).expect("an answer");
    (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
}

/// One scrape: each series with its value, and the metrics by name.
struct Scrape {
    series: BTreeMap<String, f64>,
    /// Name → kind and help text.
    metrics: BTreeMap<String, (String, String)>,
}

impl Scrape {
    fn of(address: &str) -> Self {
        let (status, text) = ask(address, "GET", "/metrics");
        assert_eq!(status, 200, "{text}");
        let mut scrape = Scrape { series: BTreeMap::new(), metrics: BTreeMap::new() };
        let mut help = String::new();
        for line in text.lines() {
            if let Some((_, words)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
                help = words.to_owned();
            } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                let before = scrape.metrics.insert(name.into(), (kind.into(), std::mem::take(&mut help)));
                assert_eq!(before, None, "{name} is exported twice");
            } else {
                let (series, value) = line.rsplit_once(' ').expect("a value");
                scrape.series.insert(series.into(), value.parse().expect("a number"));
            }
        }
        scrape
    }

    fn value(&self, series: &str) -> f64 {
        *self.series.get(series).unwrap_or_else(|| panic!("{series} is not exported"))
    }

    /// Each name that a query may ask for, with the labels that it has.
    fn labels(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for series in self.series.keys() {
            let (name, of) = series.split_once('{').unwrap_or((series, ""));
            let of =
                of.trim_end_matches('}').split("\",").filter_map(|label| Some(label.split_once('=')?.0.to_owned()));
            labels.entry(name.into()).or_default().extend(of);
        }
        labels
    }
}

/// Waits until a condition holds for the metrics.
fn eventually(address: &str, what: &str, is_so: impl Fn(&Scrape) -> bool) {
    let since = Instant::now();
    while !is_so(&Scrape::of(address)) {
        assert!(since.elapsed() < PATIENCE, "{what}: not after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn counts_what_users_do() {
    let (server, address) = measured();
    let ann = server.sign_up("ann");
    let bob = server.sign_up("bob");
    let hall = ann.hall();
    let (mut to_ann, _) = ann.connect();
    let (to_bob, _) = bob.connect();
    let before = Scrape::of(&address);
    assert_eq!(before.value("jimmy_sockets_open"), 2.0);
    assert_eq!(before.value("jimmy_sends_total"), 0.0);
    assert_eq!(before.value("jimmy_nacks_total{code=\"too_long\"}"), 0.0, "exported before the first one");

    to_ann.say(&hall.id, MessageId::generate(), "hi");
    to_ann.ack();
    let id = MessageId::generate();
    assert_eq!(bob.say(&hall.id, id, "hi").status, 201);
    assert_eq!(bob.say(&hall.id, id, "something else").status, 409);
    assert_eq!(ann.read(&hall.id, "").events.len(), 5);
    let wrong = json!({ "name": "ann", "password": "not that one" });
    assert_eq!(server.call("POST", "/api/v1/sessions", &[], Some(&wrong)).status, 401);
    server.log_in("ann");

    let after = Scrape::of(&address);
    let grown = |series: &str| after.value(series) - before.value(series);
    assert_eq!(grown("jimmy_sends_total"), 3.0);
    assert_eq!(grown("jimmy_acks_total"), 2.0);
    assert_eq!(grown("jimmy_ack_seconds_count"), 2.0);
    assert_eq!(grown("jimmy_read_back_seconds_count"), 2.0);
    assert_eq!(grown("jimmy_nacks_total{code=\"id_conflict\"}"), 1.0);
    assert_eq!(grown("jimmy_events_delivered_total"), 4.0, "two messages to two sockets");
    assert_eq!(grown("jimmy_log_changes_total{verdict=\"kept\"}"), 2.0);
    assert_eq!(grown("jimmy_frames_received_total"), 1.0);
    assert_eq!(grown("jimmy_history_seconds_count{source=\"ring\"}"), 1.0);
    assert_eq!(grown("jimmy_log_ins_total{result=\"wrong\"}"), 1.0);
    assert_eq!(grown("jimmy_log_ins_total{result=\"ok\"}"), 1.0);
    assert_eq!(grown("jimmy_http_responses_total{status=\"4xx\"}"), 2.0);
    assert_eq!(after.value("jimmy_resume_seconds_count"), 2.0);
    assert!(grown("jimmy_ring_bytes") > 0.0);
    let sent = before.value("jimmy_frames_sent_total") + 5.0;
    eventually(&address, "both heard both, and ann an ack", |scrape| scrape.value("jimmy_frames_sent_total") == sent);
    eventually(&address, "all is in the archive", |scrape| {
        scrape.value("jimmy_projector_lag_records{partition=\"0\"}") == 0.0
            && scrape.value("jimmy_projector_lag_bytes{partition=\"0\"}") == 0.0
            && scrape.value("jimmy_projector_batch_events_sum") >= 4.0
    });
    let now = Scrape::of(&address);
    assert_eq!(now.value("jimmy_partition_ready{partition=\"0\"}"), 1.0);
    assert_eq!(now.value("jimmy_log_lag_records{partition=\"0\"}"), 0.0);
    assert_eq!(now.value("jimmy_projector_stalled{partition=\"0\"}"), 0.0);
    assert_eq!(now.value("jimmy_store_errors_total{store=\"archive\"}"), 0.0);

    drop(to_bob);
    to_ann.send_text("not the protocol");
    eventually(&address, "both have gone", |scrape| {
        scrape.value("jimmy_sockets_open") == 0.0
            && scrape.value("jimmy_sockets_closed_total{code=\"4400\"}") == 1.0
            && scrape.value("jimmy_sockets_opened_total") == 2.0
    });
}

#[test]
fn counts_resumed_channels_by_source() {
    let (server, address) = measured();
    let ann = server.sign_up("ann");
    let hall = ann.hall();
    let begin = ann.see(&hall.id).head;
    assert_eq!(ann.say(&hall.id, MessageId::generate(), "hi").status, 201);
    let resumed = |source: &str, since: u64| {
        let series = format!("jimmy_resumed_channels_total{{source=\"{source}\"}}");
        let before = Scrape::of(&address).value(&series);
        let mut socket: Socket = ann.open();
        socket.resume(&[(&hall.id, since)]);
        eventually(&address, source, |scrape| scrape.value(&series) == before + 1.0);
    };
    resumed("ring", begin.number());
    resumed("nothing", ann.see(&hall.id).head.number());
    resumed("reset", u64::MAX);
}

#[test]
fn serves_only_metrics_without_names() {
    let (server, address) = measured();
    let ann = server.sign_up("ann-of-the-green-gables");
    let zoo = ann.create("zoo-of-the-north");
    ann.say(&zoo.id, MessageId::generate(), "a secret of mine");
    for (method, path) in
        [("GET", "/"), ("GET", "/metrics/x"), ("GET", "/readyz"), ("POST", "/metrics"), ("HEAD", "/metrics")]
    {
        assert_eq!(ask(&address, method, path).0, 404, "{method} {path}");
    }
    let (_, text) = ask(&address, "GET", "/metrics");
    for word in ["gables", "north", "secret", &zoo.id.to_string(), &ann.session.account.id.to_string()] {
        assert!(!text.contains(word), "{word} is exported");
    }
    assert_eq!(server.call("GET", "/metrics", &[], None).status, 404, "not on the address of users");
}

#[test]
fn explains_a_metrics_address_in_use() {
    use clap::Parser;
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = taken.local_addr().expect("an address").to_string();
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("text");
    let flags = ["jimmy-chat", "--listen", "127.0.0.1:0", "--data", folder, "--metrics-listen", &listen];
    let config = jimmy_server::config::Args::try_parse_from(flags).expect("flags").config().expect("valid");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let ended = runtime.block_on(jimmy_server::wiring::run(config, std::future::pending(), |_| {}));
    let why = ended.expect_err("refused").to_string();
    assert!(why.contains(&format!("--metrics-listen {listen}: another program is listening there")), "{why}");
}
