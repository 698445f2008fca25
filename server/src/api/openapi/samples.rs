//! An example of each body, for readers; tests hold them to the domain's types, and through them the schemas.

use serde_json::{Value, json};

/// The schemas that have one.
pub const NAMES: [&str; 20] = [
    "Account",
    "AccountPage",
    "Channel",
    "ChannelPage",
    "Credentials",
    "Event",
    "Gateway",
    "History",
    "Message",
    "NewAccount",
    "NewChannel",
    "NewMessage",
    "OpenSession",
    "OpenSessionPage",
    "Posted",
    "Problem",
    "ReadMarker",
    "Refresh",
    "Session",
    "EventKind",
];

const KITCHEN: &str = "019ab3c9f7d37c518a1fe2b95c0d4711";
const RICE: &str = "019ab3de-7b1a-7c00-8000-000000000001";
const POS: u64 = 1_099_511_627_779;

/// An example of a body; null where a schema has none.
pub fn of(schema: &str) -> Value {
    match schema {
        "Account" => json!({ "id": "019ab3c8a2417d0f9b6e1c7f3a5d2e90", "name": "ann", "display_name": "Ann" }),
        "AccountPage" => json!({ "items": [of("Account")], "next": null }),
        "Channel" => json!({
            "id": KITCHEN, "name": "kitchen", "topic": "who cooks", "kind": "public", "member_count": 4, "joined": true,
            "head": POS, "head_n": 1, "read": POS - 1, "read_n": 0, "last_activity_at": "2026-11-24T09:25:45.678Z",
        }),
        "ChannelPage" => json!({ "items": [of("Channel")], "next": "kitchen" }),
        "Credentials" => json!({ "name": "ann", "password": "correct horse battery" }),
        "Event" => json!({
            "channel": KITCHEN, "pos": POS, "prev": POS - 1, "at": "2026-11-24T09:25:45.678Z", "kind": "message", "id": RICE,
            "author": of("Account"), "body": "who brings the rice?", "n": 1,
        }),
        "EventKind" => json!({ "kind": "joined", "who": of("Account") }),
        "Gateway" => json!({ "url": "wss://chat.example.org/ws?server=a" }),
        "History" => json!({
            "channel": KITCHEN, "from": POS - 1, "to": POS, "events": [of("Event")], "has_older": true, "has_newer": false,
        }),
        "Message" => json!({ "id": RICE, "author": of("Account"), "body": "who brings the rice?", "n": 1 }),
        "NewAccount" => json!({ "name": "ann", "password": "correct horse battery", "display_name": "Ann" }),
        "NewChannel" => json!({ "name": "kitchen", "topic": "who cooks" }),
        "NewMessage" => json!({ "id": RICE, "body": "who brings the rice?" }),
        "OpenSession" => json!({
            "id": "019ab3c8b77a7e109c3f0a4d6b8e1f52", "device": "curl/8.14.1", "address": "192.0.2.7",
            "created_at": "2026-11-24T09:20:00.000Z", "last_used_at": "2026-11-24T09:25:45.678Z", "current": true,
        }),
        "OpenSessionPage" => json!({ "items": [of("OpenSession")], "next": null }),
        "Posted" => json!({ "id": RICE, "pos": POS }),
        "Problem" => json!(crate::error::problem::body(domain::error::ErrorCode::NameTaken)),
        "ReadMarker" => json!({ "pos": POS }),
        "Refresh" => json!({ "refresh_token": "bTqO3yq0d6vXz1cS8r4kNw2eHfJ7uLpA" }),
        "Session" => json!({
            "account": of("Account"), "access_token": "eyJhbGciOiJIUzI1NiJ9.…", "token_type": "Bearer", "expires_in": 900,
            "refresh_token": "bTqO3yq0d6vXz1cS8r4kNw2eHfJ7uLpA",
        }),
        _ => Value::Null,
    }
}
