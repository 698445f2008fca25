//! What every view needs to know of the page that it is in.

use std::sync::Arc;

use leptos::prelude::*;

use super::words::Words;
use crate::boot::{Boot, ClockStyle};

/// The user's words, the title of the workspace, and where pictures are.
#[derive(Clone)]
pub struct Ui {
    /// The words of the user's language.
    pub words: &'static Words,
    /// The title of the workspace.
    pub workspace: Arc<str>,
    /// Whether times of day are shown by half days, as in "2:05 PM".
    pub half_days: bool,
    /// The base URL of the static files.
    pub assets: Arc<str>,
}

impl Ui {
    /// Creates the context of a page.
    pub fn of(boot: &Boot) -> Self {
        Self {
            words: Words::of(boot.language),
            workspace: boot.workspace.as_str().into(),
            half_days: boot.clock == ClockStyle::Hours12,
            assets: boot.assets.as_str().into(),
        }
    }
}

/// Returns the [`Ui`] of the context.
pub fn use_ui() -> Ui {
    expect_context::<Ui>()
}

/// Returns the user's words for what only the server renders.
#[cfg(feature = "ssr")]
pub fn use_server_words() -> &'static super::words::server::ServerWords {
    super::words::server::ServerWords::of(expect_context::<Boot>().language)
}

/// Returns the user's words.
pub fn use_words() -> &'static Words {
    use_ui().words
}
