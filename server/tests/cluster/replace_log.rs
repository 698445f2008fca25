//! A lost or truncated log: the command reports what is lost, the operator confirms, and users continue.

use std::process::Command;

use domain::{
    api::Posted,
    ids::{ChannelId, MessageId, Pos},
};

use crate::{
    Cluster,
    embedded::{BINARY, Embedded, person},
    eventually,
    log_faults::stop,
    server::{Server, User},
    stack::Place,
    topic::Topic,
};

/// `replace-log` on what a cluster is kept in.
fn replace_log(place: &Place, log: &str, yes: bool) -> (bool, String) {
    let mut command = Command::new(BINARY);
    command.arg("replace-log").env_clear().envs(place.environment()).env("JIMMY_EVENT_LOG", log);
    output(command.env_remove("JIMMY_SIGNING_KEY_FILE"), yes)
}

/// Returns whether it succeeded, and its output.
fn output(command: &mut Command, yes: bool) -> (bool, String) {
    let done = command.args(yes.then_some("--yes")).env("RUST_LOG", "warn").output().expect("it runs");
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (done.status.success(), said)
}

fn say(person: &User<'_>, channel: &ChannelId, id: MessageId, text: &str) -> Pos {
    let answer = person.say(channel, id, text);
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
    answer.json::<Posted>().pos
}

/// Waits until the database has `events` events: the others are lost with the log.
fn projected(cluster: &Cluster, events: i64) {
    eventually("all is in the database", || cluster.place.numbers("SELECT count(*) FROM events") == [events]);
}

fn texts(person: &User<'_>, channel: &ChannelId) -> Vec<String> {
    let page = person.read(channel, "?limit=100");
    assert!(page.events.windows(2).all(|pair| pair[1].prev == pair[0].pos), "one chain");
    page.events.iter().filter_map(|event| Some(event.message()?.body.as_str().to_owned())).collect()
}

#[test]
fn new_topic_continues_with_rising_positions() {
    let mut cluster = Cluster::start(&["a"]);
    let a = cluster.server("a");
    let (ann, bob) = (a.sign_up("ann"), a.sign_up("bob"));
    let (hall, zoo, lake) = (ann.hall().id, ann.create("zoo").id, ann.create("lake").id);
    bob.join(&zoo);
    let first = MessageId::generate();
    let old = say(&ann, &hall, first, "message 0");
    let places: Vec<Pos> =
        (1..30).map(|number| say(&ann, &hall, MessageId::generate(), &format!("message {number}"))).collect();
    let (ann, bob) = (ann.session, bob.session);
    // Two channels that were joined by two, and one by one.
    projected(&cluster, 30 + 2 * 3 + 2);
    stop(&mut cluster, &["a"]);
    // As if one of them had been made in the last moment.
    let database = cluster.place.database.clone();
    let unheard = format!("DELETE FROM events WHERE channel = '{lake}'; DELETE FROM heads WHERE channel = '{lake}'");
    cluster.place.sql(&database, &unheard);
    Topic::of(&cluster.place).delete();
    let why = cluster.try_add("a", &[]).err().expect("it does not serve");
    assert!(why.contains("the log ends at 0") && why.contains("jimmy-chat replace-log"), "{why}");

    let log = cluster.place.log();
    let before = cluster.place.numbers("SELECT max(generation), max(next_offset) FROM projections");
    let (done, said) = replace_log(&cluster.place, &log, false);
    assert!(!done && said.contains("--yes"), "{said}");
    let end = cluster.place.numbers("SELECT next_offset FROM projections WHERE partition = 0")[0];
    let alone = format!("positions 0 to {} are in the database alone", end - 1);
    assert!(said.contains(&alone) && said.contains("generation 2"), "{said}");
    assert_eq!(cluster.place.numbers("SELECT max(generation), max(next_offset) FROM projections"), before);
    assert!(cluster.try_add("a", &[]).is_err(), "nothing was changed");

    let (done, said) = replace_log(&cluster.place, &log, true);
    assert!(done && said.contains("1 channels whose `created` event was lost are announced again"), "{said}");
    let (done, said) = replace_log(&cluster.place, &log, true);
    assert!(done && said.contains("nothing to replace"), "{said}");

    cluster.add("a");
    cluster.add("b");
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (person(&a, &ann), person(&b, &bob));
    assert_eq!(texts(&bob, &hall).len(), 30, "history is whole, though nothing of the new log is archived");
    assert_eq!(say(&ann, &hall, first, "message 0"), old, "an old id is the same message");
    let mut to_bob = bob.open();
    to_bob.resume(&[(&hall, places[26].number())]);
    assert_eq!((to_bob.hear(), to_bob.hear()), ("message 28".into(), "message 29".into()));
    let new = say(&ann, &hall, MessageId::generate(), "in the new log");
    assert_eq!(to_bob.hear(), "in the new log");
    assert!(new > places[28], "{new} after {}", places[28]);
    assert_eq!(texts(&ann, &hall).last().map(String::as_str), Some("in the new log"));
    say(&bob, &zoo, MessageId::generate(), "the zoo goes on");
    eventually("ann reads bob's message from the other server", || texts(&ann, &zoo) == ["the zoo goes on"]);
    assert_eq!(ann.see(&hall).head_n, 31);
    // One message, however often it has to be sent.
    let id = MessageId::generate();
    eventually("the lost channel accepts messages", || matches!(ann.say(&lake, id, "at the lake").status, 200 | 201));
    assert_eq!(texts(&ann, &lake), ["at the lake"]);
}

#[test]
fn fewer_partitions_hold_all_channels() {
    let mut cluster = Cluster::start(&["a"]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let channels: Vec<ChannelId> = (0..8).map(|number| ann.create(&format!("zoo{number}")).id).collect();
    for channel in &channels {
        say(&ann, channel, MessageId::generate(), "before");
    }
    assert!(cluster.place.numbers("SELECT max(partition) FROM channels")[0] > 0, "they are spread");
    let session = ann.session;
    projected(&cluster, 2 + 8 * 3);
    stop(&mut cluster, &["a"]);
    let log = format!("{}/{}-other?partitions=1", cluster.place.kafka, cluster.place.topic);
    let (done, said) = replace_log(&cluster.place, &log, true);
    assert!(done && said.contains("no such partition"), "{said}");
    let a = cluster.try_add("a", &[("JIMMY_EVENT_LOG", &log)]).unwrap_or_else(|why| panic!("{why}"));
    let server = Server::at(&a.origin);
    let ann = person(&server, &session);
    for channel in &channels {
        say(&ann, channel, MessageId::generate(), "after");
        assert_eq!(texts(&ann, channel), ["before", "after"]);
    }
}

#[test]
fn truncated_log_continues_and_names_the_loss() {
    let mut cluster = Cluster::start(&["a"]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let hall = ann.hall().id;
    for number in 0..20 {
        say(&ann, &hall, MessageId::generate(), &format!("message {number}"));
    }
    let session = ann.session;
    projected(&cluster, 2 + 20);
    stop(&mut cluster, &["a"]);
    // As if the archive had been unavailable since then, and for too long.
    let next = 5;
    let forget = format!(
        "UPDATE projections SET next_offset = {next}, checksum = NULL, window_floor = 0 WHERE partition = 0;
         DELETE FROM window_entries WHERE partition = 0 AND pos & ((1::bigint << 40) - 1) >= {next};
         DELETE FROM events WHERE channel = '{hall}' AND pos & ((1::bigint << 40) - 1) >= {next};
         UPDATE heads SET (pos, n) = (SELECT max(pos), max(n) FROM events WHERE channel = '{hall}') WHERE channel = '{hall}'"
    );
    let database = cluster.place.database.clone();
    cluster.place.sql(&database, &forget);
    Topic::of(&cluster.place).delete_before(0, 12);
    let log = cluster.place.log();
    let (done, said) = replace_log(&cluster.place, &log, false);
    assert!(!done && said.contains("lost are records 5 to 11 of partition 0"), "{said}");
    let (done, said) = replace_log(&cluster.place, &log, true);
    assert!(done, "{said}");
    cluster.add("a");
    let a = cluster.server("a");
    let ann = person(&a, &session);
    let texts = texts(&ann, &hall);
    assert_eq!(texts.last().map(String::as_str), Some("message 19"), "what the log still has is read");
    assert!(!texts.contains(&"message 5".to_owned()), "{texts:?}");
    assert_eq!(cluster.place.numbers("SELECT max(generation) FROM projections"), [1]);
    say(&ann, &hall, MessageId::generate(), "it goes on");
}

#[test]
fn embedded_server_continues_after_losing_its_log() {
    let mut embedded = Embedded::start();
    let server = embedded.server();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let places: Vec<Pos> =
        (0..10).map(|number| say(&ann, &hall, MessageId::generate(), &format!("message {number}"))).collect();
    let session = ann.session;
    embedded.stop();
    let (done, said) = output(&mut embedded.command(&["replace-log"]), true);
    assert!(done && said.contains("nothing to replace"), "{said}");

    std::fs::remove_file(embedded.data().join("log.db")).expect("lost");
    let why = embedded.serve().expect_err("it does not serve");
    assert!(why.contains("jimmy-chat replace-log"), "{why}");
    let (done, said) = output(&mut embedded.command(&["replace-log"]), true);
    assert!(done, "{said}");
    embedded.serve().expect("it serves");
    let server = embedded.server();
    let ann = person(&server, &session);
    assert_eq!(texts(&ann, &hall).len(), 10);
    let new = say(&ann, &hall, MessageId::generate(), "it goes on");
    assert!(new > places[9]);
    assert_eq!(texts(&ann, &hall).len(), 11);
    let (done, said) = output(&mut embedded.command(&["replace-log"]), true);
    assert!(!done && said.contains("using this folder"), "{said}");
}

#[test]
fn refuses_to_replace_the_log_while_a_server_runs() {
    let cluster = Cluster::start(&["a", "b"]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let hall = ann.hall().id;
    // Longer than any lease that was taken to write.
    std::thread::sleep(std::time::Duration::from_secs(6));
    let other = format!("{}/{}-other?partitions=3", cluster.place.kafka, cluster.place.topic);
    let (is_done, said) = replace_log(&cluster.place, &other, true);
    assert!(!is_done && said.contains("stop"), "{said}");
    say(&ann, &hall, MessageId::generate(), "still here");
    assert_eq!(texts(&ann, &hall), ["still here"]);
}
