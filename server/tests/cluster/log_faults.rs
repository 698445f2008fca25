//! What an operator, or an accident, does to the log or to the database: passed, or refused with a sentence, never skipped.

use std::sync::Arc;

use domain::ids::{ChannelId, MessageId};

use crate::{Cluster, eventually, topic::Topic};

/// Ends all servers in an orderly way.
pub fn stop(cluster: &mut Cluster, names: &[&str]) {
    for name in names {
        cluster.process(name).signal("TERM");
        let (status, log) = cluster.take(name).ended();
        assert!(status.success(), "{name}: {log}");
    }
}

fn say(person: &crate::server::User<'_>, channel: &ChannelId, texts: impl Iterator<Item = String>) {
    for text in texts {
        assert_eq!(person.say(channel, MessageId::generate(), &text).status, 201, "{text}");
    }
}

fn messages(person: &crate::server::User<'_>, channel: &ChannelId) -> Vec<String> {
    let events = person.read(channel, "?limit=100").events;
    events.iter().filter_map(|event| Some(event.message()?.body.as_str().to_owned())).collect()
}

#[test]
fn unreadable_records_become_dead_letters() {
    let mut cluster = Cluster::start(&["a", "b"]);
    let ann = Arc::new(cluster.server("a"));
    let ann = ann.sign_up("ann");
    let hall = ann.hall().id;
    let topic = Topic::of(&cluster.place);
    let stranger = format!(
        r#"{{"record":"change","generation":1,"channel":"nowhere","id":"{}","at":1,"after":9000,"action":{{"action":"leave","who":{{"id":"x","name":"x","display_name":"x"}}}}}}"#,
        MessageId::generate()
    );
    let odd: [&[u8]; 4] = [b"\xff\xfe", br#"{"record":"of tomorrow"}"#, stranger.as_bytes(), &vec![b'x'; 900_000]];
    let mut places = odd.map(|record| topic.append(0, record));
    say(&ann, &hall, (0..5).map(|number| format!("after {number}")));
    assert_eq!(messages(&ann, &hall).len(), 5);
    eventually("they are parked", || cluster.place.numbers("SELECT count(*) FROM dead_letters") == [4]);
    places.sort_unstable();
    let parked =
        "SELECT min(log_offset), max(log_offset), sum(length(record))::bigint FROM dead_letters WHERE partition = 0";
    let bytes: usize = odd.iter().map(|record| record.len()).sum();
    assert_eq!(cluster.place.numbers(parked), [places[0], places[3], bytes as i64]);
    let log = cluster.process("a").log();
    stop_quietly(&mut cluster, "a");
    let said = log.join().expect("text");
    assert_eq!(said.matches("record rejected and stored as a dead letter").count(), 4, "each is logged once: {said}");
}

/// Stops a server while another thread reads its log output.
fn stop_quietly(cluster: &mut Cluster, name: &str) {
    cluster.process(name).signal("TERM");
    eventually("it ends", || !cluster.process(name).is_running());
    drop(cluster.take(name));
}

#[test]
fn refuses_a_recreated_topic() {
    let mut cluster = Cluster::start(&["a"]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let hall = ann.hall().id;
    say(&ann, &hall, (0..5).map(|number| format!("message {number}")));
    stop(&mut cluster, &["a"]);
    Topic::of(&cluster.place).delete();
    let why = cluster.try_add("b", &[]).err().expect("it does not serve");
    assert!(why.contains("the log ends at 0"), "{why}");
    assert!(why.contains("replace-log"), "it names the remedy: {why}");
}

#[test]
fn deleted_topic_stops_servers_with_a_reason() {
    let mut cluster = Cluster::start(&["a"]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let hall = ann.hall().id;
    say(&ann, &hall, (0..3).map(|number| format!("message {number}")));
    Topic::of(&cluster.place).delete();
    let (status, log) = cluster.take("a").ended();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains(&cluster.place.topic), "it names the topic: {log}");
}

#[test]
fn never_skips_deleted_unprojected_records() {
    let mut cluster = Cluster::start(&["a"]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let hall = ann.hall().id;
    say(&ann, &hall, (0..20).map(|number| format!("message {number}")));
    stop(&mut cluster, &["a"]);
    // As if the archive had been unavailable since then.
    let database = cluster.place.database.clone();
    cluster.place.sql(&database, "UPDATE projections SET next_offset = 5, checksum = NULL WHERE partition = 0");
    Topic::of(&cluster.place).delete_before(0, 12);
    let why = cluster.try_add("b", &[]).err().expect("it does not serve");
    assert!(why.contains("read the log up to 5") && why.contains("begins at 12"), "it names the range: {why}");
    assert!(why.contains("replace-log"), "it names the remedy: {why}");
}

#[test]
fn older_database_catches_up_with_the_log() {
    let mut cluster = Cluster::start(&["a"]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let hall = ann.hall().id;
    say(&ann, &hall, (0..5).map(|number| format!("early {number}")));
    stop(&mut cluster, &["a"]);
    let (name, admin) = (cluster.place.topic.clone(), cluster.place.postgres.clone());
    cluster.place.sql(&admin, &format!("CREATE DATABASE {name}_copy TEMPLATE {name}"));

    cluster.add("a");
    let a = cluster.server("a");
    let ann = a.log_in("ann");
    say(&ann, &hall, (0..30).map(|number| format!("late {number}")));
    let zoo = a.sign_up("bob").create("zoo").id;
    stop(&mut cluster, &["a"]);
    cluster.place.sql(&admin, &format!("DROP DATABASE {name}"));
    cluster.place.sql(&admin, &format!("ALTER DATABASE {name}_copy RENAME TO {name}"));

    cluster.add("a");
    let a = cluster.server("a");
    let ann = a.log_in("ann");
    let said = messages(&ann, &hall);
    assert_eq!((said.len(), said[34].as_str()), (35, "late 29"), "the log has what the back-up lacks");
    assert_eq!(ann.call("GET", &format!("/channels/{zoo}"), None).status, 404, "this channel is unknown now");
    say(&ann, &hall, ["and on".to_owned()].into_iter());
    assert_eq!(messages(&ann, &hall).len(), 36);
}

#[test]
fn refuses_the_log_of_another_database() {
    let mut cluster = Cluster::start(&["a"]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let hall = ann.hall().id;
    say(&ann, &hall, (0..5).map(|number| format!("message {number}")));
    stop(&mut cluster, &["a"]);
    let other = format!("{}/{}-other?partitions=3", cluster.place.kafka, cluster.place.topic);
    let why = cluster.try_add("b", &[("JIMMY_EVENT_LOG", &other)]).err().expect("it does not serve");
    assert!(why.contains("the log ends at 0"), "{why}");
}
