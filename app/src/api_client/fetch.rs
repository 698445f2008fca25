//! Calls under `/api/v1`. Only the browser makes them.

use domain::{
    api::{Channel, Gateway, History, Page},
    ids::ChannelId,
    rejection::Code,
};
use leptos::prelude::window;
use serde_json::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestInit, Response};

use super::json::{self, Read, field};

/// Loads a page of a channel's history; `query` begins with `?` or is empty.
///
/// # Errors
/// Returns the code of the server's problem, or [`Code::TryAgain`] if it does not answer.
pub async fn history(channel: &ChannelId, query: &str) -> Result<History, Code> {
    call("GET", &format!("/api/v1/channels/{channel}/messages{query}")).await
}

/// Loads a channel.
///
/// # Errors
/// As [`history`].
pub async fn channel(channel: &ChannelId) -> Result<Channel, Code> {
    call("GET", &format!("/api/v1/channels/{channel}")).await
}

/// Loads channels; `query` begins with `?` or is empty.
///
/// # Errors
/// As [`history`].
pub async fn channels(query: &str) -> Result<Page<Channel>, Code> {
    call("GET", &format!("/api/v1/channels{query}")).await
}

/// Loads the members of a channel; `query` begins with `?` or is empty.
///
/// # Errors
/// As [`history`].
pub async fn members(channel: &ChannelId, query: &str) -> Result<Page<domain::event::Account>, Code> {
    call("GET", &format!("/api/v1/channels/{channel}/members{query}")).await
}

/// Joins a channel.
///
/// # Errors
/// As [`history`].
pub async fn join(channel: &ChannelId) -> Result<Channel, Code> {
    call("PUT", &format!("/api/v1/channels/{channel}/membership")).await
}

/// Leaves a channel.
///
/// # Errors
/// As [`history`].
pub async fn leave(channel: &ChannelId) -> Result<(), Code> {
    let response = send("DELETE", &format!("/api/v1/channels/{channel}/membership")).await.ok_or(Code::TryAgain)?;
    response.ok().then_some(()).ok_or(Code::TryAgain)
}

/// Returns the URL at which to open the socket.
///
/// # Errors
/// As [`history`]; [`Code::Unauthorized`] means that the user has to log in again.
pub async fn gateway() -> Result<Gateway, Code> {
    call("GET", "/api/v1/gateway").await
}

/// Encodes a value for a query.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// Returns whether the server serves a newer page. It lets browsers cache only the current version's files for ever.
pub async fn is_outdated(assets: &str) -> bool {
    let Some(response) = send("GET", &format!("{assets}/favicon.svg")).await else { return false };
    let kept = response.headers().get("cache-control").ok().flatten();
    response.ok() && !kept.is_some_and(|kept| kept.contains("immutable"))
}

async fn call<T: Read>(method: &str, address: &str) -> Result<T, Code> {
    T::read(&answer(method, address).await?).ok_or(Code::TryAgain)
}

/// Not generic: generic code would be in the page once for each call.
async fn answer(method: &str, address: &str) -> Result<Value, Code> {
    let response = send(method, address).await.ok_or(Code::TryAgain)?;
    let text = response.text().map_err(|_| Code::TryAgain)?;
    let text = JsFuture::from(text).await.map_err(|_| Code::TryAgain)?;
    let answer = json::parse(&text.as_string().unwrap_or_default()).ok_or(Code::TryAgain)?;
    // A proxy answers in a format of its own.
    if response.ok() { Ok(answer) } else { Err(field(&answer, "code").unwrap_or(Code::TryAgain)) }
}

/// Returns `None` if the server does not answer. The browser's cache is not used, because everything changes.
async fn send(method: &str, address: &str) -> Option<Response> {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_cache(RequestCache::NoStore);
    JsFuture::from(window().fetch_with_str_and_init(address, &init)).await.ok()?.dyn_into().ok()
}
