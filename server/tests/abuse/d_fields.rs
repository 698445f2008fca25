//! D 28, 29: fields that no client may set, and fields that no client may see.

use std::collections::BTreeSet;

use domain::ids::{ChannelId, MessageId};
use serde_json::{Value, json};

use crate::{
    database,
    raw::Frames,
    server::{PASSWORD, Server},
};

#[test]
fn d28_ignores_server_fields_sent_by_clients() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let body = json!({
        "name": "eve", "password": PASSWORD, "id": ann.session.account.id, "role": "owner", "is_admin": true,
        "password_hash": "x", "created_at": 0, "name_key": "zzz",
    });
    let answer = server.call("POST", "/api/v1/accounts", &[], Some(&body));
    let eve: domain::api::Session = answer.json();
    assert_ne!(eve.account.id, ann.session.account.id);
    let roles = database::texts(server.data.path(), "SELECT name || ' ' || role FROM accounts ORDER BY created_at");
    assert_eq!(roles, ["ann owner", "eve member"]);
    let eve = server.log_in("eve");

    let head = eve.hall().head.number();
    let body = json!({
        "name": "zoo", "id": ann.hall().id, "kind": "hall", "by": ann.session.account, "member_count": 99, "joined": false,
        "head": 1, "head_n": 99, "partition": 7, "created_at": 0, "role": "member",
    });
    let zoo: Value = eve.call("POST", "/channels", Some(&body)).json();
    let channel: ChannelId = zoo["id"].as_str().expect("an id").parse().expect("an id");
    assert_ne!(channel, ann.hall().id);
    assert_eq!((&zoo["kind"], &zoo["member_count"], &zoo["joined"]), (&json!("public"), &json!(1), &json!(true)));
    assert_eq!((&zoo["head_n"], zoo["head"].as_u64() > Some(head)), (&json!(0), true));

    let id = MessageId::generate();
    let forged = json!({
        "id": id, "body": "hi", "author": ann.session.account, "who": ann.session.account, "pos": 1, "prev": 0, "n": 99,
        "at": "1970-01-01T00:00:00.000Z", "kind": "created", "channel": ann.hall().id, "digest": "00", "after": 9,
    });
    assert_eq!(eve.call("POST", &format!("/channels/{channel}/messages"), Some(&forged)).status, 201);
    let mut frame = forged.clone();
    (frame["type"], frame["channel"], frame["id"]) = (json!("send"), json!(channel), json!(MessageId::generate()));
    let mut socket = Frames::resumed(&eve);
    socket.text(&frame.to_string());
    while socket.heard()["type"] != "ack" {}
    let events = eve.read(&channel, "").events;
    let said: Vec<_> = events.iter().filter_map(|event| event.message()).collect();
    assert_eq!(said.iter().map(|message| message.n).collect::<Vec<_>>(), [1, 2]);
    assert!(said.iter().all(|message| message.author == eve.session.account), "{said:?}");
    assert!(events.windows(2).all(|pair| pair[0].pos < pair[1].pos && pair[0].at <= pair[1].at));

    let marker = json!({ "pos": events[0].pos, "account": ann.session.account.id, "n": 99, "read_n": 99 });
    assert_eq!(eve.call("PUT", &format!("/channels/{channel}/read"), Some(&marker)).status, 204);
    assert_eq!(ann.see(&channel).read.number(), 0, "only one's own");
    assert_eq!(eve.see(&channel).read_n, 2, "counted by the server");
}

/// Every field that anything holds which leaves the server, but for the limits' names and the ids that are keys.
#[rustfmt::skip]
const FIELDS: [&str; 47] = [
    "access_token", "account", "at", "author", "body", "by", "channel", "channels", "code", "detail", "display_name",
    "events", "expires_in", "final", "from", "has_newer", "has_older", "head", "head_n", "heads", "heartbeat_s", "id",
    "items", "joined", "kind", "last_activity_at", "limits", "member_count", "more", "n", "name", "next", "pos", "prev",
    "topic", "read", "read_n", "refresh_token", "retry_after", "server", "status", "title", "to", "token_type", "type",
    "url", "who",
];

/// Returns the names of the fields of a value, at any depth.
fn fields(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            found.insert(name.clone());
            // The fields of these objects are names of limits, or ids.
            let is_presence = name == "who" && object.get("type").is_some_and(|kind| kind == "presence");
            if !matches!(name.as_str(), "limits" | "heads") && !is_presence {
                fields(value, found);
            }
        }),
        Value::Array(items) => items.iter().for_each(|item| fields(item, found)),
        _ => {}
    }
}

#[test]
fn d29_answers_hold_only_the_documented_fields() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let (mut socket, hall) = (Frames::resumed(&bob), ann.hall().id);
    let mut left: Vec<Value> = vec![serde_json::to_value(&ann.session).expect("JSON")];
    let zoo = ann.create("zoo").id;
    bob.join(&zoo);
    let say = |channel: &ChannelId, id: &str| {
        json!({ "type": "send", "channel": channel, "id": id, "body": "hi" }).to_string()
    };
    socket.text(&say(&zoo, &MessageId::generate().to_string()));
    socket.text(&say(&hall, "odd"));
    let (mut typing, _) = ann.connect();
    typing.send(&domain::wire::ClientFrame::Typing { channel: zoo.to_string() });
    socket.text(&json!({ "type": "watch", "channel": hall }).to_string());
    ann.say(&zoo, MessageId::generate(), "there");
    let head = ann.see(&zoo).head;
    bob.call("PUT", &format!("/channels/{zoo}/read"), Some(&json!({ "pos": head })));
    bob.call("DELETE", &format!("/channels/{zoo}/membership"), None);
    socket.text(r#"{"type":"heartbeat"}"#);
    // All kinds of frames; the last of them is asked for.
    let wanted = ["event", "ack", "nack", "joined", "left", "read", "typing", "heartbeat", "presence"];
    let mut kinds = BTreeSet::new();
    while wanted.iter().any(|kind| !kinds.contains(*kind)) {
        let frame = socket.heard();
        kinds.insert(frame["type"].as_str().expect("a type").to_owned());
        left.push(frame);
    }
    let mut again = Frames::open(&bob);
    again.text(&json!({ "type": "resume", "since": { (hall.as_str()): 1 } }).to_string());
    left.extend([again.heard(), again.heard()]);
    for path in ["/me", "/channels", "/gateway", "/nowhere"] {
        left.push(ann.call("GET", path, None).json());
    }
    for path in ["", "/members", "/messages"] {
        left.push(ann.call("GET", &format!("/channels/{zoo}{path}"), None).json());
    }
    let mut found = BTreeSet::new();
    left.iter().for_each(|value| fields(value, &mut found));
    let meant: BTreeSet<String> = FIELDS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(found.difference(&meant).collect::<Vec<_>>(), Vec::<&String>::new(), "a new field is meant to be seen?");
    let all = serde_json::to_string(&left[1..]).expect("JSON");
    let hash = database::texts(server.data.path(), "SELECT password_hash FROM accounts").remove(0);
    for secret in [PASSWORD, &hash, &ann.session.refresh_token, &ann.session.access_token, &bob.session.access_token] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[test]
fn d29_private_answers_are_not_cached() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let cookie = server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD)]);
    assert_eq!(cookie.headers["cache-control"], "private, no-store", "the form that sets the cookie");
    let cookie = cookie.session_cookie();
    let pages = ["/", "/channels", "/channels/new", "/settings", "/set-up", "/log-in", "/sign-up", "/nowhere"]
        .map(str::to_owned);
    let of_hall = ["", "/members", "/messages"].map(|path| format!("/api/v1/channels/{hall}{path}"));
    let calls = ["/api/v1/me", "/api/v1/channels", "/api/v1/gateway", "/api/v1/nowhere", "/ws"].map(str::to_owned);
    let all = pages.iter().chain(&of_hall).chain(&calls);
    for path in all.chain([&format!("/c/{hall}"), &format!("/c/{hall}?panel=members")]) {
        for cookie in [cookie.as_str(), ""] {
            let answer = server.call("GET", path, &[("cookie", cookie), ("accept", "text/html")], None);
            assert_eq!(answer.headers["cache-control"], "private, no-store", "{path}: {}", answer.status);
        }
    }
}
