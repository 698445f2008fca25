//! The program as a process of its own, which can be killed, and a user of it.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read},
    net::TcpStream,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use domain::{
    api::{Channel, Page, Session},
    ids::{MessageId, Pos},
    wire::{ClientFrame, ServerFrame},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use tungstenite::{Message, WebSocket, client::IntoClientRequest};

/// A socket of a user.
pub type Socket = WebSocket<TcpStream>;

pub struct Process {
    child: Child,
    pub origin: String,
}

impl Process {
    pub fn start(binary: &Path, folder: &Path, environment: &[(&str, &str)]) -> Self {
        Self::try_start(binary, folder, environment).expect("it prints its address")
    }

    /// `None` when it ends before it serves.
    pub fn try_start(binary: &Path, folder: &Path, environment: &[(&str, &str)]) -> Option<Self> {
        Self::start_or_why(binary, folder, environment).ok()
    }

    /// What it wrote to the standard error when it ends before it serves.
    pub fn start_or_why(binary: &Path, folder: &Path, environment: &[(&str, &str)]) -> Result<Self, String> {
        let mut child = Command::new(binary)
            .args(["--listen", "127.0.0.1:0", "--data", "data"])
            .current_dir(folder)
            .env_clear()
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("text");
        if line.is_empty() {
            let output = child.wait_with_output().expect("gone");
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let origin = line.trim().rsplit(' ').next().expect("an address").to_owned();
        Ok(Self { child, origin })
    }

    /// The number that the system knows it by.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_none())
    }

    /// All that it writes to the standard error until it ends.
    pub fn log(&mut self) -> JoinHandle<String> {
        let mut log = self.child.stderr.take().expect("piped, and not taken yet");
        std::thread::spawn(move || {
            let mut said = String::new();
            log.read_to_string(&mut said).expect("text");
            said
        })
    }

    /// Sends it a signal, by name: `TERM`, `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{name} is sent");
    }

    pub fn kill(mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("gone");
    }

    /// Waits until it has ended by itself; what it wrote to the standard error comes with it.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let mut said = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
        (self.child.wait().expect("gone"), said)
    }

    /// Signs up a new user, and returns the hall with it.
    pub fn sign_up(&self, name: &str) -> (Session, Channel) {
        let session = self.enter("accounts", name);
        let mut channels: Page<Channel> = self.get(&session, "/channels");
        (session, channels.items.remove(0))
    }

    /// Logs in an existing user.
    pub fn log_in(&self, name: &str) -> Session {
        self.enter("sessions", name)
    }

    fn enter(&self, path: &str, name: &str) -> Session {
        let who = json!({ "name": name, "password": "correct horse battery" });
        let answer = ureq::post(format!("{}/api/v1/{path}", self.origin)).send_json(who).expect("let in");
        answer.into_body().read_json().expect("a session")
    }

    /// A new channel, once its beginning is in the log.
    pub fn create(&self, session: &Session, name: &str) -> Channel {
        let bearer = format!("Bearer {}", session.access_token);
        let made = ureq::post(format!("{}/api/v1/channels", self.origin)).header("authorization", &bearer);
        made.send_json(json!({ "name": name })).expect("made").into_body().read_json().expect("a channel")
    }

    pub fn get<T: DeserializeOwned>(&self, session: &Session, path: &str) -> T {
        let bearer = format!("Bearer {}", session.access_token);
        let answer = ureq::get(format!("{}/api/v1{path}", self.origin)).header("authorization", &bearer).call();
        answer.expect("an answer").into_body().read_json().expect("JSON")
    }

    /// An open socket that holds nothing; `None` when the process has gone.
    pub fn socket(&self, token: &str) -> Option<Socket> {
        self.socket_from(token, BTreeMap::new())
    }

    /// An open socket that holds something.
    pub fn socket_from(&self, token: &str, since: BTreeMap<String, u64>) -> Option<Socket> {
        let address = self.origin.strip_prefix("http://").expect("plain http");
        let stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(15))).expect("a socket");
        let mut request = format!("ws://{address}/ws").into_client_request().expect("a request");
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
        let (mut socket, _) = tungstenite::client(request, stream).ok()?;
        socket.send(text(&ClientFrame::Resume { since })).ok()?;
        Some(socket)
    }
}

impl Drop for Process {
    /// A test that failed leaves none behind.
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(frame: &ClientFrame) -> Message {
    Message::text(serde_json::to_string(frame).expect("a frame"))
}

pub fn send(channel: &Channel, id: MessageId, retry: bool) -> Message {
    let (channel, id) = (channel.id.to_string(), id.to_string());
    text(&ClientFrame::Send { channel, body: format!("message {id}"), id, retry })
}

/// The next frame; `None` when the process has gone.
pub fn frame(socket: &mut Socket) -> Option<ServerFrame> {
    loop {
        match socket.read().ok()? {
            Message::Text(text) => return Some(serde_json::from_str(&text).expect("a frame")),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

/// Returns the next ack; `None` if the process has ended, or if the outcome is unknown.
pub fn ack(socket: &mut Socket) -> Option<(MessageId, Pos)> {
    loop {
        match frame(socket)? {
            ServerFrame::Ack { id, pos } => return Some((id, pos)),
            ServerFrame::Nack { is_final: false, .. } => return None,
            ServerFrame::Nack { code, .. } => panic!("refused: {code}"),
            _ => {}
        }
    }
}
