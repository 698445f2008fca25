//! A server that has read less than others, or a database that holds less than before: no client is made to drop events.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    api::Gateway,
    ids::{ChannelId, MessageId, Pos},
    wire::{ClientFrame, CloseCode, ServerFrame, Welcome},
};

use crate::{
    Cluster, eventually,
    kafka_away::one_behind_a_line,
    line::{Line, Passes},
    server::{Socket, User},
    services::texts,
    within,
};

/// Resumes a channel at a position; returns the socket, or the code with which it was closed.
fn resume(person: &User<'_>, channel: &ChannelId, pos: Pos) -> Result<(Socket, Welcome), u16> {
    let mut socket = person.open();
    socket.send(&ClientFrame::Resume { since: [(channel.to_string(), pos.number())].into() });
    match socket.first_frame_or_close()? {
        ServerFrame::Welcome(welcome) => Ok((socket, *welcome)),
        other => panic!("no welcome: {other:?}"),
    }
}

#[test]
fn client_ahead_of_a_server_is_moved_and_keeps_events() {
    let (_kafka, line, mut cluster) = one_behind_a_line();
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    line.set(Passes::Nothing);
    assert_eq!(bob.say(&hall, MessageId::generate(), "first").status, 201);
    let heard = bob.see(&hall).head;
    assert_eq!(resume(&ann, &hall, heard).map(|_| ()), Err(CloseCode::GoingAway.number()));
    line.set(Passes::All);
    let mut there = None;
    eventually("it has read as much", || {
        let resumed = resume(&ann, &hall, heard);
        assert!(resumed.as_ref().err().is_none_or(|code| *code == CloseCode::GoingAway.number()));
        there = resumed.ok();
        there.is_some()
    });
    let (mut socket, welcome) = there.expect("resumed");
    assert_eq!(welcome.channels[0].head, heard);
    assert_eq!(bob.say(&hall, MessageId::generate(), "second").status, 201);
    assert!(matches!(socket.next(), ServerFrame::Event(event) if event.prev == heard), "it continues from there");
    // Now no other server has read more.
    line.set(Passes::Nothing);
    assert_eq!(bob.say(&hall, MessageId::generate(), "third").status, 201);
    let heard = bob.see(&hall).head;
    cluster.take("b").kill();
    eventually("clients are accepted nevertheless", || resume(&ann, &hall, heard).is_ok());
    assert_eq!(texts(&ann, &hall), ["first", "second"]);
}

/// It has the fewest sockets, because it accepts no clients; by that alone it would be chosen.
#[test]
fn gateway_avoids_a_server_without_database() {
    let mut cluster = Cluster::start(&["a"]);
    let postgres = cluster.place.database.rsplit_once('@').expect("an address").1.to_owned();
    let (host, _) = postgres.split_once('/').expect("a database");
    let line = Line::to(host.rsplit_once(':').expect("a port").1.parse().expect("a number"));
    let through = cluster.place.database.replace(host, &format!("127.0.0.1:{}", line.port));
    cluster.add_with("b", &[("JIMMY_DIRECTORY", &through), ("JIMMY_ARCHIVE", &through)]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let led = || {
        let asked = (0..50).map(|_| ann.call("GET", "/gateway", None).json::<Gateway>().url);
        asked.map(|url| url.rsplit_once('=').expect("a server").1.to_owned()).collect::<BTreeSet<_>>()
    };
    eventually("both accept clients", || led().len() == 2);
    line.set(Passes::Nothing);
    // The server first waits for calls in flight, then checks whether the outage lasts.
    within(Duration::from_secs(40), "only one does", || led() == BTreeSet::from(["a".into()]));
    line.set(Passes::All);
    eventually("both do again", || led().len() == 2);
}

#[test]
fn restored_database_is_refilled_before_reads() {
    goes_back(true);
}

#[test]
fn restored_database_is_detected_without_traffic() {
    goes_back(false);
}

/// An older state of the database is restored, or a lagging standby takes over. `talks`: a message is sent then.
fn goes_back(talks: bool) {
    const KEPT: [&str; 4] = ["projections", "heads", "window_entries", "events"];
    let cluster = Cluster::start(&["a"]);
    let a = cluster.server("a");
    let (ann, place) = (a.sign_up("ann"), &cluster.place);
    let hall = ann.hall().id;
    let (mut socket, _) = ann.connect();
    let archived = |count: i64| {
        let events = "SELECT count(*), count(DISTINCT pos) FROM events WHERE event LIKE '%\"kind\":\"message\"%'";
        eventually("the database has them", || place.numbers(events) == [count, count]);
    };
    assert_eq!(ann.say(&hall, MessageId::generate(), "first").status, 201);
    archived(1);
    let keep = KEPT.map(|table| format!("CREATE TABLE {table}_then AS TABLE {table};")).concat();
    place.sql(&place.database, &keep);
    for text in ["second", "third"] {
        assert_eq!(ann.say(&hall, MessageId::generate(), text).status, 201);
    }
    archived(3);
    let go_back = KEPT.map(|table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {table}_then;"));
    place.sql(&place.database, &format!("BEGIN; {} COMMIT", go_back.concat()));
    // The partition is reloaded; until then nothing is delivered.
    let locked = place.lock("window_entries");
    let fourth = MessageId::generate();
    if talks {
        ann.say(&hall, fourth, "fourth");
    }
    assert_eq!(socket.closed(), CloseCode::GoingAway.number());
    let answer = ann.call("GET", &format!("/channels/{hall}/messages"), None);
    assert_eq!((answer.status, &*answer.code()), (503, "try_again"));
    drop(locked);
    eventually("it can be talked in again", || [200, 201].contains(&ann.say(&hall, fourth, "fourth").status));
    assert_eq!(texts(&ann, &hall), ["first", "second", "third", "fourth"]);
    archived(4);
}
