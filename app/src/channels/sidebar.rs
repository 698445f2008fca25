//! The list of one's channels.

use domain::api::Channel;
use leptos::prelude::*;

use crate::{
    store::{Store, title},
    ui::{Avatar, Icon, Mark, SmallIcon, Ui, use_ui, use_words},
};

/// The sidebar.
#[component]
pub fn Sidebar() -> impl IntoView {
    let Ui { words, workspace, .. } = use_ui();
    let store = expect_context::<Store>();
    let me = store.me.get_value();
    view! {
        <nav class="sidebar" aria-label=words.channels>
            <a class="space" href="/"><Mark/><span><bdi>{workspace}</bdi></span></a>
            <div class="rows">
                <div class="sec">
                    <h2>{words.channels}</h2>
                    <a class="icon-btn" href="/channels" title=words.browse_channels aria-label=words.browse_channels><SmallIcon name="compass"/></a>
                    <a class="icon-btn" href="/channels/new" title=words.create_channel aria-label=words.create_channel><SmallIcon name="plus"/></a>
                </div>
                <ul>
                    <For
                        each=move || store.channels.get()
                        key=|channel| (channel.id.clone(), channel.name.clone())
                        children=move |channel| view! { <ChannelRow channel/> }
                    />
                </ul>
            </div>
            <div class="me">
                <Avatar account=me.clone() small=true/>
                <span class="who"><b><bdi>{me.display_name.as_str().to_owned()}</bdi></b></span>
                <a class="icon-btn" href="/settings" rel="external" title=words.settings aria-label=words.settings><Icon name="settings"/></a>
            </div>
        </nav>
    }
}

#[component]
fn ChannelRow(channel: Channel) -> impl IntoView {
    let words = use_words();
    let store = expect_context::<Store>();
    let (id, news_of) = (channel.id.clone(), channel.id.clone());
    let is_open = move || store.open.with(|open| open.as_ref() == Some(&id));
    let has_news = Memo::new(move |_| store.news.with(|news| news.contains(&news_of)));
    let name = title(&channel, words);
    let tooltip = name.clone();
    view! {
        <li>
            <a
                class="ch"
                class:unread=move || has_news.get()
                href=format!("/c/{}", channel.id)
                title=tooltip
                aria-current=move || is_open().then_some("page")
            >
                <SmallIcon name="hash"/>
                <span class="name"><bdi>{name}</bdi></span>
                {move || has_news.get().then(|| view! {
                    <span class="dot"></span>
                    <span class="vh">{words.has_news}</span>
                })}
            </a>
        </li>
    }
}
