//! A service that goes and comes back: what must not be felt is not felt, and what is felt is said.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use domain::{
    ids::{ChannelId, MessageId},
    wire::ServerFrame,
};

use crate::{
    Cluster, eventually,
    server::{PASSWORD, Person, Socket},
    stack::{Place, service},
};

/// Outages are short here: what they show shows in seconds.
const OUTAGE: Duration = Duration::from_secs(6);

/// A service of a test's own, started and ended by its script.
struct Service {
    script: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
}

impl Service {
    fn start(name: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scripts/stack/{name}.sh"));
        // PostgreSQL's own user has to reach it.
        let folder =
            tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755)).tempdir();
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let service = Self { script, folder: folder.expect("a folder"), port };
        service.told("up");
        service
    }

    fn told(&self, order: &str) {
        let folder = self.folder.path().join("service");
        let done = Command::new(&self.script).arg(order).arg(folder).arg(self.port.to_string()).output().expect("bash");
        assert!(done.status.success(), "{order}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.told("stop");
    }
}

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
        assert_eq!(texts(&ann, &hall).len(), said, "{what}");
        assert_eq!(texts(&bob, &hall).len(), said, "{what}");
    };
    round("before");
    let pid = redis_pid(redis.port);
    signal(pid, "STOP");
    round("it does not answer");
    // People come and go meanwhile.
    assert_eq!(b.log_in("ann").connect().1.channels.len(), 1);
    signal(pid, "CONT");
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

fn redis_pid(port: u16) -> u32 {
    let found = Command::new("pgrep").args(["-f", &format!("redis-server .*:{port}")]).output().expect("pgrep");
    let pids = String::from_utf8_lossy(&found.stdout).into_owned();
    pids.lines().next().and_then(|pid| pid.parse().ok()).expect("it runs")
}

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().expect("kill").success());
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
    while gone.elapsed() < OUTAGE {
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
    for fall in 0..4 {
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
