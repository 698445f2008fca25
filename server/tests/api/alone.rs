//! The one file, alone in an empty folder: everything that people need is inside it, and what it has acknowledged survives
//! its being killed. `make test` gives it the development build with the site inside, `make release-test` the release.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use domain::{
    api::{Channel, History, Page, Session},
    ids::{MessageId, Pos},
    wire::{ClientFrame, ServerFrame},
};
use serde_json::json;
use tungstenite::{Message, WebSocket, client::IntoClientRequest};

/// Messages sent in one go, more than are acknowledged before the kill. As many as one person may send at once.
const SENT: usize = 55;
/// Acknowledged before the kill.
const ACKED: usize = 20;

struct Process {
    child: Child,
    origin: String,
}

impl Process {
    fn start(binary: &Path, folder: &Path) -> Self {
        let mut child = Command::new(binary)
            .args(["--listen", "127.0.0.1:0", "--data", "data"])
            .current_dir(folder)
            .env_clear()
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it says where it is");
        let origin = line.trim().rsplit(' ').next().expect("an address").to_owned();
        Self { child, origin }
    }

    fn kill(mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("gone");
    }

    fn socket(&self, token: &str) -> WebSocket<TcpStream> {
        let address = self.origin.strip_prefix("http://").expect("plain http");
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket");
        let mut request = format!("ws://{address}/ws").into_client_request().expect("a request");
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
        let (mut socket, _) = tungstenite::client(request, stream).expect("it opens");
        socket.send(text(&ClientFrame::Resume { since: BTreeMap::new() })).expect("sent");
        socket
    }
}

fn text(frame: &ClientFrame) -> Message {
    Message::text(serde_json::to_string(frame).expect("a frame"))
}

fn send(channel: &Channel, id: MessageId, again: bool) -> Message {
    let (channel, id) = (channel.id.to_string(), id.to_string());
    text(&ClientFrame::Send { channel, body: format!("message {id}"), id, again })
}

/// The next ack.
fn ack(socket: &mut WebSocket<TcpStream>) -> (MessageId, Pos) {
    loop {
        let Message::Text(frame) = socket.read().expect("a frame") else { continue };
        match serde_json::from_str(&frame).expect("a frame") {
            ServerFrame::Ack { id, pos } => return (id, pos),
            ServerFrame::Nack { code, .. } => panic!("refused: {code}"),
            _ => {}
        }
    }
}

#[test]
fn alone_in_an_empty_folder_it_keeps_what_it_has_acknowledged() {
    let Some(binary) = std::env::var_os("JIMMY_TEST_BINARY").map(PathBuf::from) else {
        println!("skipped: JIMMY_TEST_BINARY does not name a binary with the site inside (make test-rust does)");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let alone = folder.path().join("jimmy-chat");
    std::fs::copy(binary, &alone).expect("copied");
    let process = Process::start(&alone, folder.path());

    let page = ureq::get(format!("{}/sign-up", process.origin)).call().expect("a page");
    let page = page.into_body().read_to_string().expect("text");
    let css = page.split('"').find(|part| part.ends_with("/jimmy.css")).expect("a style sheet");
    for file in ["jimmy.css", "jimmy.js", "jimmy.wasm", "icons.svg", "start.js"] {
        let url = format!("{}{}", process.origin, css.replace("jimmy.css", file));
        let size = ureq::get(url).call().expect("it is inside").into_body().read_to_vec().expect("bytes").len();
        assert!(size > 100, "{file}");
    }

    let account = json!({ "name": "ann", "password": "correct horse battery" });
    let session = ureq::post(format!("{}/api/v1/accounts", process.origin)).send_json(account).expect("signed up");
    let session: Session = session.into_body().read_json().expect("a session");
    let bearer = format!("Bearer {}", session.access_token);
    let channels = ureq::get(format!("{}/api/v1/channels", process.origin)).header("authorization", &bearer).call();
    let channels: Page<Channel> = channels.expect("a list").into_body().read_json().expect("a list");
    let hall = &channels.items[0];

    let ids: Vec<MessageId> = (0..SENT).map(|_| MessageId::generate()).collect();
    let mut socket = process.socket(&session.access_token);
    ids.iter().for_each(|id| socket.send(send(hall, *id, false)).expect("sent"));
    let mut acked: BTreeMap<MessageId, Pos> = (0..ACKED).map(|_| ack(&mut socket)).collect();
    process.kill();

    let process = Process::start(&alone, folder.path());
    let mut socket = process.socket(&session.access_token);
    let unknown: Vec<MessageId> = ids.iter().filter(|id| !acked.contains_key(id)).copied().collect();
    unknown.iter().for_each(|id| socket.send(send(hall, *id, true)).expect("sent"));
    acked.extend(unknown.iter().map(|_| ack(&mut socket)));

    let url = format!("{}/api/v1/channels/{}/messages?limit=100", process.origin, hall.id);
    let history = ureq::get(url).header("authorization", &bearer).call().expect("a page");
    let history: History = history.into_body().read_json().expect("a page");
    let read: Vec<(MessageId, Pos)> =
        history.events.iter().filter_map(|event| Some((event.message()?.id, event.pos))).collect();
    let sent: Vec<(MessageId, Pos)> = ids.iter().map(|id| (*id, acked[id])).collect();
    assert_eq!(read, sent, "each once, where its ack said, in the order of sending");
    process.kill();
}
