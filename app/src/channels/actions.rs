//! What the forms around channels ask of the server.

#![expect(missing_docs, reason = "the macro makes a struct of the arguments, which the names say")]

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::backend::backend;

/// Make a channel.
#[server(prefix = "/do", endpoint = "create_channel")]
pub async fn create_channel(name: String, #[server(default)] purpose: String) -> Result<(), ServerFnError> {
    backend().create_channel(name, purpose).await.answer();
    Ok(())
}

/// Join a channel.
#[server(prefix = "/do", endpoint = "join")]
pub async fn join(channel: String) -> Result<(), ServerFnError> {
    backend().join(channel).await.answer();
    Ok(())
}

/// Leave a channel.
#[server(prefix = "/do", endpoint = "leave")]
pub async fn leave(channel: String) -> Result<(), ServerFnError> {
    backend().leave(channel).await.answer();
    Ok(())
}
