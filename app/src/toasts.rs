//! What has just been done, said for a few seconds, with the way to undo it. Never the only place where an error is told.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api_client::fetch,
    connection::Link,
    route::Route,
    store::{Store, title},
    ui::use_words,
};

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
    /// A channel was left: [`Store::left_last`].
    Left,
}

impl Toast {
    fn can_be_undone(self) -> bool {
        matches!(self, Toast::ReadEverything | Toast::Left)
    }
}

impl Store {
    /// Says something, in place of what was said before.
    pub fn say(self, toast: Toast) {
        self.toast.set(Some(toast));
        spawn_local(async move {
            TimeoutFuture::new(if toast.can_be_undone() { UNDO_MS } else { SHOWN_MS }).await;
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
    let (store, link, route) = (expect_context::<Store>(), expect_context::<Link>(), expect_context::<Route>());
    let undo = move |_| {
        match (store.toast.get_untracked(), store.left_last.get_value()) {
            (Some(Toast::Left), Some(channel)) => spawn_local(async move {
                // Who cannot be reached leaves it as it is: the list of all channels has it.
                if fetch::join(&channel.id).await.is_ok() {
                    route.go(&format!("/c/{}", channel.id));
                }
            }),
            _ => link.has_not_read_everything(),
        }
        store.toast.set(None);
    };
    let toast = move || {
        let toast = store.toast.get()?;
        let text = match toast {
            Toast::LinkCopied => words.link_copied,
            Toast::TextCopied => words.text_copied,
            Toast::ReadEverything => words.read_everything,
            Toast::Left => words.has_left,
        };
        // Messages name it by its name.
        let name = store.left_last.get_value().filter(|_| toast == Toast::Left).map(|left| title(&left, words));
        let name = name.map(|name| view! { " " <bdi>{format!("#{name}")}</bdi> });
        let act = toast.can_be_undone().then(|| view! { <button type="button" on:click=undo>{words.undo}</button> });
        Some(view! { <div class="toast"><span>{text}{name}</span>{act}</div> })
    };
    view! { <div class="toasts" role="status">{toast}</div> }
}
