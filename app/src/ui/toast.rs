//! What has just been done, said for a few seconds, with the way to undo it. Never the only place where an error is told.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::use_words;
use crate::{connection::Link, store::Store};

/// So long it stands, in milliseconds; longer with something to press.
const SHOWN_MS: u32 = 4_000;
/// As long as reading everything can be undone.
const UNDO_MS: u32 = 10_000;

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toast {
    /// The link to a message is in the clipboard.
    LinkCopied,
    /// The text of a message is.
    TextCopied,
    /// Every channel has been read.
    ReadEverything,
}

impl Store {
    /// Says something, in place of what was said before.
    pub fn say(self, toast: Toast) {
        self.toast.set(Some(toast));
        spawn_local(async move {
            TimeoutFuture::new(if toast == Toast::ReadEverything { UNDO_MS } else { SHOWN_MS }).await;
            if self.toast.try_get_untracked() == Some(Some(toast)) {
                self.toast.set(None);
            }
        });
    }
}

/// Where it stands.
#[component]
pub fn Toasts() -> impl IntoView {
    let words = use_words();
    let (store, link) = (expect_context::<Store>(), expect_context::<Link>());
    let undo = move |_| {
        link.has_not_read_everything();
        store.toast.set(None);
    };
    let toast = move || {
        let toast = store.toast.get()?;
        let text = match toast {
            Toast::LinkCopied => words.link_copied,
            Toast::TextCopied => words.text_copied,
            Toast::ReadEverything => words.read_everything,
        };
        let act = (toast == Toast::ReadEverything)
            .then(|| view! { <button type="button" on:click=undo>{words.undo}</button> });
        Some(view! { <div class="toast"><span>{text}</span>{act}</div> })
    };
    view! { <div class="toasts" role="status">{toast}</div> }
}
