//! D 23 to 26: what belongs to one channel does not come out in another, and goes to its members alone.

use std::thread::scope;

use domain::{
    event::{Event, EventKind},
    ids::{ChannelId, MessageId, Pos},
    wire::{ClientFrame, ServerFrame},
};
use serde_json::json;

use crate::server::{Server, Socket, User};

fn bodies(person: &User<'_>, channel: &ChannelId) -> Vec<String> {
    let events = person.read(channel, "?limit=100").events;
    events.iter().filter_map(|event| Some(event.message()?.body.as_str().to_owned())).collect()
}

/// Returns the events before the message `last`.
fn events_until(socket: &mut Socket, last: &str) -> Vec<Event> {
    let mut events = Vec::new();
    loop {
        match socket.next() {
            ServerFrame::Event(event) if event.message().is_some_and(|said| said.body.as_str() == last) => {
                return events;
            }
            ServerFrame::Event(event) => events.push(event),
            _ => {}
        }
    }
}

#[test]
fn d23_message_goes_to_the_channel_of_its_path() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let (zoo, hall) = (ann.create("zoo").id, ann.hall().id);
    let send = |person: &User<'_>, path: &ChannelId, named: &ChannelId, body: &str| {
        let new = json!({ "id": MessageId::generate(), "body": body, "channel": named, "channel_id": named });
        person.call("POST", &format!("/channels/{path}/messages"), Some(&new)).status
    };
    assert_eq!(send(&ann, &zoo, &hall, "to the zoo"), 201);
    assert_eq!(send(&bob, &zoo, &hall, "from outside"), 403, "the path decides who may");
    assert_eq!(send(&bob, &hall, &zoo, "to the hall"), 201);
    assert_eq!((bodies(&ann, &zoo), bodies(&ann, &hall)), (vec!["to the zoo".into()], vec!["to the hall".into()]));
}

#[test]
fn d23_position_of_another_channel_reveals_nothing() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let (zoo, den) = (ann.create("zoo").id, ann.create("den").id);
    let mut of_den = Vec::new();
    for number in 0..10 {
        assert_eq!(ann.say(&zoo, MessageId::generate(), &format!("zoo {number}")).status, 201);
        of_den.push(ann.say(&den, MessageId::generate(), &format!("den {number}")).json::<domain::api::Posted>().pos);
    }
    let all = ann.read(&zoo, "?limit=100").events;
    for pos in of_den {
        for query in ["before", "after", "around"] {
            let page = ann.read(&zoo, &format!("?{query}={pos}&limit=100"));
            assert!(!page.events.is_empty() || query == "after");
            assert!(page.events.iter().all(|event| event.channel == zoo && all.contains(event)), "{query}={pos}");
            assert_eq!(page.channel, zoo);
        }
    }
    // Also as a resume position: the events after it in this channel, or a reset.
    let middle = ann.read(&den, "").events[5].pos;
    let mut socket = ann.open();
    socket.resume(&[(&zoo, middle.number())]);
    ann.say(&ann.hall().id, MessageId::generate(), "end");
    let came = events_until(&mut socket, "end");
    assert!(came.iter().all(|event| event.channel == zoo && all.contains(event)), "{came:?}");
}

#[test]
fn d24_non_members_cannot_act_or_receive_events() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let (zoo, hall) = (ann.create("zoo").id, ann.hall().id);
    ann.say(&zoo, MessageId::generate(), "before");
    let (mut member, _) = ann.connect();
    let mut stranger = bob.open();
    let welcome = stranger.resume(&[(&zoo, 0), (&ChannelId::generate(), 1)]);
    assert!(welcome.channels.iter().all(|channel| channel.id == hall), "a resume token is no way in");

    let id = MessageId::generate();
    stranger.say(&zoo, id, "let me in");
    let refused = |frame| match frame {
        ServerFrame::Nack { id, code, is_final: true, .. } => Some((id, code.to_string())),
        ServerFrame::Event(event) => panic!("of a foreign channel: {event:?}"),
        _ => None,
    };
    assert_eq!(stranger.wait_for(refused), (id.to_string(), "not_member".into()));
    stranger.send(&ClientFrame::Typing { channel: zoo.to_string() });
    stranger.send(&ClientFrame::Watch { channel: Some(zoo.to_string()) });
    stranger.send(&ClientFrame::Read { channel: zoo.to_string(), pos: ann.see(&zoo).head.number() });
    ann.say(&zoo, MessageId::generate(), "live");
    bob.say(&hall, MessageId::generate(), "end");
    let heard = events_until(&mut stranger, "end");
    assert!(heard.is_empty(), "{heard:?}");
    // What is watched later is answered after what was watched before.
    stranger.send(&ClientFrame::Watch { channel: Some(hall.to_string()) });
    let watched = stranger.wait_for(|frame| match frame {
        ServerFrame::Presence { channel, .. } => Some(channel),
        _ => None,
    });
    assert_eq!(watched, hall, "presence of a foreign channel is not sent");
    member.wait_for(|frame| match frame {
        ServerFrame::Typing { who, .. } => panic!("{who:?} is not a member"),
        ServerFrame::Event(event) => event.message().is_some_and(|said| said.body.as_str() == "end").then_some(()),
        _ => None,
    });
    assert_eq!(bodies(&ann, &zoo), ["before", "live"]);
    assert_eq!(bob.see(&zoo).read, Pos::ZERO, "no marker either");
}

/// Messages that are sent while a user leaves.
const BURST: usize = 50;

#[test]
fn d26_leaving_ends_delivery_at_that_position() {
    let server = Server::unlimited();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let (zoo, hall) = (ann.create("zoo").id, ann.hall().id);
    assert_eq!(bob.join(&zoo).status, 200);
    let ((mut phone, _), (mut laptop, _), (mut talking, _)) = (bob.connect(), bob.connect(), ann.connect());
    scope(|scope| {
        scope.spawn(|| {
            for number in 0..BURST {
                talking.say(&zoo, MessageId::generate(), &number.to_string());
                talking.ack();
            }
        });
        scope.spawn(|| assert_eq!(bob.call("DELETE", &format!("/channels/{zoo}/membership"), None).status, 204));
    });
    assert_eq!(bob.say(&zoo, MessageId::generate(), "one more").code(), "not_member");
    bob.say(&hall, MessageId::generate(), "end");
    let all = ann.read(&zoo, "?limit=100").events;
    let left = all.iter().find(|event| matches!(event.kind, EventKind::Left { .. })).expect("it is delivered").pos;
    for socket in [&mut phone, &mut laptop] {
        let heard = events_until(socket, "end");
        assert!(heard.iter().all(|event| event.pos <= left), "after {left}: {heard:?}");
        assert!(heard.iter().filter(|event| event.channel == zoo).all(|event| all.contains(event)));
    }
    // Who comes back holds a place in the channel, and may read it all: it is public.
    assert_eq!(bob.join(&zoo).status, 200);
    assert_eq!(bodies(&bob, &zoo).len(), BURST);
}

#[test]
fn d26_resume_does_not_restore_a_left_channel() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let (zoo, hall) = (ann.create("zoo").id, ann.hall().id);
    bob.join(&zoo);
    let held = bob.read(&zoo, "").to;
    assert_eq!(bob.call("DELETE", &format!("/channels/{zoo}/membership"), None).status, 204);
    ann.say(&zoo, MessageId::generate(), "among us");
    let mut socket = bob.open();
    let welcome = socket.resume(&[(&zoo, held.number())]);
    assert!(welcome.channels.iter().all(|channel| channel.id == hall));
    bob.say(&hall, MessageId::generate(), "end");
    let heard = events_until(&mut socket, "end");
    assert!(heard.is_empty(), "{heard:?}");
}
