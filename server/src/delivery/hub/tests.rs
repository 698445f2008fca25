use domain::{
    clock::Timestamp,
    event::{Account, Event, Message},
    ids::{MessageId, SessionId},
    names::{AccountName, ChannelName, DisplayName, Topic},
    record::Digest,
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

fn event(offset: u64, n: u64, kind: EventKind) -> Arc<SequencedEvent> {
    let prev = if offset == 1 { Pos::ZERO } else { Pos::new(1, offset - 1) };
    let event = Event { channel: channel(), pos: Pos::new(1, offset), prev, at: Timestamp::default(), kind };
    Arc::new(SequencedEvent::new(event, n, MessageId::generate(), account("ann").id, Digest([0; 16])))
}

fn message(offset: u64) -> Arc<SequencedEvent> {
    let body = domain::drafts::MessageBody::parse("hi").expect("a body");
    let message = Message { id: MessageId::generate(), author: account("ann"), body, n: offset };
    event(offset, offset, EventKind::Message(message))
}

fn hub_with(events: u64) -> (Hub, mpsc::Receiver<Joined>) {
    let (hub, joins) = Hub::new(Counter::default());
    (1..=events).for_each(|offset| hub.deliver(0, &message(offset)));
    (hub, joins)
}

fn connect(hub: &Hub) -> (Arc<Socket>, mpsc::Receiver<Text>, Closing) {
    connect_as(hub, "ann")
}

fn connect_as(hub: &Hub, name: &str) -> (Arc<Socket>, mpsc::Receiver<Text>, Closing) {
    let (socket, frames, closing) =
        Socket::new(account(name), SessionId::generate(), std::net::Ipv4Addr::LOCALHOST.into());
    let socket = Arc::new(socket);
    hub.connect(&socket, Some(10)).expect("room for one");
    (socket, frames, closing)
}

#[test]
fn sends_events_after_the_subscription_only() {
    let (hub, _joins) = hub_with(2);
    let (socket, mut frames, _) = connect(&hub);
    let subscriptions = hub.subscribe(&socket, &[(channel(), None)], 0).expect("unchanged");
    assert_eq!((subscriptions[0].head, subscriptions[0].n), (Pos::new(1, 2), 2));
    assert!(frames.try_recv().is_err());
    hub.deliver(0, &message(3));
    assert!(frames.try_recv().is_ok_and(|frame| frame.contains(&Pos::new(1, 3).to_string())));
    assert_eq!(hub.delivered.get(), 1);
    hub.disconnect(&socket);
    hub.deliver(0, &message(4));
    assert!(frames.try_recv().is_err());
}

#[test]
fn catches_up_from_the_ring_or_names_the_archive() {
    let (hub, _joins) = hub_with(5);
    let (socket, ..) = connect(&hub);
    let missed = |since: u64| {
        let asked = [(channel(), Some(Pos::new(1, since)))];
        hub.subscribe(&socket, &asked, 0).expect("unchanged").remove(0).catch_up
    };
    assert!(matches!(missed(5), CatchUp::Nothing));
    assert!(matches!(missed(6), CatchUp::Unknown), "a position beyond the head");
    assert!(matches!(missed(3), CatchUp::Events(events) if events.len() == 2));
    hub.restore(0, [(&channel(), &Head { pos: Pos::new(1, 5), n: 5, at: Timestamp::default() })]);
    assert!(matches!(missed(3), CatchUp::Older { ring, .. } if ring.is_empty()));
}

#[test]
fn ring_keeps_events_until_they_are_archived() {
    let (hub, _joins) = hub_with(300);
    assert_eq!(hub.ring(&channel()).events.len(), 300);
    hub.set_projected(0, 200);
    hub.deliver(0, &message(301));
    let view = hub.ring(&channel());
    assert_eq!((view.events.len(), view.archived_to()), (256, Pos::new(1, 45)));
}

#[test]
fn full_queue_closes_its_socket_alone() {
    let (hub, _joins) = hub_with(1);
    let (slow, _unread, closing) = connect(&hub);
    hub.subscribe(&slow, &[(channel(), None)], 0).expect("unchanged");
    let frames = SOCKET_QUEUE as u64 + 2;
    (2..=frames).for_each(|offset| hub.deliver(0, &message(offset)));
    assert_eq!(*closing.borrow(), Some(CloseCode::ReadTooSlowly));
    assert_eq!(hub.head(&channel()).1, frames);
}

#[test]
fn refuses_subscriptions_of_stale_memberships() {
    let (hub, mut joins) = hub_with(1);
    let (socket, ..) = connect(&hub);
    let version = hub.user_version(&socket.account.id);
    hub.deliver(0, &event(2, 1, EventKind::Joined { who: account("ann") }));
    assert!(joins.try_recv().is_ok());
    assert!(hub.subscribe(&socket, &[], version).is_err());
    assert!(hub.subscribe(&socket, &[], hub.user_version(&socket.account.id)).is_ok());
}

#[test]
fn member_who_left_gets_the_event_and_then_none() {
    let (hub, _joins) = hub_with(1);
    let (socket, mut frames, _) = connect(&hub);
    hub.subscribe(&socket, &[(channel(), None)], 0).expect("unchanged");
    hub.deliver(0, &event(2, 1, EventKind::Left { who: account("ann") }));
    hub.deliver(0, &message(3));
    let received: Vec<Text> = std::iter::from_fn(|| frames.try_recv().ok()).collect();
    assert_eq!(received.len(), 2, "the event, and the `left` frame");
    assert!(received[1].starts_with(r#"{"type":"left""#));
}

#[test]
fn ended_session_closes_its_sockets_alone() {
    let (hub, _joins) = hub_with(1);
    let (ended, _f, closing) = connect(&hub);
    let (_other, _g, stays) = connect(&hub);
    hub.end_session(&ended.session);
    assert_eq!((*closing.borrow(), *stays.borrow()), (Some(CloseCode::SessionEnded), None));
}

#[test]
fn counts_open_sockets() {
    let (hub, _joins) = hub_with(0);
    let (one, two, other) = (connect(&hub), connect(&hub), connect_as(&hub, "bob"));
    assert_eq!(hub.open_sockets(), 3);
    hub.disconnect(&one.0);
    hub.disconnect(&one.0);
    assert_eq!(hub.open_sockets(), 2);
    hub.disconnect(&two.0);
    hub.disconnect(&other.0);
    assert_eq!(hub.open_sockets(), 0);
}

#[test]
fn counts_members_and_not_their_sockets() {
    let (hub, _joins) = hub_with(1);
    let subscribe = |name: &str| {
        let (socket, ..) = connect_as(&hub, name);
        hub.subscribe(&socket, &[(channel(), None)], 0).expect("unchanged");
    };
    (0..6).for_each(|_| subscribe("ann"));
    ["bob", "eve"].into_iter().for_each(subscribe);
    assert!(!hub.has_more_members_than(&channel(), 3), "three members with eight sockets");
    subscribe("zoe");
    assert!(hub.has_more_members_than(&channel(), 3));
}

#[test]
fn announces_a_join_despite_changes_of_other_channels() {
    let (hub, _joins) = hub_with(1);
    let (socket, mut frames, _) = connect(&hub);
    hub.subscribe(&socket, &[], 0).expect("unchanged");
    let (ann, other) = (account("ann").id, "d".parse().expect("an id"));
    hub.announce_join(&ann, &channel());
    let version = hub.user_version(&ann);
    hub.announce_join(&ann, &other);
    hub.subscribe_user(&ann, &channel(), version, |_, _| "joined".into()).expect("it is about the other one");
    assert_eq!(frames.try_recv().expect("announced").as_str(), "joined");
    hub.announce_join(&ann, &channel());
    hub.subscribe_user(&ann, &channel(), version, |_, _| "joined".into())
        .expect_err("it may have changed since it was read");
}

#[test]
fn announces_new_channel_to_resumed_members() {
    let (hub, mut joins) = Hub::new(Counter::default());
    let (socket, ..) = connect(&hub);
    assert!(
        hub.subscribe(&socket, &[(channel(), None)], 0).expect("unchanged").is_empty(),
        "its `created` event was not read yet"
    );
    let (other, ..) = connect_as(&hub, "bob");
    hub.subscribe(&other, &[], 0).expect("unchanged");
    let (name, topic) = (ChannelName::parse("zoo").expect("a name"), Topic::parse("").expect("a topic"));
    hub.deliver(0, &event(1, 0, EventKind::Created { by: account("eve"), name, topic }));
    assert_eq!(joins.try_recv().expect("announced").account, account("ann").id);
    assert!(joins.try_recv().is_err(), "no other user is a member");
}
