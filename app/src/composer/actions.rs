//! The server function of the composer's form, for a page before and without WASM.

#![expect(missing_docs, reason = "the macro makes a struct of the arguments, which the names say")]

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::backend::backend;

/// Sends a message.
#[server(prefix = "/do", endpoint = "send")]
pub async fn send_message(channel: String, id: String, #[server(default)] body: String) -> Result<(), ServerFnError> {
    backend().send_message(channel, id, body).await.answer();
    Ok(())
}
