//! The line above the composer that shows who is typing.

use domain::ids::ChannelId;
use leptos::prelude::*;

use super::model::PresenceModel;
use crate::ui::use_words;

/// The line. It takes the same room whether it shows a name or not.
#[component]
pub fn TypingLine(channel: ChannelId) -> impl IntoView {
    let words = use_words();
    let typing = expect_context::<PresenceModel>().typing;
    let line = move || {
        let names = typing.names(&channel);
        let (between, after) = words.typing(names.len());
        let mut names = names.into_iter();
        let name = |name| view! { <b><bdi>{name}</bdi></b> };
        let first = name(names.next()?);
        let second = names.next().map(|second| (between, name(second)));
        Some(view! {
            <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
            <span>{first}{second}{after}</span>
        })
    };
    view! { <div class="typing" aria-live="off">{line}</div> }
}
