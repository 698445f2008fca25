//! The header of the open channel: its title, its topic, and the number of its members.

use domain::api::{Channel, ChannelKind};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api_client::fetch,
    route::Route,
    store::{Store, Toast, title},
    ui::{Icon, use_words},
};

/// The header of the open channel.
#[component]
pub fn Header(shown: Memo<Option<Channel>>) -> impl IntoView {
    let words = use_words();
    let (store, route) = (expect_context::<Store>(), expect_context::<Route>());
    let of = move |part: fn(&Channel) -> String| {
        move || shown.with(|channel| channel.as_ref().map(part).unwrap_or_default())
    };
    let name = move || shown.with(|channel| channel.as_ref().map(|channel| title(channel, words)).unwrap_or_default());
    let topic = of(|channel| channel.topic.as_str().to_owned());
    let members = of(|channel| format!("/c/{}?panel=members", channel.id));
    let count = Memo::new(move |_| shown.with(|channel| channel.as_ref().map_or(0, |channel| channel.member_count)));
    let may_leave = Memo::new(move |_| {
        shown
            .with(|channel| channel.as_ref().is_some_and(|channel| channel.joined && channel.kind != ChannelKind::Hall))
    });
    let leave = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(channel) = shown.get_untracked() else { return };
        spawn_local(async move {
            if fetch::leave(&channel.id).await.is_ok() {
                store.last_left.set_value(Some(channel));
                route.go("/");
                store.show_toast(Toast::LeftChannel);
            }
        });
    };
    view! {
        <header class="head">
            <a class="icon-btn back" href="/" title=words.back aria-label=words.back><Icon name="chevron-left"/></a>
            <h1>
                <span class="title"><Icon name="hash"/><bdi>{name}</bdi></span>
                <small><a href=members>{move || words.member_count(count.get())}</a></small>
            </h1>
            <span class="topic" title=topic>{topic}</span>
            <a class="icon-btn count" href=members title=words.members aria-label=move || words.member_count(count.get())>
                <Icon name="users"/>
                {count}
            </a>
            {move || may_leave.get().then(|| view! {
                <form method="post" action="/do/leave" on:submit=leave>
                    <input type="hidden" name="channel" value=of(|channel| channel.id.to_string())/>
                    <button class="icon-btn" title=words.leave aria-label=words.leave><Icon name="log-out"/></button>
                </form>
            })}
        </header>
    }
}
