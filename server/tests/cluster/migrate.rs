//! An embedded installation moves to the services, although the command is killed, and users continue where they were.

use std::{
    collections::BTreeMap,
    process::Stdio,
    time::{Duration, Instant},
};

use domain::{
    api::{Channel, History, Posted, Session},
    event::EventKind,
    ids::{ChannelId, MessageId, Pos},
    record::Action,
};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::{
    Cluster,
    embedded::{Embedded, person},
    eventually,
    server::{PASSWORD, User},
    stack::Place,
};

/// Messages of the install that moves; with `JIMMY_TEST_BIG` set, [`MESSAGES_BIG`].
const MESSAGES: u64 = 5_000;
const MESSAGES_BIG: u64 = 100_000;
/// How often the move is killed at its beginning.
const KILLS: usize = 3;
/// How often it is tried to kill it in the middle: on a busy machine it may come through before it is looked at.
const MIDDLES: usize = 5;

/// Tables whose rows are counted on both sides.
const TABLES: [&str; 9] = [
    "accounts",
    "sessions",
    "refresh_tokens",
    "workspace",
    "channels",
    "memberships",
    "outbox",
    "events",
    "dead_letters",
];

/// State of the users before the migration.
struct Before {
    ann: Session,
    bob: Session,
    cookie: String,
    hall: ChannelId,
    zoo: ChannelId,
    /// Carol has just joined it, and the event has not been published yet.
    lake: ChannelId,
    /// What each of them sees of each channel but the lake.
    seen: Vec<(String, Channel)>,
    /// A message of long ago: its id, place and text.
    old: (MessageId, Pos, String),
    /// What bob holds of the zoo, and how much came after it.
    away: (Pos, usize),
}

/// All that a channel holds, page by page.
fn all(person: &User<'_>, channel: &ChannelId) -> Vec<domain::event::Event> {
    let (mut events, mut to) = (Vec::new(), 0);
    loop {
        let page: History = person.read(channel, &format!("?limit=100&after={to}"));
        assert_eq!(page.from.number(), to, "pages join");
        to = page.to.number();
        events.extend(page.events);
        if !page.has_newer {
            assert!(events.windows(2).all(|pair| pair[1].prev == pair[0].pos), "one chain");
            return events;
        }
    }
}

fn see(ann: &User<'_>, bob: &User<'_>, but: &ChannelId) -> Vec<(String, Channel)> {
    let mut seen = Vec::new();
    for (name, person) in [("ann", ann), ("bob", bob)] {
        let page: domain::api::Page<Channel> = person.call("GET", "/channels", None).json();
        seen.extend(
            page.items.into_iter().filter(|channel| channel.id != *but).map(|channel| (name.to_owned(), channel)),
        );
    }
    seen
}

/// Creates users who send, read and leave, and a large history.
fn install(messages: u64) -> (Embedded, Before) {
    let mut embedded = Embedded::start();
    let server = embedded.server();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let cookie = server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD)]).session_cookie();
    let hall = ann.hall().id;
    let (zoo, lake) = (ann.create("zoo").id, ann.create("lake").id);
    (0..6).for_each(|number| drop(ann.create(&format!("another {number}"))));
    assert_eq!(bob.join(&zoo).status, 200);
    let say = |person: &User<'_>, channel: &ChannelId, text: &str| {
        person.say(channel, MessageId::generate(), text).json::<Posted>().pos
    };
    let places: Vec<Pos> = (0..12).map(|number| say(&ann, &zoo, &format!("in the zoo {number}"))).collect();
    let read = bob.call("PUT", &format!("/channels/{zoo}/read"), Some(&json!({ "pos": places[4] })));
    assert_eq!(read.status, 204, "{}", read.text);
    let away = (places[6], places.len() - 7);
    say(&bob, &hall, "good bye 👋 再見");
    let carol = server.sign_up("carol").session.account;
    let (ann, bob) = (ann.session, bob.session);
    embedded.stop();

    let old = embedded.said(&hall, &ann.account, messages);
    embedded.change("jimmy.db", "INSERT INTO workspace VALUES (1, '工作', 'en', 'open')");
    embedded.serve().expect("the generated history is in order");
    let server = embedded.server();
    let seen = see(&person(&server, &ann), &person(&server, &bob), &lake);
    embedded.stop();
    // A change whose event was not published, and an unreadable record.
    let joined = serde_json::to_string(&Action::Join { who: carol.clone() }).expect("JSON");
    embedded.change(
        "jimmy.db",
        &format!(
            "INSERT INTO memberships (account, channel, role, joined_at) VALUES ('{}', '{lake}', 'member', 5);
             UPDATE channels SET member_count = member_count + 1 WHERE id = '{lake}';
             INSERT INTO outbox (channel, partition, id, at, action) VALUES ('{lake}', 0, '{}', 5, '{joined}');
             INSERT INTO dead_letters VALUES (1, 0, 3, 'odd: ' || char(0), x'ff00')",
            carol.id,
            MessageId::generate(),
        ),
    );
    (embedded, Before { ann, bob, cookie, hall, zoo, lake, seen, old, away })
}

fn migrate(embedded: &Embedded, place: &Place) -> std::process::Command {
    let mut command = embedded.command(&["migrate"]);
    command.envs(place.environment());
    command
}

fn run(command: &mut std::process::Command) -> Result<String, String> {
    let done = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if done.status.success() { Ok(text(&done.stdout)) } else { Err(text(&done.stderr)) }
}

fn key_of(place: &Place) -> std::path::PathBuf {
    let environment: BTreeMap<String, String> = place.environment().into_iter().collect();
    environment["JIMMY_SIGNING_KEY_FILE"].clone().into()
}

/// Creates a destination that has tables, and no key.
fn target(embedded: &Embedded) -> Place {
    let place = Place::new();
    // The destination has another key: nothing is moved.
    let why = run(&mut migrate(embedded, &place)).expect_err("refused");
    assert!(why.contains("another key"), "{why}");
    assert_eq!(place.numbers("SELECT count(*) FROM accounts"), [0]);
    std::fs::remove_file(key_of(&place)).expect("removed");
    place
}

/// Every event that a place holds, as its database has it.
type Rows = Vec<(String, i64, String, String, String, i64)>;

fn events_of_the_target(place: &Place) -> Rows {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut db = PgConnection::connect(&place.database).await.expect("PostgreSQL answers");
        let sql = "SELECT channel, pos, id::text, author, event, n FROM events ORDER BY channel, pos";
        sqlx::query_as(sql).fetch_all(&mut db).await.expect("rows")
    })
}

fn events_of_the_source(embedded: &Embedded) -> Rows {
    let sql = "SELECT channel, pos, id, author, event, n FROM events ORDER BY channel, pos";
    embedded.sql("jimmy.db", async |db| sqlx::query_as(sql).fetch_all(db).await.expect("rows"))
}

/// Lets the move run, and kills it in the midst of the events, or a moment later. Whether it was killed.
fn kill_in_the_middle(embedded: &Embedded, place: &Place) -> bool {
    let moved = || place.numbers("SELECT count(*) FROM events")[0];
    let before = moved();
    kill(embedded, place, || moved() > before)
}

/// Lets the move run until something is so, and kills it a moment later. Whether it was killed.
fn kill(embedded: &Embedded, place: &Place, mut is_time: impl FnMut() -> bool) -> bool {
    let mut child = migrate(embedded, place).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
    while !is_time() {
        if child.try_wait().expect("an answer").is_some() {
            return false;
        }
    }
    std::thread::sleep(Duration::from_millis(rand::random_range(0..20)));
    let was_running = child.try_wait().expect("an answer").is_none();
    child.kill().expect("SIGKILL");
    child.wait().expect("gone");
    was_running
}

#[test]
fn interrupted_migration_moves_everything() {
    let messages = if std::env::var_os("JIMMY_TEST_BIG").is_some() { MESSAGES_BIG } else { MESSAGES };
    let (embedded, before) = install(messages);
    let files = ["jimmy.db", "log.db"].map(|file| std::fs::read(embedded.data().join(file)).expect("a file"));
    let mut cluster = Cluster::start_at(target(&embedded), &[]);

    // At its beginning, whatever it does then, and in the midst of the events.
    for _ in 0..KILLS {
        let at = Instant::now() + Duration::from_millis(rand::random_range(0..150));
        kill(&embedded, &cluster.place, || Instant::now() >= at);
    }
    let was_killed = (0..MIDDLES).any(|_| {
        let was_killed = kill_in_the_middle(&embedded, &cluster.place);
        if !was_killed {
            // All of it has arrived there: it begins again elsewhere.
            cluster.place = target(&embedded);
        }
        was_killed
    });
    assert!(was_killed, "it was killed in the middle");
    let why = cluster.try_add("a", &[]).err().expect("it does not serve");
    assert!(why.contains("jimmy-chat migrate"), "{why}");
    kill_in_the_middle(&embedded, &cluster.place);

    let said = run(&mut migrate(&embedded, &cluster.place)).expect("moved");
    is_whole(&embedded, &cluster.place, &said);
    for (file, bytes) in ["jimmy.db", "log.db"].iter().zip(files) {
        assert!(std::fs::read(embedded.data().join(file)).is_ok_and(|now| now == bytes), "{file} is as it was");
    }
    let again = run(&mut migrate(&embedded, &cluster.place)).expect("nothing to do");
    assert!(again.contains("copied before"), "{again}");

    cluster.add("a");
    cluster.add("b");
    go_on(&cluster, &before);
}

/// Both sides hold the same rows, and the command confirms it.
fn is_whole(embedded: &Embedded, place: &Place, said: &str) {
    for table in TABLES {
        let sql = format!("SELECT count(*) FROM {table}");
        let counted = embedded.numbers("jimmy.db", &sql);
        assert_eq!(place.numbers(&sql), counted, "{table}");
        // Unless all of it had arrived when it was killed the last time.
        let compared = said.lines().any(|line| line.starts_with(&format!("{table}: ")) && line.contains("the same"));
        assert!(compared || said.contains("copied before"), "{table}: {said}");
    }
    assert_eq!(events_of_the_target(place), events_of_the_source(embedded));
    let apart = "SELECT count(*) FROM channels JOIN heads ON heads.channel = channels.id WHERE heads.partition <> channels.partition";
    assert_eq!(place.numbers(apart), [0]);
    assert!(place.numbers("SELECT count(DISTINCT partition) FROM channels")[0] > 1, "they are spread");
}

/// Users keep their sessions, and continue where they were.
fn go_on(cluster: &Cluster, before: &Before) {
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (person(&a, &before.ann), person(&b, &before.bob));
    let page = a.call("GET", &format!("/c/{}", before.hall), &[("cookie", &before.cookie)], None);
    assert_eq!(page.status, 200, "the cookie is still good: {}", page.location);
    assert_eq!(see(&ann, &bob, &before.lake), before.seen, "heads, unread counts, members, names");

    let hall = before.seen.iter().find(|(_, channel)| channel.id == before.hall).expect("the hall");
    let said = all(&bob, &before.hall).iter().filter(|event| event.message().is_some()).count();
    assert_eq!(said as u64, hall.1.head_n, "all of history, in one chain");

    // Bob was offline: he gets the missed events, and then new ones.
    let (since, missed) = before.away;
    let mut to_bob = bob.open();
    to_bob.resume(&[(&before.zoo, since.number())]);
    for number in 0..missed {
        assert_eq!(to_bob.hear(), format!("in the zoo {}", 7 + number));
    }
    let newest = all(&bob, &before.zoo).last().expect("an event").pos;
    let new = ann.say(&before.zoo, MessageId::generate(), "after the move").json::<Posted>().pos;
    assert_eq!(to_bob.hear(), "after the move");
    assert!(new > newest && newest >= since, "positions rise: {new} after {newest}");
    let after: Vec<_> = all(&ann, &before.zoo);
    assert_eq!(after.last().map(|event| (event.pos, event.prev)), Some((new, newest)), "the chain continues");

    // An id of long ago is the same message, in its place; another text under it is refused.
    let (id, pos, text) = &before.old;
    let again = ann.say(&before.hall, *id, text);
    assert_eq!((again.status, again.json::<Posted>().pos), (200, *pos));
    assert_eq!(ann.say(&before.hall, *id, "another text").code(), "id_conflict");

    eventually("the outbox is empty", || cluster.place.numbers("SELECT count(*) FROM outbox") == [0]);
    let is_carol =
        |event: &domain::event::Event| matches!(&event.kind, EventKind::Joined { who } if who.name.as_str() == "carol");
    let published = || all(&ann, &before.lake).iter().filter(|event| is_carol(event)).count();
    // The other server may have published it.
    eventually("the unpublished change is published", || published() > 0);
    assert_eq!(published(), 1, "once");
    let carol = b.log_in("carol");
    assert_eq!(carol.create("made after").member_count, 1);
}

#[test]
fn refuses_what_cannot_be_migrated() {
    let mut embedded = Embedded::start();
    let server = embedded.server();
    let hall = server.sign_up("ann").hall().id;
    let place = Place::new();
    std::fs::remove_file(key_of(&place)).expect("removed");
    let refused = |embedded: &Embedded, place: &Place| run(&mut migrate(embedded, place)).expect_err("refused");
    assert!(refused(&embedded, &place).contains("another jimmy-chat is using this folder"));
    embedded.stop();

    let why = run(&mut embedded.command(&["migrate"])).expect_err("refused");
    assert!(why.contains("--event-log"), "{why}");
    embedded.change("jimmy.db", "UPDATE projections SET next_offset = next_offset - 1");
    let why = refused(&embedded, &place);
    assert!(why.contains("holds 1 records that its database has not"), "{why}");
    embedded.change("jimmy.db", "UPDATE projections SET next_offset = next_offset + 1");

    // Another installation has moved there.
    let said = run(&mut migrate(&embedded, &place)).expect("moved");
    assert!(said.contains("Now start the servers"), "{said}");
    let mut other = Embedded::start();
    other.server().sign_up("zoe");
    other.stop();
    let topic = format!("{}/in-vain-{}", place.kafka, std::process::id());
    let why = run(migrate(&other, &place).env("JIMMY_EVENT_LOG", &topic)).expect_err("refused");
    let (_, database) = place.database.rsplit_once('/').expect("a name");
    assert!(why.contains(&format!("/{database} holds data already")), "{why}");
    let mut doctor = other.command(&["doctor"]);
    let found = doctor.envs(place.environment()).env("JIMMY_EVENT_LOG", &topic).output().expect("it runs").stdout;
    let found = String::from_utf8(found).expect("text");
    assert!(found.contains("does not exist; the server creates it"), "no topic was made in vain: {found}");
    assert!(found.contains("holds another install"), "{found}");

    // Servers have used the topic.
    let cluster = Cluster::start_at(place, &["a"]);
    let a = cluster.server("a");
    let ann = a.log_in("ann");
    assert_eq!(ann.say(&hall, MessageId::generate(), "it goes on").status, 201);
    let elsewhere = Place::new();
    std::fs::remove_file(key_of(&elsewhere)).expect("removed");
    let log = cluster.place.log();
    let why = run(migrate(&other, &elsewhere).env("JIMMY_EVENT_LOG", log)).expect_err("refused");
    assert!(why.contains("name a topic that does not exist yet"), "{why}");
}
