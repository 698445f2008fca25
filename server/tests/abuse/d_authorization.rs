//! D: every call × caller × channel. The test fails for a call without a row, and for a row without a call.

use std::{cell::Cell, collections::BTreeSet};

use domain::ids::{ChannelId, MessageId, SessionId};
use serde_json::{Value, json};

use crate::server::{Answer, PASSWORD, Server, User};

/// The callers: without a session, never a member, a former member, a member.
const WHO: [&str; 4] = ["anonymous", "a stranger", "one who left", "a member"];
/// The channels that a call is made for; the last one does not exist.
const WHERE: [&str; 3] = ["a public channel", "the hall", "no channel"];

/// The status that each of [`WHO`] receives from calls outside of channels.
const EVERYWHERE: [(&str, [u16; 4]); 12] = [
    ("POST /api/v1/accounts", [201, 201, 201, 201]),
    ("POST /api/v1/sessions", [201, 201, 201, 201]),
    ("GET /api/v1/sessions", [401, 200, 200, 200]),
    ("DELETE /api/v1/sessions", [401, 204, 204, 204]),
    ("POST /api/v1/sessions/refresh", [401, 200, 200, 200]),
    ("DELETE /api/v1/sessions/current", [401, 204, 204, 204]),
    ("GET /api/v1/me", [401, 200, 200, 200]),
    ("GET /api/v1/channels", [401, 200, 200, 200]),
    ("POST /api/v1/channels", [401, 201, 201, 201]),
    ("GET /api/v1/gateway", [401, 200, 200, 200]),
    ("GET /livez", [200, 200, 200, 200]),
    ("GET /readyz", [200, 200, 200, 200]),
];

/// The status that each of [`WHO`] receives in each channel of [`WHERE`].
const IN_A_CHANNEL: [(&str, [[u16; 3]; 4]); 7] = [
    ("GET /api/v1/channels/{id}", [[401; 3], [200, 200, 404], [200, 200, 404], [200, 200, 404]]),
    ("PUT /api/v1/channels/{id}/membership", [[401; 3], [200, 200, 404], [200, 200, 404], [200, 200, 404]]),
    ("DELETE /api/v1/channels/{id}/membership", [[401; 3], [204, 409, 404], [204, 409, 404], [204, 409, 404]]),
    ("GET /api/v1/channels/{id}/members", [[401; 3], [200, 200, 404], [200, 200, 404], [200, 200, 404]]),
    ("GET /api/v1/channels/{id}/messages", [[401; 3], [200, 200, 404], [200, 200, 404], [200, 200, 404]]),
    ("POST /api/v1/channels/{id}/messages", [[401; 3], [403, 201, 404], [403, 201, 404], [201, 201, 404]]),
    ("PUT /api/v1/channels/{id}/read", [[401; 3], [403, 204, 404], [403, 204, 404], [204, 204, 404]]),
];

/// Owner of the session and the status for a user with a session; without one it is 401.
const OF_A_SESSION: (&str, [(&str, u16); 3]) =
    ("DELETE /api/v1/sessions/{id}", [("another of one's own", 204), ("somebody else's", 404), ("nobody's", 404)]);

/// The code that goes with a refusal.
fn code(status: u16) -> &'static str {
    match status {
        401 => "unauthorized",
        403 => "not_member",
        404 => "not_found",
        409 => "hall_stays",
        other => panic!("{other} is no refusal of these calls"),
    }
}

struct World<'a> {
    server: &'a Server,
    public: ChannelId,
    hall: ChannelId,
    made: Cell<usize>,
}

impl<'a> World<'a> {
    fn new(server: &'a Server) -> Self {
        let owner = server.sign_up("owner");
        ["person1", "person2", "person3"].iter().for_each(|name| drop(server.sign_up(name)));
        Self { server, public: owner.create("zoo").id, hall: owner.hall().id, made: Cell::new(0) }
    }

    /// One of [`WHO`], with a session of their own; in the public channel, or not, or not any more.
    fn who(&self, index: usize) -> Option<User<'a>> {
        let person = (index > 0).then(|| self.server.log_in(&format!("person{index}")))?;
        let leave = || person.call("DELETE", &format!("/channels/{}/membership", self.public), None).status;
        assert_eq!(person.join(&self.public).status, 200);
        if index < 3 {
            assert_eq!(leave(), 204);
        }
        Some(person)
    }

    /// A body that the call takes.
    fn body(&self, call: &str, who: Option<&User<'_>>) -> Option<Value> {
        self.made.set(self.made.get() + 1);
        let name = format!("new{}", self.made.get());
        let refresh_token = who.map_or("made up", |person| person.session.refresh_token.as_str());
        match call {
            "POST /api/v1/accounts" => Some(json!({ "name": name, "password": PASSWORD })),
            "POST /api/v1/sessions" => Some(json!({ "name": "owner", "password": PASSWORD })),
            "POST /api/v1/sessions/refresh" => Some(json!({ "refresh_token": refresh_token })),
            "POST /api/v1/channels" => Some(json!({ "name": name })),
            "POST /api/v1/channels/{id}/messages" => Some(json!({ "id": MessageId::generate(), "body": name })),
            "PUT /api/v1/channels/{id}/read" => Some(json!({ "pos": 1 })),
            _ => None,
        }
    }

    fn ask(&self, call: &str, who: Option<&User<'_>>, id: &str) -> Answer {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let bearer = who.map(User::bearer);
        let headers: Vec<(&str, &str)> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
        self.server.call(method, &path.replace("{id}", id), &headers, self.body(call, who).as_ref())
    }
}

fn check(answer: &Answer, expected: u16, what: &str) {
    assert_eq!(answer.status, expected, "{what}: {}", answer.text);
    if expected >= 400 {
        assert_eq!(answer.code(), code(expected), "{what}");
    }
}

#[test]
fn d23_every_call_has_a_row() {
    let server = Server::start();
    let document: Value = server.call("GET", "/api/openapi.json", &[], None).json();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, calls)| calls.as_object().into_iter().flatten().map(move |call| (path, call.0)))
        .map(|(path, method)| format!("{} {path}", method.to_uppercase()))
        .collect();
    let rows = EVERYWHERE.iter().map(|row| row.0).chain(IN_A_CHANNEL.iter().map(|row| row.0));
    let rows = rows.chain([OF_A_SESSION.0]);
    assert_eq!(described, rows.map(str::to_owned).collect(), "the tables above list every call");
}

#[test]
fn d23_roles_may_do_exactly_what_the_table_lists() {
    let server = Server::unlimited();
    let world = World::new(&server);
    for (call, expected) in EVERYWHERE {
        for (who, expected) in expected.into_iter().enumerate() {
            let answer = world.ask(call, world.who(who).as_ref(), "");
            check(&answer, expected, &format!("{call} by {}", WHO[who]));
        }
    }
    for (call, rows) in IN_A_CHANNEL {
        for (who, expected) in rows.into_iter().enumerate() {
            let nowhere = ChannelId::generate();
            for ((id, place), expected) in [&world.public, &world.hall, &nowhere].iter().zip(WHERE).zip(expected) {
                let answer = world.ask(call, world.who(who).as_ref(), id.as_str());
                check(&answer, expected, &format!("{call} by {} in {place}", WHO[who]));
            }
        }
    }
}

#[test]
fn d23_users_cannot_end_sessions_of_others() {
    let server = Server::unlimited();
    let world = World::new(&server);
    let owner = server.log_in("owner");
    let newest = |person: &User<'_>| {
        let sessions: Value = person.call("GET", "/sessions", None).json();
        let items = sessions["items"].as_array().expect("a list");
        let other = items.iter().find(|item| item["current"] == json!(false)).expect("another one");
        other["id"].as_str().expect("an id").to_owned()
    };
    let (call, rows) = OF_A_SESSION;
    for (who, called) in WHO.into_iter().enumerate() {
        let person = world.who(who);
        let ids = [person.as_ref().map_or("none".into(), newest), newest(&owner), SessionId::generate().to_string()];
        for (id, (whose, expected)) in ids.iter().zip(rows) {
            let expected = if person.is_some() { expected } else { 401 };
            check(&world.ask(call, person.as_ref(), id), expected, &format!("{call} by {}: {whose}", called));
        }
        for odd in ["nope", "..%2F..", "%00", &"a".repeat(33)] {
            let expected = if person.is_some() { 404 } else { 401 };
            check(&world.ask(call, person.as_ref(), odd), expected, &format!("{call} by {} at {odd}", called));
        }
    }
    assert_eq!(owner.call("GET", "/me", None).status, 200, "the owner's own live on");
    newest(&owner);
}

#[test]
fn d23_missing_and_malformed_ids_get_the_same_answer() {
    let server = Server::unlimited();
    let world = World::new(&server);
    for who in 0..WHO.len() {
        let person = world.who(who);
        for (call, rows) in IN_A_CHANNEL {
            let answer_to = |id: &str| {
                let answer = world.ask(call, person.as_ref(), id);
                check(&answer, rows[who][2], &format!("{call} by {} at {id}", WHO[who]));
                answer.text
            };
            let nowhere = answer_to(ChannelId::generate().as_str());
            for odd in ["nope", "0", "..%2F..", "%00", "%FF", "'%20OR%201=1--", &"a".repeat(33), &"a".repeat(4_000)] {
                assert_eq!(answer_to(odd), nowhere, "{call} by {} at {odd}", WHO[who]);
            }
        }
    }
}
