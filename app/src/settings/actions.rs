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
