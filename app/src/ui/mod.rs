//! What every feature draws with: words, icons, avatars, times.

mod avatar;
mod icon;
pub mod ime;
mod parts;
mod toast;
pub mod words;

use std::sync::Arc;

pub use avatar::Avatar;
pub use icon::{Art, Icon, Mark, SmallIcon};
use leptos::prelude::*;
pub use parts::{Clock, Empty, FieldError, NotHere, Notice, use_title};
pub use toast::{Toast, Toasts};
use words::{Language, Words};

/// The reader's words and where pictures are.
#[derive(Clone)]
pub struct Ui {
    /// The language.
    pub language: Language,
    /// Its words.
    pub words: &'static Words,
    /// Where the static files are.
    pub assets: Arc<str>,
}

/// The reader's words and where pictures are, from the context.
pub fn use_ui() -> Ui {
    expect_context::<Ui>()
}

/// The reader's words.
pub fn use_words() -> &'static Words {
    use_ui().words
}
