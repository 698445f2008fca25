//! ⑪ The open channel: header, messages, composer.

mod body;
mod body_clicks;
mod day_chip;
mod header;
mod message_actions;
mod message_keys;
mod message_list;
mod message_pane;
mod navigation;
mod onboarding;
mod opening;
mod paging;
mod pills;
mod row;
mod scroll;
mod seen;
mod selection;
mod touch;

use domain::{
    api::{Channel, ChannelKind},
    error::ErrorCode,
    ids::{ChannelId, MessageId},
    timeline::Timeline,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api_client::fetch,
    boot::{Boot, ConversationBoot, PageBoot},
    channels::MemberPanel,
    composer::Composer,
    connection::Banner,
    presence::TypingLine,
    route::Route,
    store::{Store, title, use_page_title},
    ui::{NotFound, Notice, use_words},
};
use header::Header;
use message_list::MessageList;
use onboarding::Onboarding;
use opening::Opening;

/// The page of a channel, as the server sent it or, after a change of the channel, from the loaded messages.
#[component]
pub fn ConversationPage(
    /// The channel; `None` for the hall.
    id: Option<ChannelId>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let hall =
        || store.channels.with_untracked(|all| all.iter().find(|c| c.kind == ChannelKind::Hall).map(|c| c.id.clone()));
    match id.or_else(hall) {
        None => view! { <main class="main"><NotFound/></main> }.into_any(),
        Some(id) => view! { <Conversation id/> }.into_any(),
    }
}

#[component]
fn Conversation(id: ChannelId) -> impl IntoView {
    let store = expect_context::<Store>();
    // Only what the server has just sent: a user who comes back later may have missed something.
    let begun =
        boot_of(&id).filter(|_| store.find_timeline(&id).is_none_or(|held| !held.with_untracked(Timeline::is_loaded)));
    let gone = RwSignal::new(is_not_found(&id));
    let known = RwSignal::new(begun.as_ref().map(|boot| boot.channel.clone()).or_else(|| store.channel(&id)));
    if let Some(boot) = &begun {
        store.apply_first_page(&boot.history);
    }
    store.show(&id);
    let closed = id.clone();
    on_cleanup(move || store.close(&closed));
    let route = expect_context::<Route>();
    let channel = store.channel(&id).or_else(|| begun.as_ref().map(|boot| boot.channel.clone()));
    let opening = Opening::of(store, &id, channel.as_ref(), route.now(|place| place.at));
    store.divider.set(channel.filter(|channel| channel.unread() > 0).map(|channel| channel.read));
    store.at_end.set(opening == Opening::Newest);

    let loaded = id.clone();
    // A page that the server sent with older messages stays there.
    let is_begun = begun.is_some();
    Effect::new(move |_| {
        if !is_begun {
            opening.load(store, &loaded);
            load_channel(&loaded, known, gone);
        }
    });
    // Later changes arrive with the list; the first version may have come with the page.
    let shown = Memo::new(move |_| {
        let listed = store.channels.with(|channels| channels.iter().find(|channel| channel.id == id).cloned());
        // The user is not a member of a channel that is not in the list, even if they were when the page came.
        listed.or_else(|| known.get().map(|channel| Channel { joined: false, ..channel }))
    });
    let words = use_words();
    use_page_title(move || match shown.with(|channel| channel.as_ref().map(|channel| title(channel, words))) {
        Some(name) => format!("#{name}"),
        None => words.not_found_title.to_owned(),
    });
    let begun = StoredValue::new(begun);
    let is_gone = Memo::new(move |_| gone.get());
    let is_known = Memo::new(move |_| shown.with(Option::is_some));
    move || match (is_gone.get(), is_known.get()) {
        (true, _) => view! { <main class="main"><NotFound/></main> }.into_any(),
        (false, false) => view! { <main class="main"><Banner/></main> }.into_any(),
        (false, true) => view! { <OpenChannel shown opening begun=begun.get_value()/> }.into_any(),
    }
}

/// Loads a channel that the user is not a member of.
fn load_channel(id: &ChannelId, known: RwSignal<Option<Channel>>, gone: RwSignal<bool>) {
    if known.with_untracked(Option::is_some) {
        return;
    }
    let id = id.clone();
    spawn_local(async move {
        match fetch::channel(&id).await {
            Ok(channel) => {
                known.try_set(Some(channel));
            }
            Err(code) => {
                gone.try_set(code == ErrorCode::NotFound);
            }
        }
    });
}

/// Returns whether the server has sent the page "not found" for this channel.
fn is_not_found(id: &ChannelId) -> bool {
    let boot = expect_context::<Boot>();
    matches!(boot.page, PageBoot::NotFound) && boot.here.split('?').next() == Some(&format!("/c/{id}"))
}

/// Returns what the server sent with the page, if it is for this channel.
fn boot_of(id: &ChannelId) -> Option<ConversationBoot> {
    let boot = expect_context::<Boot>();
    match boot.page {
        PageBoot::Conversation(boot) if boot.channel.id == *id => Some(*boot),
        _ => None,
    }
}

/// The parts of the page. Each follows only what it shows, so that the composer is never rendered again while the user writes.
#[component]
fn OpenChannel(shown: Memo<Option<Channel>>, opening: Opening, begun: Option<ConversationBoot>) -> impl IntoView {
    let words = use_words();
    let route = expect_context::<Route>();
    let Some(channel) = shown.get_untracked() else { return ().into_any() };
    let refused = begun.as_ref().and_then(|_| expect_context::<Boot>().refused);
    let (compose_id, draft, members) = match begun {
        Some(begun) => (begun.compose_id, begun.draft, begun.members),
        None => (MessageId::generate(), String::new(), None),
    };
    let (id, typed_in) = (channel.id.clone(), channel.id.clone());
    let is_new = expect_context::<Boot>().member.is_some_and(|member| member.is_new);
    let is_new_here = is_new && channel.kind == ChannelKind::Hall;
    let joined = Memo::new(move |_| shown.with(|channel| channel.as_ref().is_some_and(|channel| channel.joined)));
    let name = title(&channel, words);
    let field = {
        let id = id.clone();
        move || match joined.get() {
            true => view! { <Composer channel=id.clone() title=name.clone() text=draft.clone() refused compose_id/> }
                .into_any(),
            false => view! { <JoinBar channel=id.clone() refused/> }.into_any(),
        }
    };
    let is_panel = Memo::new(move |_| route.with(|place| place.has_members));
    let members = StoredValue::new(members);
    let panel = move || is_panel.get().then(|| view! { <MemberPanel channel=id.clone() shown members/> });
    view! {
        <main class="main">
            <Header shown/>
            <Banner/>
            <MessageList channel opening/>
            {is_new_here.then(|| view! { <Onboarding/> })}
            <TypingLine channel=typed_in/>
            {field}
        </main>
        {panel}
    }
    .into_any()
}

/// Shown in place of the composer to a user who is not a member.
#[component]
fn JoinBar(channel: ChannelId, refused: Option<ErrorCode>) -> impl IntoView {
    let words = use_words();
    view! {
        <form class="composer join-bar" method="post" action="/do/join">
            {refused.map(|code| view! { <Notice text=words.refusal(code)/> })}
            <input type="hidden" name="channel" value=channel.to_string()/>
            <span>{words.preview}</span>
            <button class="btn primary">{words.join_channel}</button>
        </form>
    }
}
