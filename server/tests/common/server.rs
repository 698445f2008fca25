//! A running server, its users, and their sockets.

#![allow(dead_code, reason = "each test program uses a part of it")]

#[path = "socket.rs"]
mod socket;
#[path = "users.rs"]
mod users;

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use clap::Parser;
use jimmy_server::{config::Args, error::OperatorError, wiring};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::oneshot};

pub use socket::Socket;
pub use users::{Answer, User};

use crate::stack::Place;

pub const PASSWORD: &str = "correct horse battery";
/// Time limit of a wait. Everything here takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time limit of a start: with services, the server creates tables and a topic.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// A server of a test's own. With `JIMMY_TEST_ON_STACK`, two servers on real services; users alternate between them.
pub struct Server {
    pub origin: String,
    pub data: TempDir,
    /// Of the second one.
    other: Option<String>,
    people: AtomicUsize,
    running: Option<(Runtime, Vec<Running>)>,
}

type Running = (oneshot::Sender<()>, tokio::task::JoinHandle<Result<(), OperatorError>>);

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
            address.recv_timeout(START_PATIENCE).expect("it starts")
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

    /// Returns the server that the next user connects to.
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

    /// Logs in an existing user.
    pub fn log_in(&self, name: &str) -> User<'_> {
        self.enter("/api/v1/sessions", name)
    }

    /// Signs up a new user.
    pub fn sign_up(&self, name: &str) -> User<'_> {
        self.enter("/api/v1/accounts", name)
    }

    fn enter(&self, path: &str, name: &str) -> User<'_> {
        let (origin, body) = (self.next_origin(), json!({ "name": name, "password": PASSWORD }));
        let answer = self.call_at(&origin, "POST", path, &[("content-type", "application/json")], body.to_string());
        assert_eq!(answer.status, 201, "{}", answer.text);
        User { server: self, origin, session: answer.json() }
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
