//! What the forms of the settings ask of the server; also before log-in.

#![expect(missing_docs, reason = "the macro makes a struct of the arguments, which the names say")]

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::backend::backend;

/// Choose a language.
#[server(prefix = "/do", endpoint = "set_language")]
pub async fn set_language(language: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    backend().set_language(language, back).await.answer();
    Ok(())
}

/// Choose how the page looks.
#[server(prefix = "/do", endpoint = "set_theme")]
pub async fn set_theme(theme: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    backend().set_theme(theme, back).await.answer();
    Ok(())
}

/// Choose how times of day are shown.
#[server(prefix = "/do", endpoint = "set_clock")]
pub async fn set_clock(clock: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    backend().set_clock(clock, back).await.answer();
    Ok(())
}

/// Log a device out.
#[server(prefix = "/do", endpoint = "end_session")]
pub async fn end_session(session: String) -> Result<(), ServerFnError> {
    backend().end_session(session).await.answer();
    Ok(())
}

/// Set the workspace up, or change it.
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

/// Choose what Enter does in the field.
#[server(prefix = "/do", endpoint = "set_enter")]
pub async fn set_enter(enter: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    backend().set_enter(enter, back).await.answer();
    Ok(())
}
