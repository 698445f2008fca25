//! The server functions of the settings. Some forms are also on the pages before login.

#![expect(missing_docs, reason = "the macro makes a struct of the arguments, which the names say")]

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::backend::backend;

/// Chooses the language of this device.
#[server(prefix = "/do", endpoint = "set_language")]
pub async fn set_language(language: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    backend().set_language(language, back).await.answer();
    Ok(())
}

/// Chooses the theme of this device.
#[server(prefix = "/do", endpoint = "set_theme")]
pub async fn set_theme(theme: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    backend().set_theme(theme, back).await.answer();
    Ok(())
}

/// Chooses the format of times of day on this device.
#[server(prefix = "/do", endpoint = "set_clock")]
pub async fn set_clock(clock: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    backend().set_clock(clock, back).await.answer();
    Ok(())
}

/// Ends a session of the user.
#[server(prefix = "/do", endpoint = "end_session")]
pub async fn end_session(session: String) -> Result<(), ServerFnError> {
    backend().end_session(session).await.answer();
    Ok(())
}

/// Changes the workspace.
#[server(prefix = "/do", endpoint = "set_up")]
pub async fn set_up(
    name: String,
    language: String,
    sign_up: String,
    #[server(default)] from: String,
) -> Result<(), ServerFnError> {
    backend().set_up(name, language, sign_up, from).await.answer();
    Ok(())
}

/// Chooses what Enter does on this device.
#[server(prefix = "/do", endpoint = "set_enter")]
pub async fn set_enter(enter: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    backend().set_enter(enter, back).await.answer();
    Ok(())
}
