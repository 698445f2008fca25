//! Read markers, and typing signals.

use std::time::{Duration, Instant};

use domain::{
    ids::{ChannelId, MessageId},
    wire::{ClientFrame, ServerFrame},
};
use serde_json::json;

use crate::server::{Server, Socket, User};

/// Sends `texts`, one after another, and returns their positions.
fn say(person: &User<'_>, channel: &ChannelId, texts: &[&str]) -> Vec<u64> {
    let place = |text: &&str| {
        let answer = person.say(channel, MessageId::generate(), text);
        answer.json::<domain::api::Posted>().pos.number()
    };
    texts.iter().map(place).collect()
}

fn mark(person: &User<'_>, channel: &ChannelId, pos: u64) -> u16 {
    person.call("PUT", &format!("/channels/{channel}/read"), Some(&json!({ "pos": pos }))).status
}

fn markers(person: &User<'_>, channel: &ChannelId) -> (u64, u64) {
    let seen = person.see(channel);
    (seen.read.number(), seen.read_n)
}

#[test]
fn marker_only_moves_forward_up_to_the_head() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let hall = ann.hall().id;
    let places = say(&ann, &hall, &["one", "two", "three"]);
    let seen = bob.see_at_least(&hall, 3);
    assert_eq!(seen.head_n - seen.read_n, 3, "three are unread");
    assert_eq!(mark(&bob, &hall, places[1]), 204);
    assert_eq!(markers(&bob, &hall), (places[1], 2));
    assert_eq!(mark(&bob, &hall, places[0]), 204);
    assert_eq!(markers(&bob, &hall), (places[1], 2), "never back");
    assert_eq!(mark(&bob, &hall, (1 << 53) - 1), 204);
    assert_eq!(markers(&bob, &hall), (places[2], 3), "never beyond the head");
}

#[test]
fn marker_on_archived_events_counts_unread() {
    let server = Server::start_with(&["--no-rate-limits"], tempfile::tempdir().expect("a folder"));
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let hall = ann.hall().id;
    let texts: Vec<String> = (0..300).map(|number| number.to_string()).collect();
    let (mut socket, _) = ann.connect();
    texts.iter().for_each(|text| socket.say(&hall, MessageId::generate(), text));
    let mut places: Vec<u64> = texts.iter().map(|_| socket.ack().1.number()).collect();
    // Acks come as their verdicts do, not in the order of sending.
    places.sort_unstable();
    bob.see_at_least(&hall, 300);
    assert_eq!(mark(&bob, &hall, places[9]), 204);
    assert_eq!(markers(&bob, &hall), (places[9], 10));
    // A place between two events is as good as the one before it.
    let data = server.stop();
    let server = Server::start_with(&[], data);
    let bob = server.log_in("bob");
    assert_eq!(markers(&bob, &hall), (places[9], 10), "after a new start");
    assert_eq!(mark(&bob, &hall, places[250]), 204);
    assert_eq!(markers(&bob, &hall), (places[250], 251));
}

#[test]
fn sending_marks_earlier_messages_as_read() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let hall = ann.hall().id;
    say(&ann, &hall, &["one", "two"]);
    for round in 0..20 {
        let place = say(&bob, &hall, &["mine"])[0];
        assert_eq!(markers(&bob, &hall), (place, 3 + round), "at once, and so for good");
    }
    let data = server.stop();
    let server = Server::start_with(&[], data);
    let bob = server.log_in("bob");
    assert_eq!(bob.see(&hall).read_n, 22);
    assert_eq!(server.log_in("ann").see(&hall).read_n, 2, "what others say is not read");
}

#[test]
fn marker_reaches_other_devices() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let hall = ann.hall().id;
    let places = say(&ann, &hall, &["one", "two"]);
    bob.see_at_least(&hall, 2);
    let ((mut phone, _), (mut laptop, _), (mut others, _)) = (bob.connect(), bob.connect(), ann.connect());
    phone.send(&ClientFrame::Read { channel: hall.to_string(), pos: places[0] });
    let read = |frame| match frame {
        ServerFrame::Read { channel, pos, n } => Some((channel, pos.number(), n)),
        _ => None,
    };
    assert_eq!(laptop.wait_for(read), (hall.clone(), places[0], 1));
    assert_eq!(mark(&bob, &hall, places[1]), 204);
    assert_eq!(laptop.wait_for(read), (hall.clone(), places[1], 2));
    say(&ann, &hall, &["three"]);
    let next = others.wait_for(|frame| (!matches!(frame, ServerFrame::Heartbeat { .. })).then_some(frame));
    assert!(matches!(next, ServerFrame::Event(_)), "no other user is notified: {next:?}");
}

#[test]
fn only_members_have_a_marker() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let channel = ann.create("zoo").id;
    assert_eq!(mark(&bob, &channel, 1), 403);
    assert_eq!(mark(&bob, &ChannelId::generate(), 1), 404);
    assert_eq!(mark(&ann, &channel, 1 << 60), 400);
}

fn types(socket: &mut Socket, channel: &ChannelId) {
    socket.send(&ClientFrame::Typing { channel: channel.to_string() });
}

#[test]
fn typing_reaches_members_at_a_limited_rate() {
    let server = Server::start();
    let (ann, bob, eve) = (server.sign_up("ann"), server.sign_up("bob"), server.sign_up("eve"));
    let channel = ann.create("zoo").id;
    assert_eq!(bob.join(&channel).status, 200);
    let ((mut writer, _), (mut reader, _), (mut stranger, _)) = (ann.connect(), bob.connect(), eve.connect());
    let typing = |frame| match frame {
        ServerFrame::Typing { channel, who } => Some((channel, who.name.as_str().to_owned())),
        ServerFrame::Event(_) => Some((ChannelId::generate(), "said".into())),
        _ => None,
    };
    types(&mut stranger, &channel);
    (0..5).for_each(|_| types(&mut writer, &channel));
    assert_eq!(reader.wait_for(typing), (channel.clone(), "ann".into()));
    writer.say(&channel, MessageId::generate(), "there");
    assert_eq!(reader.wait_for(typing).1, "said", "five frames are one event, and a non-member is ignored");
    let since = Instant::now();
    while since.elapsed() < Duration::from_millis(3_100) {
        types(&mut writer, &channel);
        std::thread::sleep(Duration::from_millis(200));
    }
    // However long those pauses were in truth: three seconds are over now.
    types(&mut writer, &channel);
    assert_eq!(reader.wait_for(typing).1, "ann", "three seconds later once more");
}
