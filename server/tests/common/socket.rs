//! Sockets of users.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use domain::{
    ids::{ChannelId, MessageId, Pos},
    wire::{ClientFrame, ServerFrame, Welcome},
};
use tungstenite::{Message, WebSocket, client::IntoClientRequest, http::HeaderValue, protocol::CloseFrame};

use super::{PATIENCE, Server};

/// A socket, as a client of a third party would use it.
pub struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// The status that refused it, if it did not open.
    pub fn open(server: &Server, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        Self::open_at(&server.origin, headers)
    }

    pub(super) fn open_at(origin: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let address = origin.strip_prefix("http://").expect("plain http");
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let mut request = format!("ws://{address}/ws").into_client_request().expect("a request");
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header"));
        }
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
                Err(response.status().as_u16())
            }
            Err(other) => panic!("no handshake: {other}"),
        }
    }

    pub fn send(&mut self, frame: &ClientFrame) {
        self.send_text(serde_json::to_string(frame).expect("a frame"));
    }

    pub fn send_text(&mut self, text: impl Into<String>) {
        // The server may close during the write; its last frames are read next.
        let _ = self.0.send(Message::text(text.into()));
    }

    pub fn say(&mut self, channel: &ChannelId, id: MessageId, body: &str) {
        let (channel, id) = (channel.to_string(), id.to_string());
        self.send(&ClientFrame::Send { channel, id, body: body.into(), retry: false });
    }

    pub fn resume(&mut self, since: &[(&ChannelId, u64)]) -> Welcome {
        let since = since.iter().map(|(channel, pos)| (channel.to_string(), *pos)).collect();
        self.send(&ClientFrame::Resume { since });
        match self.next() {
            ServerFrame::Welcome(welcome) => *welcome,
            other => panic!("no welcome: {other:?}"),
        }
    }

    /// The next frame.
    pub fn next(&mut self) -> ServerFrame {
        loop {
            match self.0.read().expect("a frame") {
                Message::Text(text) => return serde_json::from_str(&text).expect("a frame"),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The next frame, or the code with which the server closes it instead.
    pub fn first_frame_or_close(&mut self) -> Result<ServerFrame, u16> {
        loop {
            match self.0.read().expect("a frame") {
                Message::Text(text) => return Ok(serde_json::from_str(&text).expect("a frame")),
                Message::Close(frame) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                _ => {}
            }
        }
    }

    /// The next frame that `wanted` makes something of.
    pub fn wait_for<T>(&mut self, wanted: impl Fn(ServerFrame) -> Option<T>) -> T {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if let Some(found) = wanted(self.next()) {
                return found;
            }
        }
        panic!("it did not come");
    }

    /// Answers the server's pings, so that the socket stays open; drops all other frames.
    pub fn stay(&mut self) {
        self.set_patience(Duration::from_millis(1));
        while self.0.read().is_ok() {}
        self.0.flush().expect("it is open");
        self.set_patience(PATIENCE);
    }

    /// How long the next frame is waited for.
    pub fn set_patience(&self, patience: Duration) {
        self.0.get_ref().set_read_timeout(Some(patience)).expect("a socket");
    }

    /// The next ack.
    pub fn ack(&mut self) -> (MessageId, Pos) {
        self.wait_for(|frame| match frame {
            ServerFrame::Ack { id, pos } => Some((id, pos)),
            ServerFrame::Nack { code, .. } => panic!("refused: {code}"),
            _ => None,
        })
    }

    /// The text of the next message.
    pub fn hear(&mut self) -> String {
        self.wait_for(|frame| match frame {
            ServerFrame::Event(event) => Some(event.message()?.body.as_str().to_owned()),
            _ => None,
        })
    }

    /// Begins to close it.
    pub fn say_goodbye(&mut self, code: u16) {
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        self.0.close(Some(frame)).expect("it is open");
    }

    /// The code with which the server closes it.
    pub fn closed(&mut self) -> u16 {
        loop {
            match self.0.read() {
                Ok(Message::Close(Some(frame))) => return frame.code.into(),
                Ok(Message::Close(None)) => return 1005,
                Ok(_) => {}
                Err(error) => panic!("no close frame: {error}"),
            }
        }
    }
}
