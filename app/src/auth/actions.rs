//! The server functions of login and sign-up. Their forms work before and without WASM.

#![expect(missing_docs, reason = "the macro makes a struct of the arguments, which the names say")]

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::backend::backend;

/// Creates an account and logs it in.
#[server(prefix = "/do", endpoint = "sign_up")]
pub async fn sign_up(name: String, password: String, #[server(default)] next: String) -> Result<(), ServerFnError> {
    backend().sign_up(name, password, next).await.answer();
    Ok(())
}

/// Logs an account in.
#[server(prefix = "/do", endpoint = "log_in")]
pub async fn log_in(name: String, password: String, #[server(default)] next: String) -> Result<(), ServerFnError> {
    backend().log_in(name, password, next).await.answer();
    Ok(())
}

/// Ends this session.
#[server(prefix = "/do", endpoint = "log_out")]
pub async fn log_out() -> Result<(), ServerFnError> {
    backend().log_out().await.answer();
    Ok(())
}

/// Ends all sessions of the user.
#[server(prefix = "/do", endpoint = "log_out_everywhere")]
pub async fn log_out_everywhere() -> Result<(), ServerFnError> {
    backend().log_out_everywhere().await.answer();
    Ok(())
}
