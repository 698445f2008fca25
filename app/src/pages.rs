//! Which page an address shows, and the frame around those of somebody who is logged in.

use leptos::prelude::*;
use leptos_router::{
    components::{Outlet, ParentRoute, Route, Router, Routes},
    hooks::{use_location, use_query_map},
    path,
};

use crate::{
    auth::{LogInPage, SignUpPage},
    boot::{Boot, PageBoot},
    channels::{ChannelsPage, NewChannelPage, Sidebar},
    connection::{Banner, Link},
    conversation::{ConversationPage, HallPage, Zone},
    settings::SettingsPage,
    store::Store,
    ui::{Art, Ui, use_words},
};

/// All pages.
#[component]
pub fn App() -> impl IntoView {
    let boot = expect_context::<Boot>();
    provide_context(Ui { language: boot.language, words: boot.language.words(), assets: boot.assets.clone().into() });
    let Some(member) = boot.member else {
        return view! {
            <Router>
                <Routes fallback=|| view! { <NotHere/> }>
                    <Route path=path!("/log-in") view=LogInPage/>
                    <Route path=path!("/sign-up") view=SignUpPage/>
                </Routes>
            </Router>
        }
        .into_any();
    };
    let store = Store::new(member);
    let link = Link::new(store);
    provide_context(store);
    provide_context(link);
    provide_context(Zone::of_page());
    Effect::new(move |_| link.start());
    view! {
        <Router>
            <Routes fallback=|| view! { <NotHere/> }>
                <ParentRoute path=path!("") view=Frame>
                    <Route path=path!("/") view=HallPage/>
                    <Route path=path!("/c/:channel") view=ConversationPage/>
                    <Route path=path!("/channels") view=ChannelsPage/>
                    <Route path=path!("/channels/new") view=NewChannelPage/>
                    <Route path=path!("/settings") view=SettingsPage/>
                    <Route path=path!("/*any") view=|| view! { <main class="main"><NotHere/></main> }/>
                </ParentRoute>
            </Routes>
        </Router>
    }
    .into_any()
}

/// The sidebar, and the sheet with the page on it.
#[component]
fn Frame() -> impl IntoView {
    let (location, query) = (use_location(), use_query_map());
    let begun_unavailable = matches!(expect_context::<Boot>().page, PageBoot::Unavailable);
    let pane = move || {
        let panel = query.with(|query| query.get("panel").is_some());
        match (location.pathname.with(|path| path == "/"), panel) {
            (true, _) => "list",
            (false, true) => "panel",
            (false, false) => "conversation",
        }
    };
    view! {
        <div class="shell" data-pane=pane>
            <Sidebar/>
            <div class="sheet">
                {match begun_unavailable {
                    true => view! { <main class="main"><Unavailable/></main> }.into_any(),
                    false => view! { <Outlet/> }.into_any(),
                }}
            </div>
        </div>
    }
}

/// An address with nothing behind it that this person may see.
#[component]
pub fn NotHere() -> impl IntoView {
    let words = use_words();
    view! {
        <div class="empty full">
            <Art name="art-404"/>
            <h2>{words.not_found_title}</h2>
            <p>{words.not_found_text}</p>
            <a class="btn primary" href="/" rel="external">{words.to_hall}</a>
        </div>
    }
}

#[component]
fn Unavailable() -> impl IntoView {
    let words = use_words();
    view! {
        <Banner/>
        <div class="empty full">
            <Art name="art-unreachable"/>
            <h2>{words.unavailable_title}</h2>
            <p>{words.unavailable_text}</p>
            <a class="btn" href="" rel="external">{words.try_again}</a>
        </div>
    }
}
