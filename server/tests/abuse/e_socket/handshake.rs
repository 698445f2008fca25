//! E 31, 34: before a socket is open.

use std::{
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use super::Bystander;
use crate::{
    raw::{self, Frames, Raw, TEXT, frame, status, upgrade},
    server::Server,
};

/// A name or a value of ten megabytes.
const HUGE: usize = 10 * 1_024 * 1_024;
/// Longer than the ten seconds that the server waits for headers; a connection that is still open was not closed.
const HEADERS_WAIT_MAX: Duration = Duration::from_secs(18);

#[test]
fn e31_refuses_oversized_headers() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let mut bystander = Bystander::new(&bob);
    let huge = "x".repeat(HUGE);
    let many: String = (0..2_000).map(|number| format!("x-{number}: y\r\n")).collect();
    let few_but_long: String = (0..90).map(|number| format!("x-{number}: {}\r\n", "y".repeat(1_000))).collect();
    for (what, request) in [
        ("a huge value", format!("GET /ws HTTP/1.1\r\nhost: x\r\nx: {huge}\r\n\r\n")),
        ("a huge value that never ends", format!("GET /ws HTTP/1.1\r\nhost: x\r\nx: {huge}")),
        ("a huge name", format!("GET /ws HTTP/1.1\r\nhost: x\r\n{huge}: x\r\n\r\n")),
        ("a huge key", upgrade(&ann.bearer(), &format!("sec-websocket-protocol: {huge}\r\n"))),
        ("2,000 headers", upgrade(&ann.bearer(), &many)),
        ("90 headers of a kilobyte", upgrade(&ann.bearer(), &few_but_long)),
        ("a huge address", format!("GET /{huge} HTTP/1.1\r\nhost: x\r\n\r\n")),
    ] {
        let mut raw = Raw::connect(&server.origin);
        raw.write(request);
        assert!(matches!(status(&raw.rest()), Some(414 | 431)), "{what}");
        bystander.is_served();
    }
    for odd in
        ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "\u{16}\u{3}\u{1}\0\r\n\r\n", "GET /ws HTTP/9.9\r\n\r\n", "x y z\r\n\r\n"]
    {
        let mut raw = Raw::connect(&server.origin);
        raw.write(odd);
        let answer = raw.rest();
        assert!(answer.is_empty() || status(&answer) == Some(400), "{odd:?}: {answer}");
    }
    bystander.is_served();
}

#[test]
fn e31_slow_headers_time_out() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let mut bystander = Bystander::new(&bob);
    let begun = upgrade(&ann.bearer(), "x: ");
    let begun = begun.trim_end().to_owned();
    let drip = |begin: &str| {
        let mut raw = Raw::connect(&server.origin);
        let since = Instant::now();
        raw.write(begin);
        while !raw.has_gone() && raw.write("x") {
            assert!(since.elapsed() < HEADERS_WAIT_MAX, "{begin:?} is still waited for");
        }
    };
    scope(|scope| {
        for begin in ["G", "GET / HTTP/1.1\r\nhost: x\r\nx: ", &begun] {
            scope.spawn(move || drip(begin));
        }
        for _ in 0..20 {
            bystander.is_served();
            sleep(Duration::from_millis(400));
        }
    });
    bystander.is_served();
}

#[test]
fn e34_nothing_is_compressed() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    for offer in ["permessage-deflate", "permessage-deflate; client_max_window_bits=15", "x-webkit-deflate-frame"] {
        let mut raw = Raw::connect(&server.origin);
        raw.write(upgrade(&ann.bearer(), &format!("sec-websocket-extensions: {offer}\r\n")));
        let head = raw.head().to_lowercase();
        assert!(status(&head.to_uppercase()) == Some(101), "{head}");
        assert!(!head.contains("sec-websocket-extensions"), "{offer}: {head}");
    }
    // A frame with the compression bit is malformed.
    let mut socket = Frames::open(&ann);
    socket.write(&frame(TEXT | 0x40, b"\xcaI\xcd\xc9\x07\x00"));
    assert_eq!(socket.closed(), 1002);
}

#[test]
fn e34_http_2_is_not_served() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let mut raw = Raw::connect(&server.origin);
    // The preface, empty SETTINGS, and streams that are reset at once.
    raw.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    for stream in (1..2_000_u32).step_by(2) {
        let id = stream.to_be_bytes();
        let headers = [&b"\0\0\x01\x01\x05"[..], &id, b"\x82"].concat();
        let reset = [&b"\0\0\x04\x03\0"[..], &id, b"\0\0\0\x08"].concat();
        if !raw.write([headers, reset].concat()) {
            break;
        }
    }
    let answer = raw.rest();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer:?}");

    let mut raw = Raw::connect(&server.origin);
    let h2c = "connection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n";
    raw.write(format!("GET /livez HTTP/1.1\r\nhost: x\r\n{h2c}\r\n"));
    assert_eq!(raw::status(&raw.rest()), Some(200), "answered as if it had not been offered");
    Bystander::new(&ann).is_served();
}
