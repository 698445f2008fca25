//! The server functions of the forms for channels.

#![expect(missing_docs, reason = "the macro makes a struct of the arguments, which the names say")]

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::backend::backend;

/// Creates a channel.
#[server(prefix = "/do", endpoint = "create_channel")]
pub async fn create_channel(name: String, #[server(default)] topic: String) -> Result<(), ServerFnError> {
    backend().create_channel(name, topic).await.answer();
    Ok(())
}

/// Joins a channel.
#[server(prefix = "/do", endpoint = "join")]
pub async fn join(channel: String) -> Result<(), ServerFnError> {
    backend().join(channel).await.answer();
    Ok(())
}

/// Leaves a channel.
#[server(prefix = "/do", endpoint = "leave")]
pub async fn leave(channel: String) -> Result<(), ServerFnError> {
    backend().leave(channel).await.answer();
    Ok(())
}
