//! E 32: frames that are none, or too many, or too large.

use domain::limits::FRAME_BYTES_MAX;

use super::Bystander;
use crate::{
    raw::{BEGIN, CLOSE, Frames, LAST, MORE, PING, PONG, TEXT, frame},
    server::{Server, User},
};

/// Sends the same to a socket that has not resumed, and to one that has.
fn both<'a>(person: &'a User<'_>, bytes: &'a [u8]) -> impl Iterator<Item = u16> + 'a {
    [Frames::open, Frames::resumed].into_iter().map(move |open| {
        let mut socket = open(person);
        socket.write(bytes);
        socket.closed()
    })
}

fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(CLOSE, &[&code.to_be_bytes()[..], reason].concat())
}

#[test]
fn e32_malformed_frames_close_with_1002() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let mut bystander = Bystander::new(&bob);
    let frames: [(&str, Vec<u8>); 19] = [
        ("not masked", vec![TEXT, 2, b'{', b'}']),
        ("not masked ping", vec![PING, 0]),
        ("first reserved bit", frame(TEXT | 0x40, b"{}")),
        ("second reserved bit", frame(TEXT | 0x20, b"{}")),
        ("third reserved bit", frame(TEXT | 0x10, b"{}")),
        ("reserved bit of a ping", frame(PING | 0x40, b"")),
        ("opcode 3", frame(0x83, b"{}")),
        ("opcode 7", frame(0x87, b"{}")),
        ("opcode 11", frame(0x8B, b"")),
        ("opcode 15", frame(0x8F, b"")),
        ("ping of 126 bytes", frame(PING, &[0; 126])),
        ("pong of 1,000 bytes", frame(PONG, &[0; 1_000])),
        ("close of 126 bytes", close(1_000, &[b'x'; 124])),
        ("ping in pieces", frame(PING & 0x7F, b"x")),
        ("close in pieces", frame(CLOSE & 0x7F, &1_000_u16.to_be_bytes())),
        ("the end of nothing", frame(LAST, b"{}")),
        ("more of nothing", frame(MORE, b"{}")),
        ("a second beginning", [frame(BEGIN, b"{"), frame(TEXT, b"{}")].concat()),
        ("half a close code", frame(CLOSE, b"\x03")),
    ];
    for (what, bytes) in &frames {
        assert_eq!(both(&ann, bytes).collect::<Vec<_>>(), [1002, 1002], "{what}");
    }
    for code in [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535] {
        assert_eq!(both(&ann, &close(code, b"")).collect::<Vec<_>>(), [1002, 1002], "close code {code}");
    }
    assert_eq!(both(&ann, &close(1_000, b"\xFF\xFE")).collect::<Vec<_>>(), [1007, 1007], "a reason that is no text");
    bystander.is_served();
}

#[test]
fn e32_nothing_is_read_after_a_close() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let mut bystander = Bystander::new(&bob);
    let hall = ann.hall().id;
    let id = domain::ids::MessageId::generate();
    let said = serde_json::json!({ "type": "send", "channel": hall, "id": id, "body": "from the grave" }).to_string();
    for code in [1_000, 1_001, 3_000, 4_999] {
        let mut socket = Frames::resumed(&ann);
        socket.write(&[close(code, b"bye"), frame(TEXT, said.as_bytes()), close(1_002, b"")].concat());
        assert_eq!(socket.closed(), code, "answered with its own code");
    }
    bystander.is_served();
    let history = ann.read(&hall, "?limit=100").events;
    assert!(history.iter().filter_map(|event| event.message()).all(|message| message.id != id));
}

#[test]
fn e32_oversized_messages_close_with_1009_early() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let mut bystander = Bystander::new(&bob);
    let claims = |length: u64| [&[TEXT, 0xFF][..], &length.to_be_bytes(), &[0; 4]].concat();
    let piece = vec![b' '; 64 * 1_024];
    let pieces = |first: u8| [frame(first, &piece), frame(MORE, &piece).repeat(3), frame(LAST, b"x")].concat();
    let bytes_one_by_one = [frame(BEGIN, b" "), frame(MORE, b" ").repeat(FRAME_BYTES_MAX)].concat();
    for (what, bytes) in [
        ("one byte too many", frame(TEXT, &vec![b' '; FRAME_BYTES_MAX + 1])),
        ("a claim of one byte too many", claims(FRAME_BYTES_MAX as u64 + 1)),
        ("a claim of 4 GiB", claims(1 << 32)),
        ("a claim of 2^63 - 1", claims(i64::MAX as u64)),
        ("a claim of 2^64 - 1", claims(u64::MAX)),
        ("a ping of a megabyte", [&[PING, 0xFF][..], &(1_u64 << 20).to_be_bytes(), &[0; 4]].concat()),
        ("pieces of text that are too large together", pieces(BEGIN)),
        ("pieces of bytes that are too large together", pieces(0x02)),
        ("one byte at a time", bytes_one_by_one),
    ] {
        assert_eq!(both(&ann, &bytes).collect::<Vec<_>>(), [1009, 1009], "{what}");
        bystander.is_served();
    }
}

#[test]
fn e32_joins_fragments_of_any_size() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let mut socket = Frames::resumed(&ann);
    let heartbeat = br#"{"type":"heartbeat"}"#;
    let mut bytes = frame(BEGIN, b"");
    for byte in heartbeat {
        bytes.extend(frame(MORE, &[*byte]));
        bytes.extend(frame(MORE, b""));
        bytes.extend(frame(PING, b"between"));
    }
    bytes.extend(frame(LAST, b""));
    socket.write(&bytes);
    assert_eq!(socket.heard()["type"], "heartbeat");
    // The largest that there may be: it is read, and is no frame of ours.
    let mut largest = br#"{"type":"of_tomorrow","x":""#.to_vec();
    largest.resize(FRAME_BYTES_MAX - 2, b'x');
    largest.extend(br#""}"#);
    socket.write(&frame(TEXT, &largest));
    socket.text(r#"{"type":"heartbeat"}"#);
    assert_eq!(socket.heard()["type"], "heartbeat");
}
