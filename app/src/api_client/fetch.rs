//! Calls under `/api/v1`. Only the browser makes them.

use domain::{
    api::{Channel, Gateway, History, Page},
    error::ErrorCode,
    ids::ChannelId,
};
use gloo_net::http::{Method, RequestBuilder, Response};
use serde_json::Value;
use web_sys::RequestCache;

use super::json::{self, Read, field};

/// Parameters of a call, in their order. Their values are encoded on the way.
pub type Query = [(&'static str, String)];

/// Loads a page of a channel's history.
///
/// # Errors
/// Returns the code of the server's problem, or [`ErrorCode::TryAgain`] if it does not answer.
pub async fn history(channel: &ChannelId, query: &Query) -> Result<History, ErrorCode> {
    call(Method::GET, &format!("/api/v1/channels/{channel}/messages"), query).await
}

/// Loads a channel.
///
/// # Errors
/// As [`history`].
pub async fn channel(channel: &ChannelId) -> Result<Channel, ErrorCode> {
    call(Method::GET, &format!("/api/v1/channels/{channel}"), &[]).await
}

/// Loads a page of channels.
///
/// # Errors
/// As [`history`].
pub async fn channels(query: &Query) -> Result<Page<Channel>, ErrorCode> {
    call(Method::GET, "/api/v1/channels", query).await
}

/// Loads a page of the members of a channel.
///
/// # Errors
/// As [`history`].
pub async fn members(channel: &ChannelId, query: &Query) -> Result<Page<domain::event::Account>, ErrorCode> {
    call(Method::GET, &format!("/api/v1/channels/{channel}/members"), query).await
}

/// Joins a channel.
///
/// # Errors
/// As [`history`].
pub async fn join(channel: &ChannelId) -> Result<Channel, ErrorCode> {
    call(Method::PUT, &format!("/api/v1/channels/{channel}/membership"), &[]).await
}

/// Leaves a channel.
///
/// # Errors
/// As [`history`].
pub async fn leave(channel: &ChannelId) -> Result<(), ErrorCode> {
    let address = format!("/api/v1/channels/{channel}/membership");
    let response = send(Method::DELETE, &address, &[]).await.ok_or(ErrorCode::TryAgain)?;
    response.ok().then_some(()).ok_or(ErrorCode::TryAgain)
}

/// Returns the URL at which to open the socket.
///
/// # Errors
/// As [`history`]; [`ErrorCode::Unauthorized`] means that the user has to log in again.
pub async fn gateway() -> Result<Gateway, ErrorCode> {
    call(Method::GET, "/api/v1/gateway", &[]).await
}

/// Returns whether the server serves a newer page. It lets browsers cache only the current version's files for ever.
pub async fn is_outdated(assets: &str) -> bool {
    let Some(response) = send(Method::GET, &format!("{assets}/favicon.svg"), &[]).await else { return false };
    let cache_control = response.headers().get("cache-control");
    response.ok() && !cache_control.is_some_and(|value| value.contains("immutable"))
}

async fn call<T: Read>(method: Method, address: &str, query: &Query) -> Result<T, ErrorCode> {
    T::read(&answer(method, address, query).await?).ok_or(ErrorCode::TryAgain)
}

/// Not generic: generic code would be in the page once for each call.
async fn answer(method: Method, address: &str, query: &Query) -> Result<Value, ErrorCode> {
    let response = send(method, address, query).await.ok_or(ErrorCode::TryAgain)?;
    let text = response.text().await.map_err(|_| ErrorCode::TryAgain)?;
    let answer = json::parse(&text).ok_or(ErrorCode::TryAgain)?;
    // A proxy answers in a format of its own.
    if response.ok() { Ok(answer) } else { Err(field(&answer, "code").unwrap_or(ErrorCode::TryAgain)) }
}

/// Returns `None` if the server does not answer. The browser's cache is not used, because everything changes.
async fn send(method: Method, address: &str, query: &Query) -> Option<Response> {
    let query = query.iter().map(|(name, value)| (*name, value));
    RequestBuilder::new(address).method(method).cache(RequestCache::NoStore).query(query).send().await.ok()
}
