//! What the pages need of the server, as a trait: server functions are a few lines that call it.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::{HeaderValue, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

/// Where the browser goes next, and the cookies it takes along. A refusal is a place too: the page that says so.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// Path and query on this site.
    pub to: String,
    /// `Set-Cookie` values.
    pub cookies: Vec<HeaderValue>,
}

impl Redirect {
    /// There, with no cookie.
    pub fn to(to: impl Into<String>) -> Self {
        Self { to: to.into(), cookies: Vec::new() }
    }

    /// With one more cookie.
    pub fn with(mut self, cookie: HeaderValue) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Answers a form: the browser goes there.
    pub fn answer(self) {
        let response = expect_context::<ResponseOptions>();
        for cookie in self.cookies {
            response.append_header(header::SET_COOKIE, cookie);
        }
        leptos_axum::redirect(&self.to);
    }
}

/// The server, for the request that is being answered. Each function checks the session itself.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Makes an account and logs it in.
    async fn sign_up(&self, name: String, password: String, next: String) -> Redirect;
    /// Logs an account in.
    async fn log_in(&self, name: String, password: String, next: String) -> Redirect;
    /// Ends this session.
    async fn log_out(&self) -> Redirect;
    /// Ends all sessions of this person.
    async fn log_out_everywhere(&self) -> Redirect;
    /// Ends another session of this person, or this one.
    async fn end_session(&self, session: String) -> Redirect;
    /// Changes the workspace, for its owner; `from` is the page of the form.
    async fn set_up(&self, name: String, language: String, sign_up: String, from: String) -> Redirect;
    /// Makes a channel.
    async fn create_channel(&self, name: String, purpose: String) -> Redirect;
    /// Joins a channel.
    async fn join(&self, channel: String) -> Redirect;
    /// Leaves a channel.
    async fn leave(&self, channel: String) -> Redirect;
    /// Says something.
    async fn say(&self, channel: String, id: String, body: String) -> Redirect;
    /// Chooses a language.
    async fn set_language(&self, language: String, back: String) -> Redirect;
    /// Chooses a theme.
    async fn set_theme(&self, theme: String, back: String) -> Redirect;
    /// Chooses how times of day are shown.
    async fn set_clock(&self, clock: String, back: String) -> Redirect;
    /// Chooses what Enter does: `sends` or `breaks`.
    async fn set_enter(&self, enter: String, back: String) -> Redirect;
}

/// The server, from the context of the request.
pub fn backend() -> Arc<dyn Backend> {
    expect_context::<Arc<dyn Backend>>()
}
