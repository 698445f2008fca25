//! Two users on two servers: each sees what the other does, as on one server.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    api::Gateway,
    event::EventKind,
    ids::MessageId,
    presence::Presence,
    wire::{ClientFrame, CloseCode, ServerFrame},
};
use serde_json::json;

use crate::{Cluster, eventually, server::PASSWORD};

/// A call to PostgreSQL is given up before.
const NO_ANSWER: Duration = Duration::from_secs(11);

#[test]
fn users_on_different_servers_see_the_same() {
    let cluster = Cluster::start(&["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut to_ann, _), (mut to_bob, _)) = (ann.connect(), bob.connect());
    let mut said = Vec::new();
    for round in 0..20 {
        let (ours, theirs) = (format!("ann {round}"), format!("bob {round}"));
        to_ann.say(&hall, MessageId::generate(), &ours);
        assert_eq!((to_ann.hear(), to_bob.hear()), (ours.clone(), ours.clone()));
        to_bob.say(&hall, MessageId::generate(), &theirs);
        assert_eq!((to_bob.hear(), to_ann.hear()), (theirs.clone(), theirs.clone()));
        said.extend([ours, theirs]);
    }
    let read = |person: &crate::server::User<'_>| {
        let history = person.read(&hall, "?limit=100");
        let texts =
            history.events.iter().filter_map(|event| Some((event.pos, event.message()?.body.as_str().to_owned())));
        texts.collect::<Vec<_>>()
    };
    assert_eq!(read(&ann), read(&bob), "one order, one place each");
    assert!(read(&ann).iter().map(|(_, text)| text).eq(&said));
}

/// The server of bob's socket reads of the join from the log while it cannot ask what the channel is called.
#[test]
fn join_during_database_outage_is_live_afterwards() {
    let mut cluster = Cluster::start(&["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), a.sign_up("bob"));
    let zoo = ann.create("zoo").id;
    let ((mut to_ann, _), (mut to_bob, _)) = (ann.connect(), b.log_in("bob").connect());
    cluster.process("b").signal("STOP");
    eventually("bob joins", || bob.join(&zoo).status == 200);
    to_ann.wait_for(|frame| match frame {
        ServerFrame::Event(event) => matches!(event.kind, EventKind::Joined { .. }).then_some(()),
        _ => None,
    });
    let locked = cluster.place.lock("channels");
    cluster.process("b").signal("CONT");
    std::thread::sleep(NO_ANSWER);
    drop(locked);
    to_bob.wait_for(|frame| matches!(frame, ServerFrame::Joined { channel } if channel.id == zoo).then_some(()));
    assert_eq!(ann.say(&zoo, MessageId::generate(), "welcome").status, 201);
    assert_eq!(to_bob.hear(), "welcome");
}

#[test]
fn channel_is_joined_and_left_on_another_server() {
    let cluster = Cluster::start(&["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let (mut to_bob, _) = bob.connect();
    // In all partitions there are.
    for number in 0..8 {
        let zoo = ann.create(&format!("zoo{number}"));
        eventually("bob joins", || bob.join(&zoo.id).status == 200);
        to_bob.wait_for(|frame| matches!(frame, ServerFrame::Joined { channel } if channel.id == zoo.id).then_some(()));
        let text = format!("welcome to {number}");
        assert_eq!(ann.say(&zoo.id, MessageId::generate(), &text).status, 201);
        assert_eq!(to_bob.hear(), text);
        assert_eq!(bob.call("DELETE", &format!("/channels/{}/membership", zoo.id), None).status, 204);
        eventually("ann sees him gone", || ann.see(&zoo.id).member_count == 1);
    }
}

#[test]
fn names_and_owner_are_unique_across_servers() {
    let cluster = Cluster::start(&["a", "b"]);
    let servers = [cluster.server("a"), cluster.server("b")];
    let ask = |path: &str, body: serde_json::Value, bearer: Option<&str>| {
        std::thread::scope(|scope| {
            let calls: Vec<_> = (0..8)
                .map(|number| {
                    let (server, body) = (&servers[number % 2], &body);
                    scope.spawn(move || {
                        let headers: Vec<_> = bearer.map(|token| ("authorization", token)).into_iter().collect();
                        server.call("POST", path, &headers, Some(body)).status
                    })
                })
                .collect();
            calls.into_iter().map(|call| call.join().expect("no panic")).collect::<Vec<_>>()
        })
    };
    let mut made = ask("/api/v1/accounts", json!({ "name": "ann", "password": PASSWORD }), None);
    made.sort_unstable();
    assert_eq!(made, [201, 409, 409, 409, 409, 409, 409, 409]);
    let ann = servers[0].log_in("ann");
    let mut made = ask("/api/v1/channels", json!({ "name": "zoo" }), Some(&ann.bearer()));
    made.sort_unstable();
    assert_eq!(made, [201, 409, 409, 409, 409, 409, 409, 409]);
    let halls = ann.call("GET", "/channels", None).text.matches("\"hall\"").count();
    assert_eq!(halls, 1);
}

#[test]
fn log_out_everywhere_ends_sockets_on_all_servers() {
    let cluster = Cluster::start(&["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let here = a.sign_up("ann");
    let there = b.log_in("ann");
    let (mut socket, _) = there.connect();
    assert_eq!(here.call("DELETE", "/sessions", None).status, 204);
    assert_eq!(socket.closed(), CloseCode::SessionEnded.number());
    assert_eq!(there.call("GET", "/me", None).status, 401);
}

#[test]
fn markers_presence_and_typing_cross_servers() {
    let cluster = Cluster::start(&["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let other = b.log_in("ann");
    let hall = ann.hall().id;
    let ((mut desk, _), (mut phone, _), (mut to_bob, _)) = (ann.connect(), other.connect(), bob.connect());
    assert_eq!(bob.say(&hall, MessageId::generate(), "hello").status, 201);
    assert_eq!((desk.hear(), phone.hear(), to_bob.hear()), ("hello".into(), "hello".into(), "hello".into()));
    let head = ann.see(&hall).head;
    desk.send(&ClientFrame::Read { channel: hall.to_string(), pos: head.number() });
    phone.wait_for(|frame| matches!(frame, ServerFrame::Read { pos, .. } if pos == head).then_some(()));
    desk.send(&ClientFrame::Typing { channel: hall.to_string() });
    let who = to_bob.wait_for(|frame| match frame {
        ServerFrame::Typing { who, .. } => Some(who.name.as_str().to_owned()),
        _ => None,
    });
    assert_eq!(who, "ann");
    to_bob.send(&ClientFrame::Watch { channel: Some(hall.to_string()) });
    to_bob.wait_for(|frame| match frame {
        ServerFrame::Presence { who, .. } => {
            who.iter().any(|(id, how)| *id == ann.session.account.id && *how != Presence::Offline).then_some(())
        }
        _ => None,
    });
}

#[test]
fn repeated_id_is_one_message_on_all_servers() {
    let mut cluster = Cluster::start(&["a", "b"]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let hall = ann.hall().id;
    let id = MessageId::generate();
    assert_eq!(ann.say(&hall, id, "once").status, 201);
    let pos = ann.read(&hall, "?limit=1").to;
    // This one has read it from the archive, or from the log's past.
    cluster.add("young");
    for name in ["a", "b", "young"] {
        let server = cluster.server(name);
        let again = server.log_in("ann");
        let bob = if name == "a" { server.sign_up("bob") } else { server.log_in("bob") };
        eventually("it is known there", || {
            let answer = again.say(&hall, id, "once");
            assert!([200, 201].contains(&answer.status), "{}", answer.text);
            let posted: domain::api::Posted = answer.json();
            assert_eq!(posted.pos, pos, "{name}");
            answer.status == 200
        });
        assert_eq!(again.say(&hall, id, "twice").code(), "id_conflict", "{name}");
        let other = bob.say(&hall, id, "once");
        assert_eq!(other.code(), "id_conflict", "{name}");
        assert!(!other.text.contains("ann"), "the author is not revealed");
        let (mut socket, _) = again.connect();
        for _ in 0..50 {
            socket.say(&hall, id, "once");
            assert_eq!(socket.ack(), (id, pos), "{name}");
        }
        let once = again.read(&hall, "?limit=100").events;
        assert_eq!(
            once.iter().filter(|event| event.message().is_some_and(|message| message.id == id)).count(),
            1,
            "{name}"
        );
    }
}

#[test]
fn gateway_chooses_running_servers() {
    let mut cluster = Cluster::start(&["a", "b"]);
    let a = cluster.server("a");
    let ann = a.sign_up("ann");
    let named = || {
        let names = (0..40).map(|_| {
            let gateway: Gateway = ann.call("GET", "/gateway", None).json();
            gateway.url.rsplit_once("?server=").expect("a name").1.to_owned()
        });
        names.collect::<BTreeSet<_>>()
    };
    eventually("both are named", || named() == BTreeSet::from(["a".into(), "b".into()]));
    cluster.process("b").signal("TERM");
    eventually("who goes is not named", || named() == BTreeSet::from(["a".into()]));
    cluster.add("c");
    eventually("who comes is", || named() == BTreeSet::from(["a".into(), "c".into()]));
    cluster.take("c").kill();
    eventually("nor is a server that was killed", || named() == BTreeSet::from(["a".into()]));
}

#[test]
fn stopping_server_hands_over_without_loss() {
    let mut cluster = Cluster::start(&["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let ann = a.sign_up("ann");
    let hall = ann.hall().id;
    let (mut socket, welcome) = ann.connect();
    let head = welcome.channels[0].head;
    eventually("they know each other", || (0..20).any(|_| ann.call("GET", "/gateway", None).text.contains("server=b")));
    cluster.process("a").signal("TERM");
    let retry_after = socket.wait_for(|frame| match frame {
        ServerFrame::Bye { retry_after } => Some(retry_after),
        _ => None,
    });
    assert_eq!(retry_after, 0, "there is another server");
    assert_eq!(socket.closed(), CloseCode::GoingAway.number());
    let bob = b.sign_up("bob");
    assert_eq!(bob.say(&hall, MessageId::generate(), "meanwhile").status, 201);
    let again = b.log_in("ann");
    let mut socket = again.open();
    socket.resume(&[(&hall, head.number())]);
    assert_eq!(socket.hear(), "meanwhile");
    let (status, log) = cluster.take("a").ended();
    assert!(status.success(), "an orderly end: {log}");
}
