//! E 33: much more than anybody types.

use std::time::Instant;

use domain::{
    ids::MessageId,
    limits::{SENDS_AT_ONCE, SENDS_PER_SECOND},
};
use serde_json::json;

use super::Bystander;
use crate::{
    raw::{BINARY, Frames, PING, PONG, TEXT, frame},
    server::Server,
};

/// Frames in one go.
const FLOOD: usize = 10_000;

#[test]
fn e33_too_many_control_frames_close_the_socket() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let mut bystander = Bystander::new(&bob);
    for (what, one) in [
        ("pings", frame(PING, b"x")),
        ("pings of 125 bytes", frame(PING, &[0; 125])),
        ("pongs", frame(PONG, b"")),
        ("heartbeats", frame(TEXT, br#"{"type":"heartbeat"}"#)),
        ("frames of tomorrow", frame(TEXT, br#"{"type":"of_tomorrow"}"#)),
        ("typing", frame(TEXT, br#"{"type":"typing","channel":"nope"}"#)),
        ("watching", frame(TEXT, br#"{"type":"watch","channel":"nope"}"#)),
        ("coming and going", frame(TEXT, br#"{"type":"active","state":"away"}"#)),
        ("markers", frame(TEXT, br#"{"type":"read","channel":"nope","pos":1}"#)),
    ] {
        let mut socket = Frames::resumed(&ann);
        socket.write(&one.repeat(FLOOD));
        assert_eq!(socket.closed(), 4429, "{what}");
        bystander.is_served();
    }
    for (what, one) in [("empty text", frame(TEXT, b"")), ("empty bytes", frame(BINARY, b""))] {
        let mut socket = Frames::resumed(&ann);
        socket.write(&one.repeat(FLOOD));
        assert_eq!(socket.closed(), 4400, "{what}: the first of them is not the protocol");
        bystander.is_served();
    }
}

#[test]
fn e33_too_many_sends_are_refused_then_closed() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let mut bystander = Bystander::new(&bob);
    let hall = ann.hall().id;
    let send = || {
        let id = MessageId::generate();
        frame(TEXT, json!({ "type": "send", "channel": hall, "id": id, "body": "spam" }).to_string().as_bytes())
    };
    let since = Instant::now();
    let mut socket = Frames::resumed(&ann);
    let flood: Vec<u8> = (0..FLOOD).flat_map(|_| send()).collect();
    socket.write(&flood);
    let mut refused = 0;
    let code = loop {
        let (first, payload) = socket.next().expect("a close frame at the end");
        if first != TEXT {
            break u16::from_be_bytes([payload[0], payload[1]]);
        }
        let refusal: serde_json::Value = serde_json::from_slice(&payload).expect("JSON");
        if refusal["type"] == "nack" {
            // What comes later waits behind what was refused, for it is to keep its order.
            assert!(refusal["code"] == "rate_limited" || refusal["code"] == "try_again", "{refusal}");
            assert_eq!((&refusal["final"], refusal["retry_after"].is_u64()), (&json!(false), true), "{refusal}");
            refused += u32::from(refusal["code"] == "rate_limited");
        }
    };
    assert_eq!(code, 4429);
    assert!(refused >= 1, "sends are refused by name before");
    bystander.is_served();
    let (said, seconds) = (ann.see(&hall).head_n, since.elapsed().as_secs() + 1);
    let most = u64::from(SENDS_AT_ONCE) + u64::from(SENDS_PER_SECOND) * seconds + 2;
    assert!(said <= most, "{said} of {FLOOD} were accepted");
}
