//! Who is in a channel.

use domain::{
    api::{Channel, Page},
    event::Account,
    ids::ChannelId,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    connection::fetch,
    ui::{Avatar, Icon, use_words},
};

/// The panel with a channel's members.
#[component]
pub fn MemberPanel(
    /// The channel's id.
    channel: ChannelId,
    /// The channel, as it is now.
    shown: Memo<Option<Channel>>,
    /// The list that came with the page.
    members: Option<Page<Account>>,
) -> impl IntoView {
    let words = use_words();
    let is_begun = members.is_some();
    let members = RwSignal::new(members);
    let id = channel.clone();
    let count = Memo::new(move |_| shown.with(|channel| channel.as_ref().map_or(0, |channel| channel.member_count)));
    let load = move |cursor: Option<String>| {
        let id = id.clone();
        spawn_local(async move {
            let cursor = cursor.map(|cursor| js_sys::encode_uri_component(&cursor).as_string().unwrap_or_default());
            let more = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let Ok(page) = fetch::members(&id, &format!("?limit=100{more}")).await else { return };
            members.try_update(|held| match held {
                Some(held) if !more.is_empty() => {
                    held.items.extend(page.items);
                    held.next = page.next;
                }
                _ => *held = Some(page),
            });
        });
    };
    let load_first = load.clone();
    // Loaded when it did not come with the page, and anew when somebody comes or goes.
    Effect::new(move |before: Option<u64>| {
        let count = count.get();
        if before.is_some_and(|before| before != count) || (before.is_none() && !is_begun) {
            load_first(None);
        }
        count
    });
    let close = format!("/c/{channel}");
    view! {
        <a class="outside" href=close.clone() tabindex="-1" aria-hidden="true"></a>
        <aside class="panel" aria-label=words.members>
            <div class="head">
                <a class="icon-btn back" href=close.clone() title=words.back aria-label=words.back><Icon name="chevron-left"/></a>
                <h2>{words.members}<small>{count}</small></h2>
                <a class="icon-btn" href=close title=words.close aria-label=words.close><Icon name="x"/></a>
            </div>
            <ul class="pbody">
                {move || members.get().map(|page| {
                    let next = page.next.clone();
                    let load = load.clone();
                    (
                        page.items.into_iter().map(member).collect_view(),
                        next.map(|next| view! {
                            <li><button type="button" class="btn quiet small" on:click=move |_| load(Some(next.clone()))>{words.more}</button></li>
                        }),
                    )
                })}
            </ul>
        </aside>
    }
}

fn member(account: Account) -> impl IntoView {
    let name = account.display_name.as_str().to_owned();
    let user = account.name.as_str().to_owned();
    let differs = user != name;
    view! {
        <li class="member">
            <Avatar account=account small=true/>
            <span class="who"><b><bdi>{name}</bdi></b>{differs.then(|| view! { <small>{user}</small> })}</span>
        </li>
    }
}
