//! ⑪ The open channel: header, messages, field.

mod header;
mod message_list;
mod row;
mod scroll;

use domain::{
    api::{Channel, ChannelKind},
    ids::{ChannelId, MessageId},
    timeline::Input,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    boot::{Boot, ConversationBoot, PageBoot},
    channels::MemberPanel,
    composer::Composer,
    connection::{Banner, fetch},
    pages::NotHere,
    store::{Store, title},
    ui::{Notice, use_words},
};
use header::Header;
use message_list::MessageList;
pub use scroll::Zone;

/// The page of a channel: as the server sent it, or, on the way from another one, from what is held or loaded.
#[component]
pub fn ConversationPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("channel")?.parse::<ChannelId>().ok()));
    let store = expect_context::<Store>();
    on_cleanup(move || {
        store.open.try_set(None);
    });
    move || match id.get() {
        None => view! { <NotHere/> }.into_any(),
        Some(id) => view! { <Conversation id/> }.into_any(),
    }
}

/// The address of the server itself: the list on a phone, with the hall beside it where there is room.
#[component]
pub fn HallPage() -> impl IntoView {
    let store = expect_context::<Store>();
    on_cleanup(move || {
        store.open.try_set(None);
    });
    let hall =
        store.channels.with_untracked(|all| all.iter().find(|c| c.kind == ChannelKind::Hall).map(|c| c.id.clone()));
    match hall {
        None => view! { <NotHere/> }.into_any(),
        Some(id) => view! { <Conversation id/> }.into_any(),
    }
}

#[component]
fn Conversation(id: ChannelId) -> impl IntoView {
    let store = expect_context::<Store>();
    let begun = begun_with(&id);
    let gone = RwSignal::new(false);
    let known = RwSignal::new(begun.as_ref().map(|boot| boot.channel.clone()).or_else(|| store.channel(&id)));
    if let Some(boot) = &begun {
        store.open_with(&boot.history);
    }
    store.open.set(Some(id.clone()));
    store.at_end.set(true);
    store.news.update(|news| news.retain(|channel| *channel != id));

    let asked = id.clone();
    Effect::new(move |_| {
        let id = asked.clone();
        let (loaded, known_now) = (store.timeline(&id).with_untracked(|t| t.is_loaded()), known.get_untracked());
        spawn_local(async move {
            if known_now.is_none() {
                match fetch::channel(&id).await {
                    Ok(channel) => {
                        known.try_set(Some(channel));
                    }
                    Err(_) => {
                        gone.try_set(true);
                    }
                }
            }
            if !loaded && let Ok(page) = fetch::history(&id, "").await {
                store.apply(&id, Input::Opened(page));
            }
        });
    });
    // What others change of it arrives with the list.
    let shown = {
        let id = id.clone();
        Memo::new(move |_| store.channels.with(|_| store.channel(&id)).or_else(|| known.get()))
    };
    let begun = StoredValue::new(begun);
    view! {
        <Banner/>
        {move || match (gone.get(), shown.get()) {
            (true, _) => view! { <NotHere/> }.into_any(),
            (false, None) => ().into_any(),
            (false, Some(channel)) => view! { <Open channel begun=begun.get_value()/> }.into_any(),
        }}
    }
}

/// What the server sent with the page, if it is of this channel.
fn begun_with(id: &ChannelId) -> Option<ConversationBoot> {
    let boot = expect_context::<Boot>();
    match boot.page {
        PageBoot::Conversation(boot) if boot.channel.id == *id => Some(*boot),
        _ => None,
    }
}

#[component]
fn Open(channel: Channel, begun: Option<ConversationBoot>) -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let refused = begun.as_ref().and_then(|_| expect_context::<Boot>().refused);
    let name = title(&channel, words);
    let (id, joined) = (channel.id.clone(), channel.joined);
    let (compose_id, draft, members) = match begun {
        Some(begun) => (begun.compose_id, begun.draft, begun.members),
        None => (MessageId::generate(), String::new(), None),
    };
    let panel = {
        let channel = channel.clone();
        move || {
            let open = query.with(|query| query.get("panel").as_deref() == Some("members"));
            open.then(|| view! { <MemberPanel channel=channel.clone() members=members.clone()/> })
        }
    };
    let field = match joined {
        true => view! { <Composer channel=id.clone() title=name text=draft refused compose_id/> }.into_any(),
        false => view! { <JoinBar channel=id.clone() refused/> }.into_any(),
    };
    view! {
        <Header channel=channel.clone()/>
        <MessageList channel/>
        {field}
        {panel}
    }
}

/// In place of the field, for somebody who only looks.
#[component]
fn JoinBar(channel: ChannelId, refused: Option<domain::rejection::Code>) -> impl IntoView {
    let words = use_words();
    view! {
        <form class="composer join-bar" method="post" action="/do/join">
            {refused.map(|code| view! { <Notice text=words.refusal(code)/> })}
            <input type="hidden" name="channel" value=channel.to_string()/>
            <span class="hint-text">{words.preview}</span>
            <button class="btn primary">{words.join_channel}</button>
        </form>
    }
}
