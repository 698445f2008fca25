//! Calls of the HTTP API, each on a thread of its own, with bounded concurrency.

use std::sync::Arc;

use domain::{
    api::{Channel, Gateway, History, NewAccount, NewChannel, NewMessage, Posted, Problem, Session},
    error::ErrorCode,
    ids::{ChannelId, MessageId},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::Semaphore;
use ureq::{Agent, http};

use crate::plan::{CALL_WAIT, CALLS};

/// A client of one server's HTTP API.
#[derive(Clone)]
pub struct Calls {
    origin: Arc<str>,
    agent: Agent,
    turns: Arc<Semaphore>,
}

/// Why a call has no usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// The server does not answer; the request may have been executed.
    #[error("no answer")]
    Gone,
    /// The server refuses the request.
    #[error("{0}")]
    Refused(ErrorCode),
}

impl Calls {
    /// Creates a client for a server at `origin`, such as `http://127.0.0.1:3000`.
    pub fn new(origin: &str) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).timeout_global(Some(CALL_WAIT)).build();
        Self { origin: origin.into(), agent: agent.into(), turns: Arc::new(Semaphore::new(CALLS)) }
    }

    pub async fn sign_up(&self, name: &str, password: &str) -> Result<Session, NoAnswer> {
        let account = NewAccount { name: name.into(), password: password.into(), display_name: None };
        self.call("POST", "/accounts".into(), "", Some(&account)).await
    }

    pub async fn create(&self, token: &str, name: &str) -> Result<Channel, NoAnswer> {
        let channel = NewChannel { name: name.into(), topic: String::new() };
        self.call("POST", "/channels".into(), token, Some(&channel)).await
    }

    pub async fn join(&self, token: &str, channel: &ChannelId) -> Result<Channel, NoAnswer> {
        self.call("PUT", format!("/channels/{channel}/membership"), token, None::<&()>).await
    }

    pub async fn leave(&self, token: &str, channel: &ChannelId) -> Result<(), NoAnswer> {
        let path = format!("/channels/{channel}/membership");
        let (status, _) = self.answer("DELETE", path, token, None::<&()>).await?;
        if status == 204 { Ok(()) } else { Err(NoAnswer::Gone) }
    }

    pub async fn channel(&self, token: &str, channel: &ChannelId) -> Result<Channel, NoAnswer> {
        self.call("GET", format!("/channels/{channel}"), token, None::<&()>).await
    }

    pub async fn hall(&self, token: &str) -> Result<Channel, NoAnswer> {
        let page: domain::api::Page<Channel> = self.call("GET", "/channels".into(), token, None::<&()>).await?;
        page.items.into_iter().next().ok_or(NoAnswer::Gone)
    }

    /// Returns a page of history. `query` is empty or begins with `?`.
    pub async fn history(&self, token: &str, channel: &ChannelId, query: &str) -> Result<History, NoAnswer> {
        self.call("GET", format!("/channels/{channel}/messages{query}"), token, None::<&()>).await
    }

    pub async fn post(&self, token: &str, channel: &ChannelId, id: MessageId, body: &str) -> Result<Posted, NoAnswer> {
        let message = NewMessage { id: id.to_string(), body: body.into() };
        self.call("POST", format!("/channels/{channel}/messages"), token, Some(&message)).await
    }

    /// Returns the name of the server on which to open a socket.
    pub async fn gateway(&self, token: &str) -> Result<String, NoAnswer> {
        let gateway: Gateway = self.call("GET", "/gateway".into(), token, None::<&()>).await?;
        gateway
            .url
            .rsplit_once("?server=")
            .map(|(_, name)| name.to_owned())
            .ok_or(NoAnswer::Refused(ErrorCode::Unknown))
    }

    /// Returns whether the server reports that it is ready.
    pub async fn is_ready(&self) -> bool {
        self.readiness().await.is_some()
    }

    /// Returns the server's readiness report; `None` while it is not ready.
    pub async fn readiness(&self) -> Option<String> {
        let (agent, url) = (self.agent.clone(), format!("{}/readyz?verbose", self.origin));
        let asked = tokio::task::spawn_blocking(move || {
            let mut answer = agent.get(url).call().ok().filter(|answer| answer.status() == 200)?;
            answer.body_mut().read_to_string().ok()
        });
        asked.await.ok().flatten()
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        path: String,
        token: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, NoAnswer> {
        let (status, text) = self.answer(method, path, token, body).await?;
        if !(200..300).contains(&status) {
            let problem: Problem = serde_json::from_str(&text).map_err(|_| NoAnswer::Refused(ErrorCode::Unknown))?;
            return Err(NoAnswer::Refused(problem.code));
        }
        // A server that is killed may truncate its answer.
        serde_json::from_str(&text).map_err(|_| NoAnswer::Gone)
    }

    async fn answer(
        &self,
        method: &str,
        path: String,
        token: &str,
        body: Option<&impl Serialize>,
    ) -> Result<(u16, String), NoAnswer> {
        let _turn = self.turns.acquire().await.map_err(|_| NoAnswer::Gone)?;
        let text = body.map(|body| serde_json::to_string(body).map_err(|_| NoAnswer::Gone)).transpose()?;
        let mut request = http::Request::builder().method(method).uri(format!("{}/api/v1{path}", self.origin));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if text.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(text.unwrap_or_default()).map_err(|_| NoAnswer::Gone)?;
        let agent = self.agent.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let mut response = agent.run(request).map_err(|_| NoAnswer::Gone)?;
            let status = response.status().as_u16();
            Ok((status, response.body_mut().read_to_string().map_err(|_| NoAnswer::Gone)?))
        });
        asked.await.map_err(|_| NoAnswer::Gone)?
    }
}
