//! E 36: clients that connect and send nothing, that read nothing, or that open too many connections.

use std::{
    thread::scope,
    time::{Duration, Instant},
};

use domain::{
    ids::MessageId,
    limits::{SOCKETS_PER_ACCOUNT_MAX, SOCKETS_PER_ADDRESS_MAX},
};

use super::Bystander;
use crate::{
    raw::{BEGIN, Frames, PING, Raw, frame},
    server::{Server, Socket, User},
};

/// Connections without a word. More would meet the limit on files of the test itself.
const IDLE: usize = 400;
/// Longer than the ten seconds that the server waits for headers and a first frame; a connection that is still open was not closed.
const TEN_SECONDS: Duration = Duration::from_secs(18);

#[test]
fn e36_silent_connections_close_after_ten_seconds() {
    let server = Server::start();
    let bob = server.sign_up("bob");
    let since = Instant::now();
    let idle: Vec<Raw> = (0..IDLE).map(|_| Raw::connect(&server.origin)).collect();
    let mut bystander = Bystander::new(&bob);
    bystander.is_served();
    for mut raw in idle {
        assert_eq!(raw.rest(), "");
    }
    assert!(since.elapsed() < TEN_SECONDS, "after {:?}", since.elapsed());
    bystander.is_served();
}

#[test]
fn e36_sockets_without_resume_close_after_ten_seconds() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let mut bystander = Bystander::new(&bob);
    let since = Instant::now();
    let mut sockets =
        ["nothing", "a frame that goes on", "a beginning", "pings"].map(|what| (what, Frames::open(&ann)));
    sockets[1].1.write(&frame(BEGIN, br#"{"type":"resume""#)[..10]);
    sockets[2].1.write(&frame(BEGIN, br#"{"type":"resume","since":{"#));
    sockets[3].1.write(&frame(PING, b"x").repeat(10_000));
    for (what, socket) in &mut sockets {
        assert_eq!(socket.closed(), 4408, "{what}");
        assert!(since.elapsed() < TEN_SECONDS, "{what} after {:?}", since.elapsed());
    }
    bystander.is_served();
}

#[test]
fn e36_unanswered_pings_close_after_45_seconds() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let (mut silent, mut in_pieces) = (Frames::resumed(&ann), Frames::resumed(&ann));
    let since = Instant::now();
    // Nothing whole comes from this one either.
    in_pieces.write(&frame(BEGIN, br#"{"type":"#));
    // Pings and heartbeats come meanwhile, and are not answered.
    assert_eq!((silent.closed(), in_pieces.closed()), (4408, 4408));
    let after = since.elapsed();
    assert!((40..60).contains(&after.as_secs()), "after {after:?}");
    Bystander::new(&bob).is_served();
}

#[test]
fn e36_limits_sockets_per_account_and_address() {
    let server = Server::start_with(&["--trusted-proxy", "127.0.0.1"], tempfile::tempdir().expect("a folder"));
    let people: Vec<User<'_>> = (0..5).map(|number| server.sign_up(&format!("person{number}"))).collect();
    let open = |person: &User<'_>, from: &str| {
        Socket::open(&server, &[("authorization", &person.bearer()), ("x-forwarded-for", from)]).expect("an upgrade")
    };
    let is_full = |person: &User<'_>, from: &str| {
        let mut socket = open(person, from);
        socket.send_text(r#"{"type":"resume"}"#);
        socket.first_frame_or_close().is_err_and(|code| code == 4429)
    };
    let mut sockets = Vec::new();
    for person in &people[..4] {
        for _ in 0..SOCKETS_PER_ACCOUNT_MAX {
            let mut socket = open(person, "10.0.0.1");
            socket.resume(&[]);
            sockets.push(socket);
        }
        assert!(is_full(person, "10.0.0.2"), "one more of the same person, from wherever");
    }
    assert_eq!(sockets.len(), SOCKETS_PER_ADDRESS_MAX);
    assert!(is_full(&people[4], "10.0.0.1"), "one more from the same address, by any user");
    assert!(!is_full(&people[4], "10.0.0.2"), "another address has its own limit");
    // Who leaves makes room.
    let mut leaving = sockets.pop().expect("one of two hundred");
    leaving.say_goodbye(1_000);
    assert_eq!(leaving.closed(), 1_000);
    let since = Instant::now();
    while is_full(&people[3], "10.0.0.1") {
        assert!(since.elapsed() < Duration::from_secs(10), "there is space again");
    }
}

/// Messages of 24,000 bytes each: more than the system's buffers and the server's queue for one socket hold together.
const MUCH: usize = 1_000;

#[test]
fn e36_slow_readers_are_closed_without_delaying_others() {
    let server = Server::unlimited();
    let (ann, bob, eve) = (server.sign_up("ann"), server.sign_up("bob"), server.sign_up("eve"));
    let hall = ann.hall().id;
    let mut slow = Frames::resumed(&eve);
    let ((mut talking, _), (mut listening, _)) = (ann.connect(), bob.connect());
    let body = "字".repeat(8_000);
    scope(|scope| {
        scope.spawn(|| {
            for _ in 0..MUCH {
                talking.say(&hall, MessageId::generate(), &body);
                talking.ack();
            }
        });
        scope.spawn(|| (0..MUCH).for_each(|_| assert_eq!(listening.hear(), body)));
    });
    // It was closed long ago, or gets the reason now.
    let mut heard = 0;
    let code = loop {
        match slow.next() {
            None => break None,
            Some((0x88, payload)) => break payload.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]])),
            Some(_) => heard += 1,
        }
    };
    assert!(code.is_none_or(|code| code == 4413), "{code:?}");
    assert!(heard < MUCH, "not all of it was kept for one who does not read");
    let (mut back, _) = eve.connect();
    back.say(&hall, MessageId::generate(), "here again");
    back.ack();
}
