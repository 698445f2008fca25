//! E 37, 38: ids that clients generate, and bodies that users write.

use domain::{
    api::{History, Posted},
    event::Event,
    ids::{ChannelId, MessageId},
};
use serde_json::json;

use crate::{
    raw::Frames,
    server::{Answer, Server, User},
};

/// The first and the last that there can be, and some between.
const FAR: [&str; 5] = [
    "00000000-0000-7000-8000-000000000000",
    "00000000-0000-7fff-bfff-ffffffffffff",
    "019ab3de-7b1a-7000-8000-000000000000",
    "ffffffff-ffff-7000-8000-000000000000",
    "ffffffff-ffff-7fff-bfff-ffffffffffff",
];

fn say(person: &User<'_>, channel: &ChannelId, id: &str, body: &str) -> Answer {
    person.call("POST", &format!("/channels/{channel}/messages"), Some(&json!({ "id": id, "body": body })))
}

#[test]
fn e37_ids_must_be_uuids_of_version_7() {
    let server = Server::unlimited();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let mut socket = Frames::resumed(&ann);
    let good = MessageId::generate().to_string();
    for odd in [
        "",
        "1",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "0b8a2f6e-3c52-4b0e-9d7a-1f2e3d4c5b6a",
        "1ec9414c-232a-6b00-b3c8-9e6bdeced846",
        "019ab3de-7b1a-7c00-0000-000000000001",
        "019ab3de-7b1a-7c00-c000-000000000001",
        "019ab3de-7b1a-8c00-8000-000000000001",
        &good[..35],
        &format!("{good}0"),
        &format!(" {}", &good[1..]),
        &format!("{{{good}}}"),
        &format!("urn:uuid:{good}"),
        &good.replace('-', ""),
        &good.replace('-', "_"),
        &format!("{}g", &good[..35]),
        &format!("{}\0", &good[..35]),
        "０１９ab3de-7b1a-7c00-8000-00000000001",
    ] {
        assert_eq!(say(&ann, &hall, odd, "hi").code(), "invalid_id", "{odd:?}");
        socket.text(&json!({ "type": "send", "channel": hall, "id": odd, "body": "hi" }).to_string());
        let nack = socket.heard();
        assert_eq!((&nack["id"], &nack["code"], &nack["final"]), (&json!(odd), &json!("invalid_id"), &json!(true)));
    }
    assert_eq!(ann.see(&hall).head_n, 0);
}

#[test]
fn e37_ids_ignore_case() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let id = MessageId::generate().to_string();
    let first = say(&ann, &hall, &id.to_uppercase(), "hi");
    let again = say(&ann, &hall, &id, "hi");
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!((&first.text, first.text.contains(&id)), (&again.text, true), "answers have small letters");
    assert_eq!(ann.see(&hall).head_n, 1);
}

#[test]
fn e37_ids_of_any_time_are_accepted_once() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let said: Vec<Posted> = FAR.map(|id| say(&ann, &hall, id, "hi").json()).into();
    let again = |ann: &User<'_>| {
        for (id, first) in FAR.iter().zip(&said) {
            let again = say(ann, &hall, id, "hi");
            assert_eq!((again.status, &again.json::<Posted>()), (200, first), "{id}");
            assert_eq!(say(ann, &hall, id, "something else").code(), "id_conflict", "{id}");
        }
        assert_eq!(ann.see(&hall).head_n, FAR.len() as u64);
    };
    again(&ann);
    let server = Server::start_with(&[], server.stop());
    again(&server.log_in("ann"));
}

#[test]
fn e37_id_of_another_user_is_refused() {
    let server = Server::start();
    let (ann, eve) = (server.sign_up("ann"), server.sign_up("eve"));
    let (hall, zoo) = (ann.hall().id, eve.create("zoo").id);
    let id = MessageId::generate();
    let posted: Posted = ann.say(&hall, id, "hers").json();
    for body in ["hers", "mine"] {
        let refused = eve.say(&hall, id, body);
        assert_eq!(refused.code(), "id_conflict");
        let message = refused.text;
        assert!(
            !message.contains("ann") && !message.contains("hers") && !message.contains(&posted.pos.to_string()),
            "{message}"
        );
        let mut socket = Frames::resumed(&eve);
        for retry in [false, true] {
            let send = json!({ "type": "send", "channel": hall, "id": id, "body": body, "retry": retry });
            socket.text(&send.to_string());
            let nack = socket.heard();
            assert_eq!(nack, json!({ "type": "nack", "id": id, "code": "id_conflict", "final": true }));
        }
    }
    assert_eq!(eve.say(&zoo, id, "mine").status, 201, "in another channel it is another message");
    let said = ann.read(&hall, "").events;
    let said: Vec<_> = said.iter().filter_map(Event::message).collect();
    assert_eq!((said.len(), said[0].body.as_str(), &said[0].author), (1, "hers", &ann.session.account));
}

/// Returns bodies with unusual characters.
fn odd_bodies() -> Vec<String> {
    let mut bodies: Vec<String> = [
        "\u{202e}txt.exe\u{202c}",
        "\u{2066}\u{2067}\u{2068}x\u{2069}",
        "a\u{2028}b\u{2029}c",
        "\u{feff}x",
        "\u{fffe}\u{ffff}\u{10ffff}",
        "\u{e000}\u{f8ff}",
        "</script><script>alert(1)</script>",
        "<!--",
        "]]>",
        r#""}],"next":null}"#,
        r#"\u0000\ud800"#,
        "'; DROP TABLE events; --",
        "%00%ff{}${7*7}{{7*7}}",
        "\ttabs\tand\nlines\r\nof\rall kinds",
        "0",
        "null",
        ".",
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "ﷺ﷽",
    ]
    .map(str::to_owned)
    .into();
    bodies.push(format!("Z{}", "\u{0310}\u{0489}".repeat(3_999)));
    bodies.push("字".repeat(8_000));
    bodies.push("👍".repeat(8_000));
    bodies.push("x ".repeat(3_999) + "x");
    bodies.push("[".repeat(8_000));
    bodies.push("> ".repeat(3_999) + "x");
    bodies.push("a\n".repeat(3_999) + "a");
    bodies
}

/// All events, page by page from the newest to the oldest, or the other way.
fn all(person: &User<'_>, channel: &ChannelId, limit: usize, back: bool) -> Vec<Event> {
    let first = if back { format!("?limit={limit}") } else { format!("?limit={limit}&after=0") };
    let mut whole: History = person.read(channel, &first);
    while if back { whole.has_older } else { whole.has_newer } {
        let (word, from) = if back { ("before", whole.events[0].pos) } else { ("after", whole.to) };
        let page = person.read(channel, &format!("?limit={limit}&{word}={from}"));
        assert!(!page.events.is_empty(), "a page that is empty would be asked for ever");
        if back {
            assert_eq!(page.to, whole.from);
            whole.events.splice(0..0, page.events);
            (whole.from, whole.has_older) = (page.from, page.has_older);
        } else {
            assert_eq!(page.from, whole.to);
            whole.events.extend(page.events);
            (whole.to, whole.has_newer) = (page.to, page.has_newer);
        }
    }
    whole.events
}

#[test]
fn e38_channel_with_odd_bodies_stays_readable() {
    let server = Server::unlimited();
    let ann = server.sign_up("ann");
    let zoo = ann.create("zoo").id;
    let ids = FAR.map(str::to_owned).into_iter().chain(std::iter::repeat_with(|| MessageId::generate().to_string()));
    for (body, id) in odd_bodies().iter().zip(ids) {
        assert_eq!(say(&ann, &zoo, &id, body).status, 201, "{body:.40?}");
    }
    let whole = ann.read(&zoo, "?limit=100").events;
    let said: Vec<&str> = whole.iter().filter_map(|event| Some(event.message()?.body.as_str())).collect();
    let meant: Vec<String> = odd_bodies().iter().map(|body| body.replace("\r\n", "\n").replace('\r', "\n")).collect();
    assert_eq!(said, meant);
    let check = |ann: &User<'_>| {
        for (limit, back) in [(1, true), (1, false), (3, true), (3, false), (100, true), (100, false)] {
            assert!(all(ann, &zoo, limit, back) == whole, "by {limit}, backwards: {back}");
        }
        for event in &whole {
            let around = ann.read(&zoo, &format!("?limit=2&around={}", event.pos));
            assert!(around.events.contains(event));
        }
        let mut socket = ann.open();
        socket.resume(&[(&zoo, 0)]);
        for event in &whole {
            let came = socket.wait_for(|frame| match frame {
                domain::wire::ServerFrame::Event(event) => Some(event),
                _ => None,
            });
            assert_eq!(&came, event);
        }
    };
    check(&ann);
    let server = Server::start_with(&["--no-rate-limits"], server.stop());
    check(&server.log_in("ann"));
    let fields = [("name", "ann"), ("password", crate::server::PASSWORD)];
    let cookie = server.form("/do/log_in", None, &fields).session_cookie();
    let page = server.call("GET", &format!("/c/{zoo}"), &[("cookie", &cookie), ("accept", "text/html")], None);
    assert!(page.status == 200 && !page.text.contains("<script>alert"), "{}", page.status);
}
