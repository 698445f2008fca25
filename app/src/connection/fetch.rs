//! Calls of the page under `/api/v1`. Only the browser makes them.

use domain::{
    api::{Channel, Gateway, History, Page},
    ids::ChannelId,
    rejection::Code,
};
use gloo_net::http::{Request, RequestBuilder};
use serde_json::Value;

use crate::json::{self, Read, field};

/// A piece of a channel; `query` begins with `?` or is empty.
///
/// # Errors
/// The problem's code; [`Code::TryAgain`] when nobody answers.
pub async fn history(channel: &ChannelId, query: &str) -> Result<History, Code> {
    call(Request::get(&format!("/api/v1/channels/{channel}/messages{query}"))).await
}

/// A channel.
///
/// # Errors
/// As [`history`].
pub async fn channel(channel: &ChannelId) -> Result<Channel, Code> {
    call(Request::get(&format!("/api/v1/channels/{channel}"))).await
}

/// Channels; `query` begins with `?` or is empty.
///
/// # Errors
/// As [`history`].
pub async fn channels(query: &str) -> Result<Page<Channel>, Code> {
    call(Request::get(&format!("/api/v1/channels{query}"))).await
}

/// The people in a channel; `query` begins with `?` or is empty.
///
/// # Errors
/// As [`history`].
pub async fn members(channel: &ChannelId, query: &str) -> Result<Page<domain::event::Account>, Code> {
    call(Request::get(&format!("/api/v1/channels/{channel}/members{query}"))).await
}

/// Joins a channel.
///
/// # Errors
/// As [`history`].
pub async fn join(channel: &ChannelId) -> Result<Channel, Code> {
    call(Request::put(&format!("/api/v1/channels/{channel}/membership"))).await
}

/// Leaves a channel.
///
/// # Errors
/// As [`history`].
pub async fn leave(channel: &ChannelId) -> Result<(), Code> {
    let answer = Request::delete(&format!("/api/v1/channels/{channel}/membership")).send().await;
    answer.map_err(|_| Code::TryAgain)?.ok().then_some(()).ok_or(Code::TryAgain)
}

/// Where to open the socket now.
///
/// # Errors
/// As [`history`]; [`Code::Unauthorized`] means to log in again.
pub async fn gateway() -> Result<Gateway, Code> {
    call(Request::get("/api/v1/gateway")).await
}

/// A value as it stands in a query.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// Whether the server names its files otherwise than this page does: those that it names now may be kept for ever.
pub async fn is_outdated(assets: &str) -> bool {
    let request = Request::get(&format!("{assets}/favicon.svg")).cache(web_sys::RequestCache::NoStore);
    let Ok(response) = request.send().await else { return false };
    response.ok() && !response.headers().get("cache-control").is_some_and(|kept| kept.contains("immutable"))
}

async fn call<T: Read>(request: RequestBuilder) -> Result<T, Code> {
    T::read(&answer(request).await?).ok_or(Code::TryAgain)
}

/// Not generic: what is generic here would be in the page for each call.
async fn answer(request: RequestBuilder) -> Result<Value, Code> {
    let response = request.send().await.map_err(|_| Code::TryAgain)?;
    let text = response.text().await.map_err(|_| Code::TryAgain)?;
    let answer = json::parse(&text).ok_or(Code::TryAgain)?;
    // Whoever stands before the server answers in words of its own.
    if response.ok() { Ok(answer) } else { Err(field(&answer, "code").unwrap_or(Code::TryAgain)) }
}
