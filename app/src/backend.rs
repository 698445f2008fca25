//! What the pages need of the server, as a trait that the server functions call.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::{HeaderValue, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

/// The answer to a form: the page that the browser goes to, and its cookies. A refusal is a page, too, which shows the reason.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// The path and query of the page.
    pub to: String,
    /// The values of `Set-Cookie` headers.
    pub cookies: Vec<HeaderValue>,
}

impl Redirect {
    /// Creates a redirect without cookies.
    pub fn to(to: impl Into<String>) -> Self {
        Self { to: to.into(), cookies: Vec::new() }
    }

    /// Adds a cookie.
    pub fn with(mut self, cookie: HeaderValue) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Answers the form.
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
    /// Creates an account and logs it in.
    async fn sign_up(&self, name: String, password: String, next: String) -> Redirect;
    /// Logs an account in.
    async fn log_in(&self, name: String, password: String, next: String) -> Redirect;
    /// Ends this session.
    async fn log_out(&self) -> Redirect;
    /// Ends all sessions of the user.
    async fn log_out_everywhere(&self) -> Redirect;
    /// Ends a session of the user, which may be this one.
    async fn end_session(&self, session: String) -> Redirect;
    /// Changes the workspace if the user owns it; `from` names the page of the form.
    async fn set_up(&self, name: String, language: String, sign_up: String, from: String) -> Redirect;
    /// Creates a channel.
    async fn create_channel(&self, name: String, topic: String) -> Redirect;
    /// Joins a channel.
    async fn join(&self, channel: String) -> Redirect;
    /// Leaves a channel.
    async fn leave(&self, channel: String) -> Redirect;
    /// Sends a message.
    async fn send_message(&self, channel: String, id: String, body: String) -> Redirect;
    /// Chooses the language of this device.
    async fn set_language(&self, language: String, back: String) -> Redirect;
    /// Chooses the theme of this device.
    async fn set_theme(&self, theme: String, back: String) -> Redirect;
    /// Chooses the format of times of day on this device.
    async fn set_clock(&self, clock: String, back: String) -> Redirect;
    /// Chooses what Enter does on this device: `sends` or `breaks`.
    async fn set_enter(&self, enter: String, back: String) -> Redirect;
}

/// Returns the server from the context of the request.
pub fn backend() -> Arc<dyn Backend> {
    expect_context::<Arc<dyn Backend>>()
}
