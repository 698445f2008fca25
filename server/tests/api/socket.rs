//! The socket: resumed without a gap or a repeat, and closed with a code that names the reason.

use domain::{
    ids::{ChannelId, MessageId, Pos},
    wire::{ClientFrame, ServerFrame},
};

use crate::server::{Server, Socket};

/// The places of the events that come until a frame that is none, which is asked for.
fn events_until_heartbeat(socket: &mut Socket) -> Vec<(Pos, Pos)> {
    socket.send(&ClientFrame::Heartbeat);
    let mut events = Vec::new();
    loop {
        match socket.next() {
            ServerFrame::Event(event) => events.push((event.prev, event.pos)),
            ServerFrame::Heartbeat { .. } => return events,
            other => panic!("unexpected: {other:?}"),
        }
    }
}

#[test]
fn resume_delivers_missed_events_once_in_order() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let hall = ann.hall().id;
    ann.say(&hall, MessageId::generate(), "heard");
    bob.see_at_least(&hall, 1);
    let held = bob.read(&hall, "").to;
    for text in ["missed", "missed too"] {
        ann.say(&hall, MessageId::generate(), text);
    }
    let mut socket = bob.open();
    socket.resume(&[(&hall, held.number())]);
    ann.say(&hall, MessageId::generate(), "live");
    assert_eq!([socket.hear(), socket.hear(), socket.hear()], ["missed", "missed too", "live"]);
}

#[test]
fn resume_from_archive_joins_the_held_position() {
    let server = Server::start();
    let (bearer, hall, held) = {
        let ann = server.sign_up("ann");
        let hall = ann.hall().id;
        ann.say(&hall, MessageId::generate(), "held");
        let held = ann.read(&hall, "").to;
        (0..20).for_each(|n| drop(ann.say(&hall, MessageId::generate(), &n.to_string())));
        (ann.bearer(), hall, held)
    };
    // After a restart the ring is empty.
    let server = Server::start_with(&[], server.stop());
    let mut socket = Socket::open(&server, &[("authorization", &bearer)]).expect("it opens");
    socket.resume(&[(&hall, held.number())]);
    let events = events_until_heartbeat(&mut socket);
    assert_eq!((events.len(), events[0].0), (20, held));
    assert!(events.windows(2).all(|pair| pair[1].0 == pair[0].1));
}

#[test]
fn resume_resets_unknown_or_too_old_positions() {
    let server = Server::start();
    let people: Vec<_> = (0..6).map(|number| server.sign_up(&format!("person{number}"))).collect();
    let ann = &people[0];
    let hall = ann.hall();
    // More messages than one user may send at once, so six users send them.
    for person in &people {
        let (mut socket, _) = person.connect();
        (0..55).for_each(|_| socket.say(&hall.id, MessageId::generate(), "x"));
        (0..55).for_each(|_| socket.wait_for(|frame| matches!(frame, ServerFrame::Ack { .. }).then_some(())));
    }
    ann.see_at_least(&hall.id, 6 * 55);
    let newest = ann.read(&hall.id, "?limit=2");
    for since in [hall.head, Pos::from_number(newest.from.number() - (1 << 30)).expect("a place")] {
        let mut socket = ann.open();
        socket.resume(&[(&hall.id, since.number())]);
        match socket.next() {
            ServerFrame::Reset { channel, head } => assert_eq!((channel, head), (hall.id.clone(), newest.to)),
            other => panic!("no reset: {other:?}"),
        }
    }
}

#[test]
fn every_send_is_answered() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id.to_string();
    let (mut socket, _) = ann.connect();
    let good = MessageId::generate().to_string();
    for (channel, id, body, code) in [
        (hall.as_str(), "odd", "hi", "invalid_id"),
        (&hall, &good, " ", "invalid_body"),
        (&hall, &good, &"x".repeat(8_001), "too_long"),
        ("nope", &good, "hi", "not_found"),
        ("../x", &good, "hi", "not_found"),
    ] {
        let (channel, id, body) = (channel.to_owned(), id.to_owned(), body.to_owned());
        socket.send(&ClientFrame::Send { channel, id: id.clone(), body, retry: false });
        let nack = socket.wait_for(|frame| match frame {
            ServerFrame::Nack { id, code, is_final, .. } => Some((id, code.to_string(), is_final)),
            _ => None,
        });
        assert_eq!(nack, (id, code.to_owned(), true));
    }
}

#[test]
fn acks_keep_the_order_of_sends() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let zoo: ChannelId = ann.create("zoo").id;
    let (mut socket, _) = ann.connect();
    let ids: Vec<MessageId> = (0..50).map(|_| MessageId::generate()).collect();
    ids.iter().for_each(|id| socket.say(&zoo, *id, &id.to_string()));
    let mut acked = Vec::new();
    while acked.len() < ids.len() {
        acked.push(socket.wait_for(|frame| match frame {
            ServerFrame::Ack { id, pos } => Some((pos, id)),
            _ => None,
        }));
    }
    acked.sort();
    assert!(acked.iter().map(|(_, id)| id).eq(&ids));
}

#[test]
fn close_frame_is_answered() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let (mut resumed, _) = ann.connect();
    for socket in [&mut ann.open(), &mut resumed] {
        socket.say_goodbye(1001);
        assert_eq!(socket.closed(), 1001);
    }
}

#[test]
fn stopping_server_says_bye() {
    let server = Server::start();
    let (mut socket, _) = server.sign_up("ann").connect();
    let heard = std::thread::spawn(move || {
        socket.wait_for(|frame| matches!(frame, ServerFrame::Bye { .. }).then_some(()));
        socket.closed()
    });
    let started = std::time::Instant::now();
    server.stop();
    // Three seconds for what is under way, two for the archive, and some patience.
    assert!(started.elapsed().as_secs() < 10);
    assert_eq!(heard.join().expect("heard"), 4503);
}
