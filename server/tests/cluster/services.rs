//! Outages of Redis and PostgreSQL: what users notice, and what they do not notice.

use std::time::{Duration, Instant};

use domain::{
    ids::{ChannelId, MessageId},
    wire::{ClientFrame, ServerFrame},
};

use crate::{
    Cluster, eventually,
    line::{Line, Passes},
    own::Service,
    server::{PASSWORD, Socket, User},
    stack::{Place, service},
    whole,
};

/// Duration of a PostgreSQL outage, in a whole run and in a short one: the effects appear within seconds.
const POSTGRES_AWAY: [Duration; 2] = [Duration::from_secs(300), Duration::from_secs(6)];
/// Time for which Redis does not answer.
const REDIS_SILENT: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(1)];
/// A page of history takes far less, whatever Redis does; a machine that does other things, too, has time for it.
const NOT_STUCK: Duration = Duration::from_secs(5);
/// Number of times that PostgreSQL fails and restarts.
const FALLS: [usize; 2] = [20, 4];

/// Two users on two servers send each other a message; each arrives once.
pub fn talk(hall: &ChannelId, one: &mut Socket, other: &mut Socket, text: &str) {
    say(hall, one, other, text);
    say(hall, other, one, &format!("{text}, too"));
}

fn say(hall: &ChannelId, from: &mut Socket, to: &mut Socket, text: &str) {
    let sent = MessageId::generate();
    from.say(hall, sent, text);
    let (mut heard, mut acked) = (None, false);
    while heard.is_none() || !acked {
        match from.next() {
            // Earlier messages may still arrive.
            ServerFrame::Event(event) => {
                let own = event.message().filter(|message| message.id == sent);
                heard = heard.or(own.map(|message| message.body.as_str().to_owned()));
            }
            ServerFrame::Ack { id, .. } => acked |= id == sent,
            ServerFrame::Nack { code, .. } => panic!("{text} is refused: {code}"),
            _ => {}
        }
    }
    assert_eq!(heard.as_deref(), Some(text));
    assert_eq!(to.hear(), text);
}

pub fn texts(person: &User<'_>, hall: &ChannelId) -> Vec<String> {
    let events = person.read(hall, "?limit=100").events;
    events.iter().filter_map(|event| Some(event.message()?.body.as_str().to_owned())).collect()
}

#[test]
fn chat_works_without_redis() {
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
    // Clients connect and disconnect meanwhile.
    assert_eq!(b.log_in("ann").connect().1.channels.len(), 1);
    redis.signal("CONT");
    round("it answers again");
    redis.run("kill");
    round("it is gone");
    redis.run("up");
    round("it is back, and empty");
    // Hints are delivered again.
    let there = b.log_in("ann");
    let (mut socket, _) = there.connect();
    eventually("a kick-out is heard", || {
        ann.call("GET", "/gateway", None).status == 200 && b.call("GET", "/readyz", &[], None).status == 200
    });
    assert_eq!(ann.call("DELETE", "/sessions", None).status, 204);
    assert_eq!(socket.closed(), domain::wire::CloseCode::SessionEnded.number());
}

/// Servers ask Redis for little, and wait for it no longer than they would for PostgreSQL.
#[test]
fn chat_works_with_a_slow_redis() {
    let redis = Service::start("redis");
    let line = Line::to(redis.port);
    let place = Place::on(
        &service("JIMMY_TEST_KAFKA"),
        &service("JIMMY_TEST_POSTGRES"),
        &format!("redis://127.0.0.1:{}/0", line.port),
    );
    let cluster = Cluster::start_at(place, &["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut one, _), (mut other, _)) = (ann.connect(), bob.connect());
    line.set(Passes::Slowly);
    let [long, short] = REDIS_SILENT;
    let (since, mut said) = (Instant::now(), 0);
    while since.elapsed() < whole(long, short) {
        talk(&hall, &mut one, &mut other, "long and slow, ".repeat(50).trim_end());
        said += 2;
        let asked = Instant::now();
        assert_eq!(texts(&bob, &hall).len(), said.min(100));
        assert!(asked.elapsed() < NOT_STUCK, "{:?}", asked.elapsed());
    }
    line.set(Passes::All);
    talk(&hall, &mut one, &mut other, "fast again");
}

#[test]
fn connected_clients_work_without_postgresql() {
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
    postgres.run("kill");
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
    assert_eq!((refused.status, refused.code()), (503, "try_again".into()), "log-in is refused");
    assert!(a.call("GET", "/readyz", &[], None).text.contains("the database does not answer"));
    postgres.run("up");
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
fn repeated_postgresql_crashes_lose_nothing() {
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
                postgres.run("restart");
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

#[test]
fn messages_do_not_wait_for_read_markers() {
    let cluster = Cluster::start(&["a"]);
    let ann = cluster.server("a");
    let ann = ann.sign_up("ann");
    let hall = ann.hall();
    let (mut socket, _) = ann.connect();
    let locked = cluster.place.lock("memberships");
    let began = Instant::now();
    for _ in 0..100 {
        socket.send(&ClientFrame::Read { channel: hall.id.to_string(), pos: hall.head.number() });
    }
    socket.say(&hall.id, MessageId::generate(), "at once");
    socket.ack();
    assert!(began.elapsed() < NOT_STUCK, "{:?}", began.elapsed());
    drop(locked);
}
