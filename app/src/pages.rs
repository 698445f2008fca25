//! Which page an address shows, and the frame around those of somebody who is logged in.

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    hooks::{use_location, use_query_map},
    path,
};

use crate::{
    boot::{Boot, PageBoot},
    channels::{ChannelsPage, NewChannelPage, Sidebar},
    connection::{Banner, Link, LogInAgain},
    conversation::{ConversationPage, HallPage, Zone},
    settings::SettingsPage,
    store::Store,
    ui::{Art, NotHere, Ui, use_words},
};

/// All pages.
#[component]
pub fn App() -> impl IntoView {
    let boot = expect_context::<Boot>();
    provide_context(Ui::of(&boot));
    let Some(member) = boot.member.clone() else { return before_log_in(&boot) };
    let store = Store::new(member);
    let link = Link::new(store);
    provide_context(store);
    provide_context(link);
    provide_context(Zone::of_page());
    Effect::new(move |_| link.start());
    view! { <Router><Frame/></Router> }.into_any()
}

/// The pages before log-in, and the set-up, are plain: no WASM is loaded for them, and none of them is in it.
#[cfg(feature = "ssr")]
fn before_log_in(boot: &Boot) -> AnyView {
    use crate::auth::{LogInPage, SetUpPage, SignUpPage};
    match (&boot.page, boot.here.starts_with("/sign-up")) {
        (PageBoot::Door(_), false) => view! { <LogInPage/> }.into_any(),
        (PageBoot::Door(_), true) => view! { <SignUpPage/> }.into_any(),
        (PageBoot::SetUp(_), _) => view! { <SetUpPage/> }.into_any(),
        _ => view! { <Unavailable/> }.into_any(),
    }
}

#[cfg(not(feature = "ssr"))]
fn before_log_in(_boot: &Boot) -> AnyView {
    ().into_any()
}

/// The sidebar, and the sheet with the page on it.
#[component]
fn Frame() -> impl IntoView {
    let (location, query) = (use_location(), use_query_map());
    let is_unavailable = matches!(expect_context::<Boot>().page, PageBoot::Unavailable);
    let pane = move || {
        let panel = query.with(|query| query.get("panel").is_some());
        match (location.pathname.with(|path| path == "/"), panel) {
            (true, _) => "list",
            (false, true) => "panel",
            (false, false) => "conversation",
        }
    };
    let sheet = match is_unavailable {
        true => view! { <main class="main"><Banner/><Unavailable/></main> }.into_any(),
        false => view! {
            <FlatRoutes fallback=Nowhere>
                <Route path=path!("/") view=HallPage/>
                <Route path=path!("/c/:channel") view=ConversationPage/>
                <Route path=path!("/channels") view=ChannelsPage/>
                <Route path=path!("/channels/new") view=NewChannelPage/>
                <Route path=path!("/settings") view=SettingsPage/>
            </FlatRoutes>
        }
        .into_any(),
    };
    view! {
        <div class="shell" data-pane=pane>
            <Sidebar/>
            <div class="sheet">{sheet}</div>
        </div>
        <LogInAgain/>
    }
}

#[component]
fn Nowhere() -> impl IntoView {
    view! { <main class="main"><NotHere/></main> }
}

#[component]
fn Unavailable() -> impl IntoView {
    let words = use_words();
    view! {
        <div class="empty full">
            <Art name="art-unreachable"/>
            <h1>{words.unavailable_title}</h1>
            <p>{words.unavailable_text}</p>
            <a class="btn" href="" rel="external">{words.try_again}</a>
        </div>
    }
}
