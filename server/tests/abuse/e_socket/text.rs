//! E 35: text that is none, JSON that is none, and JSON that is not the protocol.

use serde_json::json;

use super::Bystander;
use crate::{
    raw::{BEGIN, BINARY, Frames, LAST, TEXT, frame},
    server::Server,
};

#[test]
fn e35_invalid_utf_8_closes_with_1007() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let mut bystander = Bystander::new(&bob);
    let heartbeat = |middle: &[u8]| [br#"{"type":"heartbeat","x":""#, middle, br#""}"#].concat();
    for odd in [&b"\xFF"[..], b"\xC0\x80", b"\xED\xA0\x80", b"\xF4\x90\x80\x80", b"\xE5\xAD", b"\x80"] {
        for open in [Frames::open, Frames::resumed] {
            let mut socket = open(&ann);
            socket.write(&frame(TEXT, &heartbeat(odd)));
            assert_eq!(socket.closed(), 1007, "{odd:x?}");
        }
        let mut socket = Frames::resumed(&ann);
        socket.write(&[frame(BEGIN, b"{"), frame(LAST, odd)].concat());
        assert_eq!(socket.closed(), 1007, "{odd:x?} in pieces");
    }
    // A character that lies in two pieces is one.
    let mut socket = Frames::resumed(&ann);
    let whole = heartbeat("字".as_bytes());
    let (first, last) = whole.split_at(22);
    socket.write(&[frame(BEGIN, first), frame(LAST, last)].concat());
    assert_eq!(socket.heard()["type"], "heartbeat");
    bystander.is_served();
}

#[test]
fn e35_unknown_json_closes_with_4400() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let mut bystander = Bystander::new(&bob);
    let deep =
        |inner: &str| format!(r#"{{"type":"heartbeat","x":{}{inner}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    for odd in [
        "",
        " ",
        "null",
        "1",
        "\"heartbeat\"",
        "[]",
        "{}",
        "{",
        r#"{"type":1}"#,
        r#"{"type":null}"#,
        r#"{"type":"heartbeat"}x"#,
        r#"{"type":"heartbeat"}{"type":"heartbeat"}"#,
        r#"{"type":"heartbeat","type":"resume"}"#,
        r#"{"type":"heartbeat","x":"\ud800"}"#,
        r#"{"type":"\udfff"}"#,
        "{\"type\":\"heartbeat\",\"x\":\"\u{0}\"}",
        r#"{"type":"heartbeat","x":1e400}"#,
        r#"{"type":"heartbeat","x":NaN}"#,
        r#"{"type":"heartbeat","x":0x1}"#,
        r#"{"type":"heartbeat","x":'y'}"#,
        r#"{"type":"read","channel":"c","pos":-1}"#,
        r#"{"type":"read","channel":"c","pos":1e400}"#,
        r#"{"type":"read","channel":"c","pos":18446744073709551616}"#,
        r#"{"type":"read","channel":"c","pos":"1"}"#,
        r#"{"type":"read","channel":"c","pos":1,"pos":2}"#,
        r#"{"type":"read","channel":"c"}"#,
        r#"{"type":"send","channel":"c","id":"i"}"#,
        r#"{"type":"send","channel":"c","channel":"d","id":"i","body":"b"}"#,
        r#"{"type":"send","channel":["c"],"id":"i","body":"b"}"#,
        r#"{"type":"send","channel":"c","id":"i","body":"\ud83d"}"#,
        r#"{"type":"send","channel":"c","id":"i","body":"b","retry":"yes"}"#,
        r#"{"type":"typing"}"#,
        r#"{"type":"active"}"#,
        r#"{"type":"watch","channel":7}"#,
        r#"{"type":"resume","since":{"c":-1}}"#,
        r#"{"type":"resume","since":{"c":9e99}}"#,
        r#"{"type":"resume","since":[]}"#,
        &deep("1"),
        &deep("{}"),
        &"[".repeat(100_000),
        &r#"{"a":"#.repeat(40_000),
    ] {
        let shown: String = odd.chars().take(70).collect();
        for open in [Frames::open, Frames::resumed] {
            let mut socket = open(&ann);
            socket.text(odd);
            assert_eq!(socket.closed(), 4400, "{shown}");
        }
    }
    let mut socket = Frames::resumed(&ann);
    socket.write(&frame(BINARY, br#"{"type":"heartbeat"}"#));
    assert_eq!(socket.closed(), 4400, "bytes are no text, also where they hold some");
    bystander.is_served();
}

#[test]
fn e35_frame_at_the_wrong_time_closes_with_4400() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let many: Vec<String> = (0..201).map(|number| format!(r#""c{number}":1"#)).collect();
    let too_many = format!(r#"{{"type":"resume","since":{{{}}}}}"#, many.join(","));
    for first in [r#"{"type":"heartbeat"}"#, r#"{"type":"send","channel":"c","id":"i","body":"b"}"#, &too_many] {
        let mut socket = Frames::open(&ann);
        socket.text(first);
        assert_eq!(socket.closed(), 4400, "{first:.60}");
    }
    let mut socket = Frames::resumed(&ann);
    socket.text(r#"{"type":"resume"}"#);
    assert_eq!(socket.closed(), 4400, "resumed twice");
}

#[test]
fn e35_odd_but_valid_frames_are_answered_or_ignored() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let mut socket = Frames::open(&ann);
    // Beyond every head: a reset.
    socket.text(
        &json!({ "type": "resume", "since": { (hall.as_str()): u64::MAX, "nope": 1, "": 2, "\0": 3 } }).to_string(),
    );
    assert_eq!(socket.heard()["type"], "welcome");
    let reset = socket.heard();
    assert_eq!((&reset["type"], &reset["channel"]), (&json!("reset"), &json!(hall)));
    for (id, channel, body, code) in [
        ("019ab3de-7b1a-7c00-8000-000000000001", hall.as_str(), "a\0b", "invalid_body"),
        ("019ab3de-7b1a-7c00-8000-000000000001", &hall.as_str().to_uppercase(), "x\u{7f}", "invalid_body"),
        ("019ab3de-7b1a-7c00-8000-000000000001", "\0", "hi", "not_found"),
        ("019ab3de-7b1a-7c00-8000-000000000001", "頻道", "hi", "not_found"),
        ("019ab3de-7b1a-7c00-8000-000000000001", "../../etc/passwd", "hi", "not_found"),
        ("\0\r\n\u{1b}[31m", hall.as_str(), "hi", "invalid_id"),
        (&"9".repeat(100_000), hall.as_str(), "hi", "invalid_id"),
    ] {
        socket.text(&json!({ "type": "send", "channel": channel, "id": id, "body": body }).to_string());
        let nack = socket.heard();
        assert_eq!((&nack["type"], &nack["id"], &nack["code"]), (&json!("nack"), &json!(id), &json!(code)));
        assert_eq!(nack["final"], true);
    }
    for passed in [
        json!({ "type": "of_tomorrow", "channel": 7 }),
        json!({ "type": "", "x": null }),
        json!({ "type": "read", "channel": hall, "pos": u64::MAX }),
        json!({ "type": "read", "channel": hall, "pos": 1_u64 << 53 }),
        json!({ "type": "read", "channel": "", "pos": 0 }),
        json!({ "type": "typing", "channel": "\0" }),
        json!({ "type": "watch", "channel": "\0" }),
        json!({ "type": "watch" }),
        json!({ "type": "active", "state": "of_tomorrow" }),
    ] {
        socket.text(&passed.to_string());
        socket.text(r#"{"type":"heartbeat","heads":{"x":1}}"#);
        assert_eq!(socket.heard()["type"], "heartbeat", "{passed}");
    }
}

#[test]
fn e35_calls_refuse_the_same_input() {
    let server = Server::unlimited();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let bearer = ann.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let id = domain::ids::MessageId::generate();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let say = |body: &str| format!(r#"{{"id":"{id}","body":{body}}}"#);
    let mark = |pos: &str| format!(r#"{{"pos":{pos}}}"#);
    for (method, path, bodies) in [
        (
            "POST",
            "messages",
            vec![
                String::new(),
                "null".into(),
                "[]".into(),
                deep.clone(),
                say(r#""\ud800""#),
                say(&deep),
                say("1e400"),
                say(r#""a","body":"b""#),
                say("null"),
                say("\"\u{1}\""),
                format!("{}x", say("\"b\"")),
            ],
        ),
        (
            "PUT",
            "read",
            vec![
                mark("-1"),
                mark("1e400"),
                mark("18446744073709551616"),
                mark("9007199254740992"),
                mark("1,\"pos\":2"),
                mark("\"1\""),
                mark("0.5"),
                mark("NaN"),
                mark(&deep),
                "{}".into(),
            ],
        ),
    ] {
        for body in bodies {
            let shown: String = body.chars().take(80).collect();
            let answer = server.call_with(method, &format!("/api/v1/channels/{hall}/{path}"), &headers, body);
            assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{path}: {shown}");
        }
    }
    assert_eq!(ann.see(&hall).head_n, 0, "no message was stored");
}
