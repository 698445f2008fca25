//! The channel's name, its purpose, and who is in it.

use domain::api::{Channel, ChannelKind};
use leptos::prelude::*;

use crate::{
    store::title,
    ui::{Icon, SmallIcon, use_words},
};

/// The header of a channel.
#[component]
pub fn Header(channel: Channel) -> impl IntoView {
    let words = use_words();
    let members = format!("/c/{}?panel=members", channel.id);
    let count = words.member_count(channel.member_count);
    let may_leave = channel.joined && channel.kind != ChannelKind::Hall;
    view! {
        <header class="head">
            <a class="icon-btn back" href="/" title=words.back aria-label=words.back><Icon name="chevron-left"/></a>
            <h1>
                <span class="title"><Icon name="hash"/><bdi>{title(&channel, words)}</bdi></span>
                <small><a href=members.clone()>{count.clone()}</a></small>
            </h1>
            <span class="topic" title=channel.purpose.as_str().to_owned()>{channel.purpose.as_str().to_owned()}</span>
            <a class="icon-btn count" href=members title=words.members aria-label=count>
                <Icon name="users"/>
                {channel.member_count}
            </a>
            {may_leave.then(|| view! {
                <form method="post" action="/do/leave">
                    <input type="hidden" name="channel" value=channel.id.to_string()/>
                    <button class="icon-btn" title=words.leave aria-label=words.leave><SmallIcon name="log-out"/></button>
                </form>
            })}
        </header>
    }
}
