//! Messages: once, in order, readable both ways; and what is no message.

use domain::{
    api::{History, Posted},
    ids::{ChannelId, MessageId},
};
use serde_json::json;

use crate::server::{Server, User};

fn bodies(history: &History) -> Vec<String> {
    history.events.iter().filter_map(|event| Some(event.message()?.body.as_str().to_owned())).collect()
}

fn say_many(person: &User<'_>, channel: &ChannelId, numbers: std::ops::Range<u32>) {
    for number in numbers {
        assert_eq!(person.say(channel, MessageId::generate(), &number.to_string()).status, 201);
    }
}

#[test]
fn same_id_is_the_same_message() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let hall = ann.hall().id;
    let id = MessageId::generate();
    let first = ann.say(&hall, id, "once");
    let again = ann.say(&hall, id, "once");
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json::<Posted>(), again.json::<Posted>());
    assert_eq!(ann.say(&hall, id, "something else").code(), "id_conflict");
    assert_eq!(bob.say(&hall, id, "once").code(), "id_conflict");
    assert_eq!(bodies(&ann.read(&hall, "")), ["once"]);
}

#[test]
fn same_id_is_the_same_message_after_a_restart() {
    let server = Server::start();
    let (bearer, hall, id, first) = {
        let ann = server.sign_up("ann");
        let (hall, id) = (ann.hall().id, MessageId::generate());
        let first: Posted = ann.say(&hall, id, "once").json();
        (ann.bearer(), hall, id, first)
    };
    let server = Server::start_with(&[], server.stop());
    let path = format!("/api/v1/channels/{hall}/messages");
    let body = json!({ "id": id, "body": "once" });
    let again = server.call("POST", &path, &[("authorization", &bearer)], Some(&body));
    assert_eq!((again.status, again.json::<Posted>()), (200, first));
}

#[test]
fn history_pages_join_in_both_directions() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let zoo = ann.create("zoo").id;
    say_many(&ann, &zoo, 0..23);
    let newest = ann.read(&zoo, "?limit=7");
    assert_eq!(bodies(&newest), ["16", "17", "18", "19", "20", "21", "22"]);
    assert!(newest.has_older && !newest.has_newer);

    let mut all = newest.clone();
    while all.has_older {
        let older = ann.read(&zoo, &format!("?limit=4&before={}", all.events[0].pos));
        assert_eq!(older.to, all.from, "a page joins the next");
        all.events.splice(0..0, older.events);
        (all.from, all.has_older) = (older.from, older.has_older);
    }
    let numbers: Vec<String> = (0..23).map(|number| number.to_string()).collect();
    assert_eq!(bodies(&all), numbers);
    assert_eq!(all.from.number(), 0);

    let mut forth = ann.read(&zoo, "?limit=4&after=0");
    assert_eq!(forth.from.number(), 0);
    while forth.has_newer {
        let newer = ann.read(&zoo, &format!("?limit=4&after={}", forth.to));
        assert_eq!(newer.from, forth.to);
        forth.events.extend(newer.events);
        (forth.to, forth.has_newer) = (newer.to, newer.has_newer);
    }
    assert_eq!(forth.events, all.events);

    let middle = all.events[12].pos;
    let around = ann.read(&zoo, &format!("?limit=6&around={middle}"));
    assert!(around.events.windows(2).all(|pair| pair[1].prev == pair[0].pos));
    assert!(around.events.iter().any(|event| event.pos == middle) && around.has_older && around.has_newer);
}

#[test]
fn history_from_ring_equals_history_from_archive() {
    let server = Server::start();
    let (bearer, zoo, before) = {
        let ann = server.sign_up("ann");
        let zoo = ann.create("zoo").id;
        say_many(&ann, &zoo, 0..30);
        (ann.bearer(), zoo.clone(), ann.read(&zoo, "?limit=20"))
    };
    let server = Server::start_with(&[], server.stop());
    let path = format!("/api/v1/channels/{zoo}/messages?limit=20");
    let after: History = server.call("GET", &path, &[("authorization", &bearer)], None).json();
    assert_eq!(after, before);
}

#[test]
fn explains_refused_messages() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let code = |id: &str, body: &str| {
        let path = format!("/channels/{hall}/messages");
        ann.call("POST", &path, Some(&json!({ "id": id, "body": body }))).code()
    };
    let id = MessageId::generate().to_string();
    for blank in ["", " \n\t ", "\u{200b}", "a\0b", "\u{1b}[31mred"] {
        assert_eq!(code(&id, blank), "invalid_body", "{blank:?}");
    }
    assert_eq!(code(&id, &"字".repeat(8_001)), "too_long");
    assert_eq!(code("1", "hi"), "invalid_id");
    assert_eq!(
        ann.call("POST", "/channels/nope/messages", Some(&json!({ "id": id, "body": "hi" }))).code(),
        "not_found"
    );
    let longest = "字".repeat(8_000);
    assert_eq!(ann.say(&hall, MessageId::generate(), &longest).status, 201);
    assert_eq!(bodies(&ann.read(&hall, "")), [longest]);
    for query in ["?before=x", "?before=1&after=2", "?before=9007199254740992", "?before=-1"] {
        assert_eq!(
            ann.call("GET", &format!("/channels/{hall}/messages{query}"), None).code(),
            "invalid_request",
            "{query}"
        );
    }
}

#[test]
fn fast_senders_get_retry_after() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    // At once: one after another they may be no faster than what is allowed.
    let refused = std::thread::scope(|scope| {
        let spam = || {
            let mut answers = (0..20).map(|_| ann.say(&hall, MessageId::generate(), "spam"));
            answers.find(|answer| answer.status == 429)
        };
        let senders: Vec<_> = (0..16).map(|_| scope.spawn(spam)).collect();
        senders.into_iter().find_map(|sender| sender.join().expect("it was answered"))
    });
    let refused = refused.expect("there is a limit");
    assert_eq!(refused.code(), "rate_limited");
    assert_eq!(refused.headers["retry-after"], "1");
}
