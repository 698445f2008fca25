//! Users of a server, and the answers that they receive.

use std::time::Instant;

use domain::{
    api::{Channel, History, Problem, Session},
    ids::{ChannelId, MessageId},
    wire::Welcome,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{PATIENCE, Server, Socket};

/// The answer to a call.
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

    /// Returns the stable code of a refusal. Checks the form of the refusal, too.
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

/// A user with a session.
pub struct User<'a> {
    pub server: &'a Server,
    /// The server that this one is on.
    pub origin: String,
    pub session: Session,
}

impl User<'_> {
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
        let answer = self.call("POST", "/channels", Some(&json!({ "name": name, "topic": "why" })));
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

    /// Returns the newest events of a channel, once there are `count`: they may come from another server.
    pub fn read_at_least(&self, channel: &ChannelId, count: usize) -> History {
        let since = Instant::now();
        loop {
            let answer = self.call("GET", &format!("/channels/{channel}/messages"), None);
            // This server may not have read the event of a new channel yet.
            if answer.status == 200 {
                let history: History = answer.json();
                if history.events.len() >= count {
                    return history;
                }
            }
            assert!(since.elapsed() < PATIENCE, "{}", answer.text);
        }
    }

    /// Returns the channel, as this user sees it.
    pub fn see(&self, channel: &ChannelId) -> Channel {
        self.call("GET", &format!("/channels/{channel}"), None).json()
    }

    /// The same, once this server knows `count` messages: they may come from another server.
    pub fn see_at_least(&self, channel: &ChannelId, messages: u64) -> Channel {
        let since = Instant::now();
        loop {
            let seen = self.see(channel);
            if seen.head_n >= messages {
                return seen;
            }
            assert!(since.elapsed() < PATIENCE, "{} of {messages} messages are known", seen.head_n);
        }
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
