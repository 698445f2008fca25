//! What the forms before and around log-in ask of the server. Real forms: they work before and without WASM.

#![expect(missing_docs, reason = "the macro makes a struct of the arguments, which the names say")]

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::backend::backend;

/// Sign up.
#[server(prefix = "/do", endpoint = "sign_up")]
pub async fn sign_up(name: String, password: String, #[server(default)] next: String) -> Result<(), ServerFnError> {
    backend().sign_up(name, password, next).await.answer();
    Ok(())
}

/// Log in.
#[server(prefix = "/do", endpoint = "log_in")]
pub async fn log_in(name: String, password: String, #[server(default)] next: String) -> Result<(), ServerFnError> {
    backend().log_in(name, password, next).await.answer();
    Ok(())
}

/// Log out.
#[server(prefix = "/do", endpoint = "log_out")]
pub async fn log_out() -> Result<(), ServerFnError> {
    backend().log_out().await.answer();
    Ok(())
}

/// Log out everywhere.
#[server(prefix = "/do", endpoint = "log_out_everywhere")]
pub async fn log_out_everywhere() -> Result<(), ServerFnError> {
    backend().log_out_everywhere().await.answer();
    Ok(())
}
