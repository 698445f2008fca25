//! The mark on an avatar, and one's own in the sidebar.

use domain::{event::Account, presence::Presence};
use leptos::prelude::*;

use crate::{
    connection::{Line, Link},
    ui::{Avatar, use_words},
};

/// The class of the mark: disc, half disc or ring.
pub fn mark(state: Presence) -> &'static str {
    match state {
        Presence::Online => "presence on",
        Presence::Away => "presence away",
        Presence::Offline => "presence",
    }
}

/// A small avatar with a mark of this class.
pub fn avatar_with_status(account: Account, mark: impl Fn() -> Option<&'static str> + Send + 'static) -> impl IntoView {
    view! { <span class="avatar-with-status"><Avatar account=account small=true/><span class=mark></span></span> }
}

/// One's own row: avatar, name, and how this device is seen.
#[component]
pub fn OwnState(
    /// Who.
    me: Account,
) -> impl IntoView {
    let words = use_words();
    let link = expect_context::<Link>();
    // As long as a gap is not worth a word, it is none.
    let state = Memo::new(move |_| match link.line.get().map(Line::kind) {
        Some(Line::Offline | Line::Reconnecting | Line::RetryIn(_) | Line::LoggedOut) => Presence::Offline,
        _ => link.people.own.get(),
    });
    let name = me.display_name.as_str().to_owned();
    view! {
        {avatar_with_status(me, move || Some(mark(state.get())))}
        <span class="who"><b><bdi>{name}</bdi></b><span>{move || words.presence(state.get())}</span></span>
    }
}
