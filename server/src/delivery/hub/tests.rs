use domain::{
    clock::Timestamp,
    event::{Account, Message},
    ids::{MessageId, SessionId},
    names::{AccountName, ChannelName, DisplayName, Topic},
    wire::CloseCode,
};

use super::*;

fn account(name: &str) -> Account {
    Account {
        id: name.parse().expect("an id"),
        name: AccountName::parse(name).expect("a name"),
        display_name: DisplayName::parse(name).expect("a name"),
    }
}

fn channel() -> ChannelId {
    "c".parse().expect("an id")
}

fn event(offset: u64, kind: EventKind) -> Event {
    let prev = if offset == 1 { Pos::ZERO } else { Pos::new(1, offset - 1) };
    Event { channel: channel(), pos: Pos::new(1, offset), prev, at: Timestamp::default(), kind }
}

fn message(offset: u64) -> Event {
    let body = domain::drafts::MessageBody::parse("hi").expect("a body");
    event(offset, EventKind::Message(Message { id: MessageId::generate(), author: account("ann"), body, n: offset }))
}

fn hub_with(events: u64) -> (Hub, mpsc::Receiver<Joined>) {
    let (hub, joins) = Hub::new(Counter::default());
    (1..=events).for_each(|offset| hub.deliver(0, &message(offset), offset));
    (hub, joins)
}

fn enter(hub: &Hub) -> (Arc<Socket>, mpsc::Receiver<Text>, Closing) {
    enter_as(hub, "ann")
}

fn enter_as(hub: &Hub, name: &str) -> (Arc<Socket>, mpsc::Receiver<Text>, Closing) {
    let (socket, frames, closing) =
        Socket::new(account(name), SessionId::generate(), std::net::Ipv4Addr::LOCALHOST.into());
    let socket = Arc::new(socket);
    hub.enter(&socket, Some(10)).expect("room for one");
    (socket, frames, closing)
}

#[test]
fn a_socket_hears_what_follows_and_nothing_else() {
    let (hub, _joins) = hub_with(2);
    let (socket, mut frames, _) = enter(&hub);
    let standing = hub.subscribe(&socket, &[(channel(), None)], 0).expect("unchanged");
    assert_eq!((standing[0].head, standing[0].n), (Pos::new(1, 2), 2));
    assert!(frames.try_recv().is_err());
    hub.deliver(0, &message(3), 3);
    assert!(frames.try_recv().is_ok_and(|frame| frame.contains(&Pos::new(1, 3).to_string())));
    assert_eq!(hub.delivered.get(), 1);
    hub.leave(&socket);
    hub.deliver(0, &message(4), 4);
    assert!(frames.try_recv().is_err());
}

#[test]
fn what_was_missed_comes_from_the_ring_or_is_asked_of_the_archive() {
    let (hub, _joins) = hub_with(5);
    let (socket, ..) = enter(&hub);
    let missed = |since: u64| {
        let asked = [(channel(), Some(Pos::new(1, since)))];
        hub.subscribe(&socket, &asked, 0).expect("unchanged").remove(0).missed
    };
    assert!(matches!(missed(5), Missed::Nothing));
    assert!(matches!(missed(6), Missed::Unknown), "a place beyond the head");
    assert!(matches!(missed(3), Missed::Frames(frames) if frames.len() == 2));
    hub.restore(0, [(&channel(), &Head { pos: Pos::new(1, 5), n: 5, at: Timestamp::default() })]);
    assert!(matches!(missed(3), Missed::Older { ring, .. } if ring.is_empty()));
}

#[test]
fn a_ring_never_forgets_what_the_archive_does_not_hold() {
    let (hub, _joins) = hub_with(300);
    assert_eq!(hub.newest(&channel()).events.len(), 300);
    hub.forget(0, 200);
    hub.deliver(0, &message(301), 301);
    let view = hub.newest(&channel());
    assert_eq!((view.events.len(), view.archived_to()), (256, Pos::new(1, 45)));
}

#[test]
fn a_full_queue_closes_the_socket_and_harms_nobody_else() {
    let (hub, _joins) = hub_with(1);
    let (slow, _unread, closing) = enter(&hub);
    hub.subscribe(&slow, &[(channel(), None)], 0).expect("unchanged");
    let frames = SOCKET_QUEUE as u64 + 2;
    (2..=frames).for_each(|offset| hub.deliver(0, &message(offset), offset));
    assert_eq!(*closing.borrow(), Some(CloseCode::ReadTooSlowly));
    assert_eq!(hub.head(&channel()).1, frames);
}

#[test]
fn memberships_that_changed_meanwhile_are_read_again() {
    let (hub, mut joins) = hub_with(1);
    let (socket, ..) = enter(&hub);
    let version = hub.version(&socket.account.id);
    hub.deliver(0, &event(2, EventKind::Joined { who: account("ann") }), 1);
    assert!(joins.try_recv().is_ok());
    assert!(hub.subscribe(&socket, &[], version).is_err());
    assert!(hub.subscribe(&socket, &[], hub.version(&socket.account.id)).is_ok());
}

#[test]
fn who_left_hears_of_it_and_then_nothing() {
    let (hub, _joins) = hub_with(1);
    let (socket, mut frames, _) = enter(&hub);
    hub.subscribe(&socket, &[(channel(), None)], 0).expect("unchanged");
    hub.deliver(0, &event(2, EventKind::Left { who: account("ann") }), 1);
    hub.deliver(0, &message(3), 2);
    let heard: Vec<Text> = std::iter::from_fn(|| frames.try_recv().ok()).collect();
    assert_eq!(heard.len(), 2, "the event, and the frame that says so");
    assert!(heard[1].starts_with(r#"{"type":"left""#));
}

#[test]
fn an_ended_session_closes_its_sockets_alone() {
    let (hub, _joins) = hub_with(1);
    let (ended, _f, closing) = enter(&hub);
    let (_other, _g, stays) = enter(&hub);
    hub.end_session(&ended.session);
    assert_eq!((*closing.borrow(), *stays.borrow()), (Some(CloseCode::SessionEnded), None));
}

#[test]
fn sockets_are_counted_while_they_are_open() {
    let (hub, _joins) = hub_with(0);
    let (one, two, other) = (enter(&hub), enter(&hub), enter_as(&hub, "bob"));
    assert_eq!(hub.open_sockets(), 3);
    hub.leave(&one.0);
    hub.leave(&one.0);
    assert_eq!(hub.open_sockets(), 2);
    hub.leave(&two.0);
    hub.leave(&other.0);
    assert_eq!(hub.open_sockets(), 0);
}

#[test]
fn a_crowd_is_people_and_not_their_tabs() {
    let (hub, _joins) = hub_with(1);
    let hear = |name: &str| {
        let (socket, ..) = enter_as(&hub, name);
        hub.subscribe(&socket, &[(channel(), None)], 0).expect("unchanged");
    };
    (0..6).for_each(|_| hear("ann"));
    ["bob", "eve"].into_iter().for_each(hear);
    assert!(!hub.has_crowd(&channel(), 3), "three people with eight sockets");
    hear("zoe");
    assert!(hub.has_crowd(&channel(), 3));
}

#[test]
fn a_join_is_told_whatever_happens_in_other_channels_meanwhile() {
    let (hub, _joins) = hub_with(1);
    let (socket, mut frames, _) = enter(&hub);
    hub.subscribe(&socket, &[], 0).expect("unchanged");
    let (ann, other) = (account("ann").id, "d".parse().expect("an id"));
    hub.announce(&ann, &channel());
    let version = hub.version(&ann);
    hub.announce(&ann, &other);
    hub.admit(&ann, &channel(), version, |_, _| "joined".into()).expect("it is about the other one");
    assert_eq!(frames.try_recv().expect("told").as_str(), "joined");
    hub.announce(&ann, &channel());
    hub.admit(&ann, &channel(), version, |_, _| "joined".into()).expect_err("it may have changed since it was read");
}

#[test]
fn a_channel_that_begins_after_its_members_have_resumed_is_announced_to_them() {
    let (hub, mut joins) = Hub::new(Counter::default());
    let (socket, ..) = enter(&hub);
    assert!(hub.subscribe(&socket, &[(channel(), None)], 0).expect("unchanged").is_empty(), "the log knows none yet");
    let (other, ..) = enter_as(&hub, "bob");
    hub.subscribe(&other, &[], 0).expect("unchanged");
    let (name, topic) = (ChannelName::parse("zoo").expect("a name"), Topic::parse("").expect("a topic"));
    hub.deliver(0, &event(1, EventKind::Created { by: account("eve"), name, topic }), 0);
    assert_eq!(joins.try_recv().expect("told").account, account("ann").id);
    assert!(joins.try_recv().is_err(), "nobody else is in it");
}
