//! A service that goes and comes back: what must not be felt is not felt, and what is felt is said.

use std::time::{Duration, Instant};

use domain::{
    ids::{ChannelId, MessageId},
    wire::{ClientFrame, ServerFrame},
};

use crate::{
    Cluster, eventually,
    own::Service,
    server::{PASSWORD, Person, Socket},
    stack::{Place, service},
    whole,
};

/// How long PostgreSQL is away, whole and short: what that shows shows in seconds.
const POSTGRES_AWAY: [Duration; 2] = [Duration::from_secs(300), Duration::from_secs(6)];
/// How long Kafka is away, or silent.
const KAFKA_AWAY: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(6)];
/// How long Redis is silent.
const REDIS_SILENT: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(1)];
/// How often PostgreSQL falls over.
const FALLS: [usize; 2] = [20, 4];

/// Two people on two servers say and hear something, both ways, each of them once.
fn talk(hall: &ChannelId, one: &mut Socket, other: &mut Socket, text: &str) {
    say(hall, one, other, text);
    say(hall, other, one, &format!("{text}, too"));
}

fn say(hall: &ChannelId, from: &mut Socket, to: &mut Socket, text: &str) {
    let id = MessageId::generate();
    from.say(hall, id, text);
    let (mut heard, mut acked) = (None, None);
    while heard.is_none() || acked.is_none() {
        match from.next() {
            ServerFrame::Event(event) => heard = event.message().map(|message| message.body.as_str().to_owned()),
            ServerFrame::Ack { id, .. } => acked = Some(id),
            ServerFrame::Nack { code, .. } => panic!("{text} is refused: {code}"),
            _ => {}
        }
    }
    assert_eq!((heard.as_deref(), acked), (Some(text), Some(id)));
    assert_eq!(to.hear(), text);
}

fn texts(person: &Person<'_>, hall: &ChannelId) -> Vec<String> {
    let events = person.read(hall, "?limit=100").events;
    events.iter().filter_map(|event| Some(event.message()?.body.as_str().to_owned())).collect()
}

#[test]
fn without_redis_the_chat_goes_on() {
    let redis = Service::start("redis");
    let place = Place::on(
        &service("JIMMY_TEST_KAFKA"),
        &service("JIMMY_TEST_POSTGRES"),
        &format!("redis://127.0.0.1:{}/0", redis.port),
    );
    let cluster = Cluster::start_at(place, &["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut one, _), (mut other, _)) = (ann.connect(), bob.connect());
    let mut said = 0;
    let mut round = |what: &str| {
        talk(&hall, &mut one, &mut other, what);
        said += 2;
        assert_eq!(texts(&ann, &hall).len(), said.min(100), "{what}");
        assert_eq!(texts(&bob, &hall).len(), said.min(100), "{what}");
    };
    round("before");
    redis.signal("STOP");
    let [long, short] = REDIS_SILENT;
    let since = Instant::now();
    while since.elapsed() < whole(long, short) {
        round("it does not answer");
        std::thread::sleep(Duration::from_millis(100));
    }
    // People come and go meanwhile.
    assert_eq!(b.log_in("ann").connect().1.channels.len(), 1);
    redis.signal("CONT");
    round("it answers again");
    redis.told("kill");
    round("it is gone");
    redis.told("up");
    round("it is back, and empty");
    // Hints find their way again.
    let there = b.log_in("ann");
    let (mut socket, _) = there.connect();
    eventually("a kick-out is heard", || {
        ann.call("GET", "/gateway", None).status == 200 && b.call("GET", "/readyz", &[], None).status == 200
    });
    assert_eq!(ann.call("DELETE", "/sessions", None).status, 204);
    assert_eq!(socket.closed(), domain::wire::close::SESSION_ENDED);
}

#[test]
fn without_postgresql_who_is_connected_goes_on_talking_and_it_catches_up() {
    let postgres = Service::start("postgres");
    let place = Place::on(
        &service("JIMMY_TEST_KAFKA"),
        &format!("postgres://postgres@127.0.0.1:{}/postgres", postgres.port),
        &service("JIMMY_TEST_REDIS"),
    );
    let mut cluster = Cluster::start_at(place, &["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut one, _), (mut other, _)) = (ann.connect(), bob.connect());
    talk(&hall, &mut one, &mut other, "before");
    postgres.told("kill");
    let gone = Instant::now();
    let mut rounds = 0;
    let [whole_time, short] = POSTGRES_AWAY;
    while gone.elapsed() < whole(whole_time, short) {
        talk(&hall, &mut one, &mut other, &format!("round {rounds}"));
        rounds += 1;
        std::thread::sleep(Duration::from_millis(200));
    }
    let refused =
        a.call("POST", "/api/v1/sessions", &[], Some(&serde_json::json!({ "name": "ann", "password": PASSWORD })));
    assert_eq!((refused.status, refused.code()), (503, "try_again".into()), "a log-in says so");
    assert!(a.call("GET", "/readyz", &[], None).text.contains("the database does not answer"));
    postgres.told("up");
    eventually("it catches up", || a.call("GET", "/readyz", &[], None).status == 200);
    talk(&hall, &mut one, &mut other, "after");
    // A server that comes now has it from the archive and the log.
    cluster.add("young");
    let young = cluster.server("young");
    let again = young.log_in("ann");
    let all = (rounds + 2) * 2;
    let mut read = Vec::new();
    let mut before = String::new();
    while read.len() < all {
        let page = again.read(&hall, &format!("?limit=100{before}"));
        read.extend(page.events.iter().rev().filter_map(|event| Some(event.message()?.body.as_str().to_owned())));
        before = format!("&before={}", page.events[0].pos);
        if !page.has_older {
            break;
        }
    }
    assert_eq!(read.len(), all, "each once");
}

#[test]
fn postgresql_that_falls_over_again_and_again_loses_nothing() {
    let postgres = Service::start("postgres");
    let place = Place::on(
        &service("JIMMY_TEST_KAFKA"),
        &format!("postgres://postgres@127.0.0.1:{}/postgres", postgres.port),
        &service("JIMMY_TEST_REDIS"),
    );
    let cluster = Cluster::start_at(place, &["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut one, _), (mut other, _)) = (ann.connect(), bob.connect());
    let mut said = 0;
    let [often, seldom] = FALLS;
    for fall in 0..whole(often, seldom) {
        for round in 0..20 {
            talk(&hall, &mut one, &mut other, &format!("{fall}.{round}"));
            said += 2;
            if round == 10 {
                postgres.told("restart");
            }
        }
    }
    let mut kept = 0;
    eventually("all is in the database, once", || {
        let count = || {
            let sql = "SELECT count(*), count(DISTINCT pos) FROM events WHERE event LIKE '%\"kind\":\"message\"%'";
            cluster.place.numbers(sql)
        };
        let numbers = count();
        kept = numbers[0];
        assert_eq!(numbers[0], numbers[1]);
        kept >= said
    });
    assert_eq!(kept, said);
}

/// Kafka of a test's own, and two servers on it.
fn on_kafka(kafka: &Service) -> Cluster {
    let address = format!("kafka://127.0.0.1:{}", kafka.port);
    Cluster::start_at(Place::on(&address, &service("JIMMY_TEST_POSTGRES"), &service("JIMMY_TEST_REDIS")), &["a", "b"])
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
fn without_kafka_nothing_is_acknowledged_everything_can_be_read_and_all_goes_later_once() {
    let kafka = Service::start("kafka");
    let mut cluster = on_kafka(&kafka);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut one, _), (mut other, _)) = (ann.connect(), bob.connect());
    talk(&hall, &mut one, &mut other, "before");
    let pid = cluster.process("a").pid();
    let before = memory(pid);
    kafka.told("kill");
    let began = Instant::now();
    let waiting: Vec<MessageId> = (0..2_000).map(|_| MessageId::generate()).collect();
    let (first, others) = waiting.split_first().expect("some");
    one.say(&hall, *first, "first");
    assert!(!answer(&mut one), "no ack");
    assert!(began.elapsed() < Duration::from_secs(5), "one is told within five seconds");
    let long = "x".repeat(1_000);
    for id in others {
        one.say(&hall, *id, &long);
        assert!(!answer(&mut one), "no ack");
    }
    let [long, short] = KAFKA_AWAY;
    while began.elapsed() < whole(long, short) {
        assert_eq!(texts(&ann, &hall).len(), 2, "reading goes on");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(memory(pid) < before + 64, "{} MiB, {before} before", memory(pid));
    kafka.told("up");
    eventually("the first is taken", || {
        one.send(&ClientFrame::Send {
            channel: hall.to_string(),
            id: first.to_string(),
            body: "first".into(),
            again: true,
        });
        answer(&mut one)
    });
    assert_eq!(other.hear(), "first");
    talk(&hall, &mut one, &mut other, "after");
    assert_eq!(texts(&bob, &hall).iter().filter(|text| *text == "first").count(), 1);
}

#[test]
fn a_copy_that_arrives_late_makes_no_second_message() {
    let kafka = Service::start("kafka");
    let cluster = on_kafka(&kafka);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut one, _), (mut other, _)) = (ann.connect(), bob.connect());
    talk(&hall, &mut one, &mut other, "before");
    // To the servers it is neither there nor gone, as behind a network that is cut.
    kafka.signal("STOP");
    let id = MessageId::generate();
    let send = |again| ClientFrame::Send { channel: hall.to_string(), id: id.to_string(), body: "late".into(), again };
    one.send(&send(false));
    assert!(!answer(&mut one));
    // The same person on another server, for whom it is as unknown.
    let there = b.log_in("ann");
    let (mut elsewhere, _) = there.connect();
    elsewhere.send(&send(true));
    assert!(!answer(&mut elsewhere));
    one.send(&send(true));
    assert!(!answer(&mut one));
    kafka.signal("CONT");
    for socket in [&mut one, &mut elsewhere] {
        eventually("it is taken", || {
            socket.send(&send(true));
            answer(socket)
        });
    }
    assert_eq!(other.hear(), "late");
    talk(&hall, &mut one, &mut other, "after");
    for person in [&ann, &bob] {
        assert_eq!(texts(person, &hall).iter().filter(|text| *text == "late").count(), 1);
    }
}
