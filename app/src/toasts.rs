//! Toasts: what has just been done, shown for a few seconds, with a button that undoes it. An error is never shown only here.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api_client::fetch,
    connection::Link,
    route::Route,
    store::{Store, Toast, title},
    ui::use_words,
};

/// The toast on the screen.
#[component]
pub fn Toasts() -> impl IntoView {
    let words = use_words();
    let (store, link, route) = (expect_context::<Store>(), expect_context::<Link>(), expect_context::<Route>());
    let undo = move |_| {
        match (store.toast.get_untracked(), store.last_left.get_value()) {
            (Some(Toast::LeftChannel), Some(channel)) => spawn_local(async move {
                // If the server does not answer, the channel stays left; the channel browser lists it.
                if fetch::join(&channel.id).await.is_ok() {
                    route.go(&format!("/c/{}", channel.id));
                }
            }),
            _ => link.reads.undo_mark_all_read(),
        }
        store.toast.set(None);
    };
    let toast = move || {
        let toast = store.toast.get()?;
        let text = match toast {
            Toast::LinkCopied => words.link_copied,
            Toast::TextCopied => words.text_copied,
            Toast::AllMarkedRead => words.all_marked_read,
            Toast::LeftChannel => words.you_left,
        };
        // The text precedes the channel's title.
        let name = store.last_left.get_value().filter(|_| toast == Toast::LeftChannel).map(|left| title(&left, words));
        let name = name.map(|name| view! { " " <bdi>{format!("#{name}")}</bdi> });
        let act = toast.can_be_undone().then(|| view! { <button type="button" on:click=undo>{words.undo}</button> });
        Some(view! { <div class="toast"><span>{text}{name}</span>{act}</div> })
    };
    view! { <div class="toasts" role="status">{toast}</div> }
}
