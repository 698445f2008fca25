//! What every feature draws with: words, icons, avatars, times.

mod avatar;
mod case;
pub mod clipboard;
mod icon;
pub mod ime;
mod parts;
mod platform;
pub mod words;
mod zone;

use std::sync::Arc;

pub use avatar::Avatar;
pub use case::{capital, folded};
pub use icon::{Art, Icon, Mark, SmallIcon};
use leptos::prelude::*;
pub use parts::{Clock, Empty, FieldError, NotHere, Notice, use_title};
pub use platform::{device_storage, is_mac, is_visible};
use words::Words;
pub use zone::{Zone, offset_of};

use crate::boot::{Boot, ClockStyle};

/// The reader's words, what the workspace is called, and where pictures are.
#[derive(Clone)]
pub struct Ui {
    /// The words of the reader's language.
    pub words: &'static Words,
    /// What the workspace is called.
    pub workspace: Arc<str>,
    /// Whether times of day are shown by half days, as in "2:05 PM".
    pub half_days: bool,
    /// Where the static files are.
    pub assets: Arc<str>,
}

impl Ui {
    /// As a page begins.
    pub fn of(boot: &Boot) -> Self {
        Self {
            words: Words::of(boot.language),
            workspace: boot.workspace.as_str().into(),
            half_days: boot.clock == ClockStyle::Hours12,
            assets: boot.assets.as_str().into(),
        }
    }
}

/// The reader's words and where pictures are, from the context.
pub fn use_ui() -> Ui {
    expect_context::<Ui>()
}

/// The reader's words for what only the server renders.
#[cfg(feature = "ssr")]
pub fn use_server_words() -> &'static words::server::ServerWords {
    words::server::ServerWords::of(expect_context::<Boot>().language)
}

/// The reader's words.
pub fn use_words() -> &'static Words {
    use_ui().words
}
