//! Channels: made, found, joined, left; and live for those who are in them.

use domain::{
    api::{Channel, Page},
    event::{Account, EventKind},
    ids::MessageId,
    wire::ServerFrame,
};
use serde_json::json;

use crate::server::{Server, Socket};

#[test]
fn new_channel_has_its_creator_and_is_listed() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let made = ann.create("午餐揪團");
    assert_eq!((made.joined, made.member_count, made.topic.as_str()), (true, 1, "why"));
    let found: Page<Channel> = bob.call("GET", "/channels?joined=false&search=%E5%8D%88%E9%A4%90", None).json();
    assert_eq!(
        found.items.iter().map(|channel| (&channel.id, channel.joined)).collect::<Vec<_>>(),
        [(&made.id, false)]
    );
    let kinds: Vec<EventKind> = bob.read_at_least(&made.id, 2).events.into_iter().map(|event| event.kind).collect();
    assert!(matches!(kinds[..], [EventKind::Created { .. }, EventKind::Joined { .. }]), "readable before joining");
}

#[test]
fn channel_names_are_unique_and_validated() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    ann.create("Lunch");
    let code =
        |name: &str, topic: &str| ann.call("POST", "/channels", Some(&json!({ "name": name, "topic": topic }))).code();
    assert_eq!(code("ＬＵＮＣＨ", ""), "name_taken");
    assert_eq!(code(" ", ""), "invalid_name");
    assert_eq!(code("a\u{202e}b", ""), "invalid_name");
    assert_eq!(code(&"字".repeat(41), ""), "too_long");
    assert_eq!(code("ok", &"字".repeat(251)), "too_long");
}

#[test]
fn joining_starts_delivery_and_leaving_ends_it() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let zoo = ann.create("zoo").id;
    let (mut of_bob, _) = bob.connect();
    assert_eq!(bob.join(&zoo).status, 200);
    let joined = of_bob.wait_for(|frame| match frame {
        ServerFrame::Joined { channel } => Some(channel),
        _ => None,
    });
    assert_eq!((&joined.id, joined.member_count), (&zoo, 2));
    ann.say(&zoo, MessageId::generate(), "welcome");
    let first = of_bob.wait_for(|frame| match frame {
        ServerFrame::Event(event) => Some(event),
        _ => None,
    });
    assert_eq!(first.prev, joined.head, "live from exactly there");

    assert_eq!(bob.call("DELETE", &format!("/channels/{zoo}/membership"), None).status, 204);
    of_bob.wait_for(|frame| matches!(frame, ServerFrame::Left { .. }).then_some(()));
    ann.say(&zoo, MessageId::generate(), "not for bob");
    bob.say(&bob.hall().id, MessageId::generate(), "still here");
    assert_eq!(of_bob.hear(), "still here");
    let members: Page<Account> = bob.call("GET", &format!("/channels/{zoo}/members"), None).json();
    assert_eq!(members.items, std::slice::from_ref(&ann.session.account));
    assert_eq!(bob.say(&zoo, MessageId::generate(), "let me in").code(), "not_member");
}

#[test]
fn refuses_leaving_the_hall_and_unknown_channels() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    assert_eq!(ann.call("DELETE", &format!("/channels/{hall}/membership"), None).code(), "hall_stays");
    for path in ["/channels/nope", "/channels/..%2f..", "/channels/nope/members", "/channels/nope/messages", "/nowhere"]
    {
        assert_eq!(ann.call("GET", path, None).code(), "not_found", "{path}");
    }
    assert_eq!(ann.call("PUT", "/channels/nope/membership", None).code(), "not_found");
    assert_eq!(ann.call("PATCH", "/channels", None).code(), "method_not_allowed");
}

#[test]
fn welcome_lists_channels_and_their_heads() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let zoo = ann.create("zoo");
    ann.say(&zoo.id, MessageId::generate(), "one");
    let (_socket, welcome) = ann.connect();
    assert_eq!(welcome.account, ann.session.account);
    let seen = welcome.channels.iter().find(|channel| channel.id == zoo.id).expect("joined");
    assert_eq!((seen.head, seen.head_n), (ann.read(&zoo.id, "").to, 1));
}

#[test]
fn gateway_returns_a_socket_url() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let gateway: domain::api::Gateway = ann.call("GET", "/gateway", None).json();
    assert!(gateway.url.starts_with(&server.origin.replace("http", "ws")), "{}", gateway.url);
    assert_eq!(server.call("GET", "/api/v1/gateway", &[], None).code(), "unauthorized");
    let protocols = format!("jimmy.v1, bearer.{}", ann.session.access_token);
    assert!(Socket::open(&server, &[("sec-websocket-protocol", &protocols)]).is_ok(), "without headers");
}
