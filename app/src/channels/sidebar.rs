//! The list of one's channels.

use domain::api::Channel;
use leptos::prelude::*;

use crate::{
    presence::OwnState,
    store::{Store, title},
    ui::{Icon, Mark, SmallIcon, use_words},
};

/// More unread messages than these are not counted out.
const COUNT_MAX: u64 = 99;

/// The sidebar.
#[component]
pub fn Sidebar() -> impl IntoView {
    let words = use_words();
    let store = expect_context::<Store>();
    let me = store.me.get_value();
    view! {
        <nav class="sidebar" aria-label=words.channels>
            <a class="space" href="/"><Mark/><span>"Jimmy Chat"</span></a>
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
                <OwnState me/>
                <a class="icon-btn" href="/settings" title=words.settings aria-label=words.settings><Icon name="settings"/></a>
            </div>
        </nav>
    }
}

#[component]
fn ChannelRow(channel: Channel) -> impl IntoView {
    let words = use_words();
    let store = expect_context::<Store>();
    let (id, unread_of) = (channel.id.clone(), channel.id.clone());
    let is_open = move || store.open.with(|open| open.as_ref() == Some(&id));
    let unread = Memo::new(move |_| store.unread(&unread_of));
    let name = title(&channel, words);
    let tooltip = name.clone();
    view! {
        <li>
            <a
                class="ch"
                class:unread=move || unread.get() != 0
                href=format!("/c/{}", channel.id)
                title=tooltip
                aria-current=move || is_open().then_some("page")
            >
                <SmallIcon name="hash"/>
                <span class="name"><bdi>{name}</bdi></span>
                {move || Some(unread.get()).filter(|count| *count > 0).map(|count| view! {
                    <span class="end">
                        <span aria-hidden="true">{if count > COUNT_MAX { format!("{COUNT_MAX}+") } else { count.to_string() }}</span>
                        <span class="dot"></span>
                        <span class="vh">{words.unread_messages(count)}</span>
                    </span>
                })}
            </a>
        </li>
    }
}
