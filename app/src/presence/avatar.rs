//! Avatars with a mark that shows the presence.

use domain::{event::Account, presence::Presence};
use leptos::prelude::*;

use super::model::PresenceModel;
use crate::{
    connection::{Link, StatusLine},
    ui::{Avatar, use_words},
};

/// Returns the classes of the mark: a disc, half a disc, or a ring.
pub fn presence_class(state: Presence) -> &'static str {
    match state {
        Presence::Online => "presence on",
        Presence::Away => "presence away",
        Presence::Offline => "presence",
    }
}

/// A small avatar with a mark of these classes.
pub fn avatar_with_status(
    account: Account,
    status: impl Fn() -> Option<&'static str> + Send + 'static,
) -> impl IntoView {
    view! { <span class="avatar-with-status"><Avatar account=account small=true/><span class=status></span></span> }
}

/// The user's own row: avatar, name, and presence.
#[component]
pub fn OwnPresence(me: Account) -> impl IntoView {
    let words = use_words();
    let (link, presence) = (expect_context::<Link>(), expect_context::<PresenceModel>());
    // A disconnect that the banner does not show is not shown here.
    let state = Memo::new(move |_| match link.line.get().map(StatusLine::kind) {
        Some(StatusLine::Offline | StatusLine::Reconnecting | StatusLine::RetryIn(_) | StatusLine::LoggedOut) => {
            Presence::Offline
        }
        _ => presence.activity.state.get(),
    });
    let name = me.display_name.as_str().to_owned();
    view! {
        {avatar_with_status(me, move || Some(presence_class(state.get())))}
        <span class="who"><b><bdi>{name}</bdi></b><span>{move || words.presence(state.get())}</span></span>
    }
}
