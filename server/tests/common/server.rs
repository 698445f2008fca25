//! A running server, people who use it, and their sockets; so that tests read like prose.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::{
    net::TcpStream,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use clap::Parser;
use domain::{
    api::{Channel, History, Problem, Session},
    ids::{ChannelId, MessageId, Pos},
    wire::{ClientFrame, ServerFrame, Welcome},
};
use jimmy_server::{config::Args, wiring};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::oneshot};
use tungstenite::{Message, WebSocket, client::IntoClientRequest, http::HeaderValue, protocol::CloseFrame};

use crate::stack::Place;

pub const PASSWORD: &str = "correct horse battery";
/// Everything here takes milliseconds; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server of a test's own. With `JIMMY_TEST_ON_STACK` it is two servers on real services, and people are on one or the other.
pub struct Server {
    pub origin: String,
    pub data: TempDir,
    /// Of the second one.
    other: Option<String>,
    people: AtomicUsize,
    running: Option<(Runtime, Vec<Running>)>,
}

type Running = (oneshot::Sender<()>, tokio::task::JoinHandle<Result<(), String>>);

impl Server {
    pub fn start() -> Self {
        Self::start_with(&[], tempfile::tempdir().expect("a folder"))
    }

    /// One that runs as a process of its own.
    pub fn at(origin: &str) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        Self { origin: origin.into(), data, other: None, people: AtomicUsize::new(0), running: None }
    }

    /// Without limits of rate and count.
    pub fn unlimited() -> Self {
        Self::start_with(&["--no-rate-limits"], tempfile::tempdir().expect("a folder"))
    }

    pub fn start_with(flags: &[&str], data: TempDir) -> Self {
        let folder = data.path().to_owned();
        Self::run(flags, data, &folder)
    }

    /// With a data folder that is made.
    pub fn start_in(folder: &Path) -> Self {
        Self::run(&[], tempfile::tempdir().expect("a folder"), folder)
    }

    fn run(flags: &[&str], data: TempDir, folder: &Path) -> Self {
        let listen: &[&str] = if flags.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
        let all = [&["jimmy-chat", "--data", folder.to_str().expect("text")], listen, flags].concat();
        let runtime = Runtime::new().expect("a runtime");
        let mut running = Vec::new();
        let mut start = |more: &[String]| {
            let flags = all.iter().copied().chain(more.iter().map(String::as_str));
            let config = Args::try_parse_from(flags).expect("flags").config().expect("valid");
            let (stop, stopped) = oneshot::channel();
            let (ready, address) = std::sync::mpsc::channel();
            let serving = runtime.spawn(wiring::run(
                config,
                async {
                    let _ = stopped.await;
                },
                move |origin| ready.send(origin.to_owned()).expect("the test waits"),
            ));
            running.push((stop, serving));
            address.recv_timeout(PATIENCE).expect("it starts")
        };
        let (origin, other) = match std::env::var_os("JIMMY_TEST_ON_STACK") {
            None => (start(&[]), None),
            Some(_) => {
                let place = Place::kept_in(folder).flags();
                let named = |name: &str| [&place[..], &["--name".into(), name.into()]].concat();
                let second = !flags.contains(&"--listen");
                (start(&named("a")), second.then(|| start(&named("b"))))
            }
        };
        Self { origin, data, other, people: AtomicUsize::new(0), running: Some((runtime, running)) }
    }

    /// The server that the next person is on.
    fn next_origin(&self) -> String {
        let is_even = self.people.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
        self.other.clone().filter(|_| !is_even).unwrap_or_else(|| self.origin.clone())
    }

    /// Stops it in an orderly way; its data stays.
    pub fn stop(mut self) -> TempDir {
        let (runtime, running) = self.running.take().expect("running");
        for (stop, serving) in running {
            stop.send(()).expect("it listens");
            runtime.block_on(serving).expect("no panic").expect("an orderly end");
        }
        std::mem::replace(&mut self.data, tempfile::tempdir().expect("a folder"))
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// A call, with what it is answered: status and body.
    pub fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let text = body.map(Value::to_string).unwrap_or_default();
        let says_what = headers.iter().any(|(name, _)| *name == "content-type");
        let json = (body.is_some() && !says_what).then_some(("content-type", "application/json"));
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain(json).collect();
        self.call_with(method, path, &headers, text)
    }

    /// The same, with a body of any kind.
    pub fn call_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
        self.call_at(&self.origin, method, path, headers, body)
    }

    fn call_at(&self, origin: &str, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{origin}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body).expect("a request"))
    }

    /// A form of a page, from a page of ours.
    pub fn form(&self, path: &str, cookie: Option<&str>, fields: &[(&str, &str)]) -> Answer {
        let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = ureq::http::Request::builder()
            .method("POST")
            .uri(self.url(path))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "text/html")
            .header("origin", &self.origin);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        self.send(request.body(body).expect("a request"))
    }

    fn send(&self, request: ureq::http::Request<String>) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .allow_non_standard_methods(true)
            .build()
            .into();
        let mut response = agent.run(request).expect("an answer");
        let header =
            |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let (location, cookie, kind) = (header("location"), header("set-cookie"), header("content-type"));
        let headers = response.headers().clone();
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().unwrap_or_default();
        Answer { status, text, location, cookie, kind, headers }
    }

    /// Somebody who has an account.
    pub fn log_in(&self, name: &str) -> Person<'_> {
        self.enter("/api/v1/sessions", name)
    }

    /// A new person.
    pub fn sign_up(&self, name: &str) -> Person<'_> {
        self.enter("/api/v1/accounts", name)
    }

    fn enter(&self, path: &str, name: &str) -> Person<'_> {
        let (origin, body) = (self.next_origin(), json!({ "name": name, "password": PASSWORD }));
        let answer = self.call_at(&origin, "POST", path, &[("content-type", "application/json")], body.to_string());
        assert_eq!(answer.status, 201, "{}", answer.text);
        Person { server: self, origin, session: answer.json() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((runtime, running)) = self.running.take() {
            drop(running);
            runtime.shutdown_background();
        }
    }
}

/// What a call was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
    pub location: String,
    pub cookie: String,
    pub kind: String,
    pub headers: ureq::http::HeaderMap,
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The stable word of a refusal, whose form is checked in passing.
    pub fn code(&self) -> String {
        assert_eq!(self.kind, "application/problem+json", "{}", self.text);
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status);
        problem.code.to_string()
    }

    /// `name=value` of the cookie that was set.
    pub fn session_cookie(&self) -> String {
        self.cookie.split(';').next().unwrap_or_default().to_owned()
    }
}

/// Somebody with a session.
pub struct Person<'a> {
    pub server: &'a Server,
    /// The server that this one is on.
    pub origin: String,
    pub session: Session,
}

impl Person<'_> {
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.session.access_token)
    }

    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let bearer = self.bearer();
        let mut headers = vec![("authorization", &*bearer)];
        headers.extend(body.map(|_| ("content-type", "application/json")));
        let text = body.map(Value::to_string).unwrap_or_default();
        self.server.call_at(&self.origin, method, &format!("/api/v1{path}"), &headers, text)
    }

    pub fn hall(&self) -> Channel {
        let page: domain::api::Page<Channel> = self.call("GET", "/channels", None).json();
        page.items.into_iter().next().expect("the hall comes first")
    }

    pub fn create(&self, name: &str) -> Channel {
        let answer = self.call("POST", "/channels", Some(&json!({ "name": name, "purpose": "why" })));
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    pub fn join(&self, channel: &ChannelId) -> Answer {
        self.call("PUT", &format!("/channels/{channel}/membership"), None)
    }

    pub fn say(&self, channel: &ChannelId, id: MessageId, body: &str) -> Answer {
        self.call("POST", &format!("/channels/{channel}/messages"), Some(&json!({ "id": id, "body": body })))
    }

    pub fn read(&self, channel: &ChannelId, query: &str) -> History {
        let answer = self.call("GET", &format!("/channels/{channel}/messages{query}"), None);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// The newest events of a channel, once there are so many: another server may have said them.
    pub fn read_at_least(&self, channel: &ChannelId, count: usize) -> History {
        let since = Instant::now();
        loop {
            let answer = self.call("GET", &format!("/channels/{channel}/messages"), None);
            // A channel may be so new that this server has not heard of it.
            if answer.status == 200 {
                let history: History = answer.json();
                if history.events.len() >= count {
                    return history;
                }
            }
            assert!(since.elapsed() < PATIENCE, "{}", answer.text);
        }
    }

    /// The channel, as this person sees it.
    pub fn see(&self, channel: &ChannelId) -> Channel {
        self.call("GET", &format!("/channels/{channel}"), None).json()
    }

    /// An open socket that has not resumed.
    pub fn open(&self) -> Socket {
        Socket::open_at(&self.origin, &[("authorization", &self.bearer())]).expect("it opens")
    }

    /// An open socket that holds nothing, and its welcome.
    pub fn connect(&self) -> (Socket, Welcome) {
        let mut socket = self.open();
        let welcome = socket.resume(&[]);
        (socket, welcome)
    }
}

/// A socket, as a program of somebody else's would use it.
pub struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// The status that refused it, if it did not open.
    pub fn open(server: &Server, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        Self::open_at(&server.origin, headers)
    }

    fn open_at(origin: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
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
        // The server may close while this is written; what it said is read next.
        let _ = self.0.send(Message::text(text.into()));
    }

    pub fn say(&mut self, channel: &ChannelId, id: MessageId, body: &str) {
        let (channel, id) = (channel.to_string(), id.to_string());
        self.send(&ClientFrame::Send { channel, id, body: body.into(), again: false });
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
