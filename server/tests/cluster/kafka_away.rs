//! Kafka goes, or cannot be reached, and comes back: no ack is given that it does not keep, and nothing is doubled.

use std::time::{Duration, Instant};

use domain::{
    api::Gateway,
    ids::{MessageId, Pos},
    wire::{ClientFrame, CloseCode, ServerFrame},
};

use crate::{
    Cluster, eventually,
    line::{Line, Passes},
    own::Service,
    server::Socket,
    services::{talk, texts},
    stack::{Place, service},
    whole,
};

/// A record is given up after 10 to 11 seconds.
const HEALED_AFTER: Duration = Duration::from_millis(11_500);
/// Time for which Kafka is down, or does not answer.
const KAFKA_AWAY: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(6)];

/// Two servers on a Kafka of a test's own, which they reach at this port.
fn on_kafka(port: u16) -> Cluster {
    let address = format!("kafka://127.0.0.1:{port}");
    Cluster::start_at(Place::on(&address, &service("JIMMY_TEST_POSTGRES"), &service("JIMMY_TEST_REDIS")), &["a", "b"])
}

/// Two servers on a Kafka of a test's own, which `a` reaches through a line.
pub fn one_behind_a_line() -> (Service, Line, Cluster) {
    let (kafka, line) = Service::start_kafka_with_line();
    let address = format!("kafka://127.0.0.1:{}", line.port);
    let place = Place::on(&address, &service("JIMMY_TEST_POSTGRES"), &service("JIMMY_TEST_REDIS"));
    let direct = place.log().replace(&line.port.to_string(), &kafka.port.to_string());
    let mut cluster = Cluster::start_at(place, &["a"]);
    cluster.add_with("b", &[("JIMMY_EVENT_LOG", &direct)]);
    (kafka, line, cluster)
}

/// The next answer to a send: whether it was taken.
fn answer(socket: &mut Socket) -> bool {
    socket.wait_for(|frame| match frame {
        ServerFrame::Ack { .. } => Some(true),
        ServerFrame::Nack { is_final: false, .. } => Some(false),
        ServerFrame::Nack { code, .. } => panic!("refused for good: {code}"),
        _ => None,
    })
}

/// Memory that a process has in use, in MiB.
fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("in there");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1_024
}

#[test]
fn kafka_outage_keeps_reads_and_sends_later_once() {
    let kafka = Service::start("kafka");
    let mut cluster = on_kafka(kafka.port);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut one, _), (mut other, _)) = (ann.connect(), bob.connect());
    talk(&hall, &mut one, &mut other, "before");
    let pid = cluster.process("a").pid();
    let before = memory(pid);
    kafka.run("kill");
    let began = Instant::now();
    let waiting: Vec<MessageId> = (0..2_000).map(|_| MessageId::generate()).collect();
    let (first, others) = waiting.split_first().expect("some");
    one.say(&hall, *first, "first");
    assert!(!answer(&mut one), "no ack");
    assert!(began.elapsed() < Duration::from_secs(9), "the answer takes five seconds, and some patience");
    let long = "x".repeat(1_000);
    for id in others {
        one.say(&hall, *id, &long);
        assert!(!answer(&mut one), "no ack");
    }
    let [long, short] = KAFKA_AWAY;
    while began.elapsed() < whole(long, short) {
        assert_eq!(texts(&ann, &hall).len(), 2, "reading works");
        [&mut one, &mut other].into_iter().for_each(Socket::stay);
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(memory(pid) < before + 64, "{} MiB, {before} before", memory(pid));
    kafka.run("up");
    eventually("the first is taken", || {
        one.send(&ClientFrame::Send {
            channel: hall.to_string(),
            id: first.to_string(),
            body: "first".into(),
            retry: true,
        });
        answer(&mut one)
    });
    assert_eq!(other.hear(), "first");
    talk(&hall, &mut one, &mut other, "after");
    assert_eq!(texts(&bob, &hall).iter().filter(|text| *text == "first").count(), 1);
}

#[test]
fn late_copy_makes_no_second_message() {
    let kafka = Service::start("kafka");
    // The operating system buffers the request; Kafka reads it when it continues.
    late(kafka.port, || kafka.signal("STOP"), || kafka.signal("CONT"));
}

#[test]
fn cut_kafka_connection_makes_no_second_message() {
    let (_kafka, line) = Service::start_kafka_with_line();
    late(line.port, || line.set(Passes::Nothing), || line.set(Passes::All));
}

#[test]
fn lost_kafka_answers_make_no_second_message() {
    let (_kafka, line) = Service::start_kafka_with_line();
    late(line.port, || line.set(Passes::Requests), || line.tear());
}

/// A sender retries a message on two servers while Kafka is `silent`; it must be stored once.
fn late(port: u16, silent: impl FnOnce(), heal: impl FnOnce()) {
    let cluster = on_kafka(port);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut one, _), (mut other, _)) = (ann.connect(), bob.connect());
    talk(&hall, &mut one, &mut other, "before");
    silent();
    let id = MessageId::generate();
    let send = |retry| ClientFrame::Send { channel: hall.to_string(), id: id.to_string(), body: "late".into(), retry };
    one.send(&send(false));
    assert!(!answer(&mut one));
    // The same user on another server, which does not know the outcome either.
    let there = b.log_in("ann");
    let (mut elsewhere, _) = there.connect();
    elsewhere.send(&send(true));
    assert!(!answer(&mut elsewhere));
    one.send(&send(true));
    assert!(!answer(&mut one));
    heal();
    for (person, socket) in [(&ann, &mut one), (&there, &mut elsewhere)] {
        eventually("it is taken", || {
            socket.send(&send(true));
            answer(socket)
        });
        assert!(texts(person, &hall).contains(&"late".to_owned()), "a client with an ack can read it");
    }
    assert_eq!(other.hear(), "late");
    talk(&hall, &mut one, &mut other, "after");
    for person in [&ann, &bob] {
        assert_eq!(texts(person, &hall).iter().filter(|text| *text == "late").count(), 1);
    }
}

/// Only one of two servers has lost Kafka: it receives nothing, and its clients would not notice.
#[test]
fn server_without_kafka_moves_its_clients() {
    let (_kafka, line, mut cluster) = one_behind_a_line();
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut one, _), (mut other, _)) = (ann.connect(), bob.connect());
    talk(&hall, &mut one, &mut other, "before");
    // Without messages, one of the two keeps the lease of the first partition.
    std::thread::sleep(Duration::from_secs(5));
    line.set(Passes::Nothing);
    for number in 0..20 {
        let text = format!("{number} that ann does not hear");
        assert_eq!(bob.say(&hall, MessageId::generate(), &text).status, 201);
        assert_eq!(other.hear(), text);
    }
    // The server without Kafka gets the first chance.
    cluster.process("b").signal("STOP");
    let zoo = ann.create("made where nothing is heard").id;
    cluster.process("b").signal("CONT");
    eventually("the server with Kafka publishes the channel", || bob.see(&zoo).head > Pos::ZERO);
    let written = "SELECT count(*) FROM events WHERE event LIKE '%that ann does not hear%'";
    eventually("the server with Kafka writes", || cluster.place.numbers(written) == [20]);
    one.set_patience(Duration::from_secs(60));
    assert_eq!(one.closed(), CloseCode::GoingAway.number(), "she is moved away");
    let readiness = a.call("GET", "/readyz?verbose", &[], None);
    assert!(readiness.status == 503 && readiness.text.contains("the log has not answered for"), "{}", readiness.text);
    // A client that reconnects here is refused, and cannot read incomplete history.
    assert_eq!(Socket::open(&a, &[("authorization", &ann.bearer())]).err(), Some(503));
    assert_eq!(ann.call("GET", &format!("/channels/{hall}/messages"), None).status, 503);
    let led: Gateway = a.call("GET", "/api/v1/gateway", &[("authorization", &ann.bearer())], None).json();
    assert!(led.url.ends_with("?server=b"), "to who hears: {}", led.url);
    let there = b.log_in("ann");
    assert_eq!(texts(&there, &hall).len(), 22);
    line.set(Passes::All);
    eventually("it accepts clients again", || Socket::open(&a, &[("authorization", &ann.bearer())]).is_ok());
    eventually("it hears again", || {
        let (mut again, _) = ann.connect();
        bob.say(&hall, MessageId::generate(), "and now?");
        again.hear() == "and now?"
    });
}

/// Kafka returns when the first of two records has timed out and the second has not.
#[test]
fn order_of_sends_survives_a_late_kafka() {
    let (_kafka, line) = Service::start_kafka_with_line();
    let cluster = on_kafka(line.port);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut one, _), (mut other, _)) = (ann.connect(), bob.connect());
    talk(&hall, &mut one, &mut other, "before");
    line.set(Passes::Nothing);
    let began = Instant::now();
    let said = ["first", "second"].map(|text| (MessageId::generate(), text));
    for (id, text) in said {
        one.say(&hall, id, text);
        std::thread::sleep(Duration::from_secs(3));
    }
    let heals = std::thread::spawn(move || {
        std::thread::sleep(HEALED_AFTER.saturating_sub(began.elapsed()));
        // Requests in flight never arrive: only what the server still holds is sent again.
        line.tear();
        line
    });
    // In order; a refused message is sent again before later ones.
    for (id, text) in said {
        eventually("it is taken", || {
            one.send(&ClientFrame::Send {
                channel: hall.to_string(),
                id: id.to_string(),
                body: text.into(),
                retry: true,
            });
            one.wait_for(|frame| match frame {
                ServerFrame::Ack { id: acked, .. } if acked == id => Some(true),
                ServerFrame::Nack { id: refused, is_final: false, .. } if refused == id.to_string() => Some(false),
                _ => None,
            })
        });
    }
    let _line = heals.join().expect("torn");
    eventually("both are known there", || texts(&bob, &hall).len() == 4);
    assert_eq!(texts(&bob, &hall)[2..], ["first", "second"]);
}
