//! A client that sends arbitrary bytes, and reads the bytes of the answer.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::server::User;

/// Longer than a live socket is silent: it gets a heartbeat every twenty seconds.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// First byte of an unfragmented text frame.
pub const TEXT: u8 = 0x81;
/// First byte of an unfragmented binary frame.
pub const BINARY: u8 = 0x82;
/// First byte of the last frame of a fragmented message.
pub const LAST: u8 = 0x80;
/// First byte of the first frame of a fragmented text message.
pub const BEGIN: u8 = 0x01;
/// First byte of a frame between the first and the last of a fragmented message.
pub const MORE: u8 = 0x00;
pub const CLOSE: u8 = 0x88;
pub const PING: u8 = 0x89;
pub const PONG: u8 = 0x8A;

/// A TCP connection without HTTP or WebSocket on top.
pub struct Raw(TcpStream);

impl Raw {
    pub fn connect(origin: &str) -> Self {
        let stream = TcpStream::connect(origin.strip_prefix("http://").expect("plain http")).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        Self(stream)
    }

    /// False when the other end has gone.
    pub fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).is_ok()
    }

    /// All that comes until the other end goes, which it has to.
    pub fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        // A connection that was reset has ended as well; what came before counts.
        if let Err(error) = self.0.read_to_end(&mut bytes) {
            assert!(!is_patience(error.kind()), "it is still open after {PATIENCE:?}");
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Whether the other end has gone, after a moment.
    pub fn has_gone(&mut self) -> bool {
        self.0.set_read_timeout(Some(Duration::from_millis(200))).expect("a socket");
        match self.0.read(&mut [0; 1_024]) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => !is_patience(error.kind()),
        }
    }

    fn exactly(&mut self, bytes: &mut [u8]) -> Option<()> {
        match self.0.read_exact(bytes) {
            Ok(()) => Some(()),
            Err(error) => {
                assert!(!is_patience(error.kind()), "nothing came for {PATIENCE:?}");
                None
            }
        }
    }

    /// The head of an answer.
    pub fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.exactly(&mut byte).expect("a whole head");
            head.push(byte[0]);
        }
        String::from_utf8(head).expect("text")
    }
}

fn is_patience(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Returns a `POST` request after which the server closes the connection.
pub fn post(path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// Returns the status of an answer; `None` if it has none.
pub fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

/// Opens a socket; more headers may follow.
pub fn upgrade(bearer: &str, more: &str) -> String {
    format!(
        "GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nauthorization: {bearer}\r\n{more}\r\n"
    )
}

/// A frame of a client: its first byte, and what it holds behind a mask of zeros, which leaves it as it is.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = match payload.len() {
        short @ 0..126 => vec![0x80 | short as u8],
        middle @ 126..65_536 => [&[0xFE][..], &(middle as u16).to_be_bytes()].concat(),
        long => [&[0xFF][..], &(long as u64).to_be_bytes()].concat(),
    };
    [&[first][..], &length, &[0; 4], payload].concat()
}

/// An open WebSocket that sends frames as the test encodes them.
pub struct Frames(Raw);

impl Frames {
    pub fn open(person: &User<'_>) -> Self {
        let mut raw = Raw::connect(&person.server.origin);
        raw.write(upgrade(&person.bearer(), ""));
        let head = raw.head();
        assert_eq!(status(&head), Some(101), "{head}");
        Self(raw)
    }

    /// One that is live.
    pub fn resumed(person: &User<'_>) -> Self {
        let mut frames = Self::open(person);
        frames.text(r#"{"type":"resume"}"#);
        let (_, welcome) = frames.next().expect("a welcome");
        assert!(welcome.starts_with(br#"{"type":"welcome""#));
        frames
    }

    /// False when the other end has gone.
    pub fn write(&mut self, bytes: &[u8]) -> bool {
        self.0.write(bytes)
    }

    pub fn text(&mut self, text: &str) -> bool {
        self.write(&frame(TEXT, text.as_bytes()))
    }

    /// The next frame: its first byte, and what it holds. `None` when the other end has gone.
    pub fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut start = [0; 2];
        self.0.exactly(&mut start)?;
        let length = match start[1] {
            126 => {
                let mut length = [0; 2];
                self.0.exactly(&mut length)?;
                usize::from(u16::from_be_bytes(length))
            }
            127 => {
                let mut length = [0; 8];
                self.0.exactly(&mut length)?;
                u64::from_be_bytes(length) as usize
            }
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        self.0.exactly(&mut payload)?;
        Some((start[0], payload))
    }

    /// The next frame of text.
    pub fn heard(&mut self) -> serde_json::Value {
        loop {
            let (first, payload) = self.next().expect("a frame");
            match first {
                TEXT => return serde_json::from_slice(&payload).expect("JSON"),
                CLOSE => panic!("closed: {payload:?}"),
                _ => {}
            }
        }
    }

    /// The code with which the server closes it; `None` when it was cut off.
    pub fn ended(&mut self) -> Option<u16> {
        loop {
            let (first, payload) = self.next()?;
            if first == CLOSE {
                return Some(payload.get(..2).map_or(1005, |code| u16::from_be_bytes([code[0], code[1]])));
            }
        }
    }

    /// The code with which the server closes it.
    pub fn closed(&mut self) -> u16 {
        self.ended().expect("a close frame")
    }
}
