//! All pages by their address, and the frame around those of a logged-in user.

use leptos::prelude::*;

use crate::{
    announcer,
    boot::{Boot, PageBoot},
    channels::{ChannelsPage, NewChannelPage, Sidebar, Switcher, load_browser, load_create, load_panel},
    connection::{Banner, Link, LogInAgain},
    conversation::ConversationPage,
    keys::{self, KeyList},
    outbox::Outbox,
    presence::PresenceModel,
    route::{Page, Place, Route},
    settings::SettingsPage,
    store::Store,
    toasts::Toasts,
    ui::{Art, NotFound, Ui, Zone, ime, modality, on_demand::NotLoaded, use_ui, use_words},
};

/// Loads the code of what the server has rendered on this page beyond the first view, so that the page can be hydrated.
///
/// # Errors
/// Returns an error if the code cannot be loaded. The page then stays as the server sent it, with plain links and forms.
pub async fn load_rendered(boot: &Boot) -> Result<(), NotLoaded> {
    let place = Place::of(&boot.here);
    match place.page {
        Page::Channels => load_browser().await,
        Page::NewChannel => load_create().await,
        _ if place.has_members => load_panel().await,
        _ => Ok(()),
    }
}

/// The page that the address shows.
#[component]
pub fn App() -> impl IntoView {
    let boot = expect_context::<Boot>();
    provide_context(Ui::of(&boot));
    let Some(member) = boot.member.clone() else { return before_log_in(&boot) };
    let store = Store::new(member, boot.assets.clone());
    let outbox = Outbox::new(store);
    let link = Link::new(store, outbox);
    let presence = PresenceModel::default();
    provide_context(store);
    provide_context(outbox);
    provide_context(link);
    provide_context(presence);
    provide_context(Zone::of_page(&boot));
    let route = Route::new(&boot.here);
    provide_context(route);
    Effect::new(move |_| {
        ime::start();
        modality::start();
        route.start();
        keys::start(store, link.reads, route);
        presence.start(link);
        announcer::start(store, outbox, link);
        link.start();
    });
    view! { <Frame/> }.into_any()
}

/// The pages before login, and the set-up. They load no WASM, and the WASM does not contain them.
#[cfg(feature = "ssr")]
fn before_log_in(boot: &Boot) -> AnyView {
    use crate::auth::{LogInPage, SetUpPage, SignUpPage};
    match (&boot.page, boot.here.starts_with("/sign-up")) {
        (PageBoot::Login(_), false) => view! { <LogInPage/> }.into_any(),
        (PageBoot::Login(_), true) => view! { <SignUpPage/> }.into_any(),
        (PageBoot::SetUp(_), _) => view! { <SetUpPage/> }.into_any(),
        _ => view! { <Unavailable/> }.into_any(),
    }
}

#[cfg(not(feature = "ssr"))]
fn before_log_in(_boot: &Boot) -> AnyView {
    ().into_any()
}

/// The sidebar, and the page beside it.
#[component]
fn Frame() -> impl IntoView {
    let route = expect_context::<Route>();
    let is_unavailable = matches!(expect_context::<Boot>().page, PageBoot::Unavailable);
    let page = Memo::new(move |_| route.with(|place| place.page.clone()));
    let sheet = move || match page.get() {
        _ if is_unavailable => view! { <main class="main"><Banner/><Unavailable/></main> }.into_any(),
        Page::Home => view! { <ConversationPage id=None/> }.into_any(),
        Page::Channel(id) => view! { <ConversationPage id=Some(id)/> }.into_any(),
        Page::Channels => view! { <ChannelsPage/> }.into_any(),
        Page::NewChannel => view! { <NewChannelPage/> }.into_any(),
        Page::ServerRendered => view! { <ServerRenderedPage/> }.into_any(),
    };
    view! {
        <div class="shell" data-pane=move || route.with(|place| place.pane())>
            // On a narrow window the list is a page, with a heading like any other.
            <main class="vh list-title"><h1>{use_ui().workspace.to_string()}</h1></main>
            <Sidebar/>
            <div class="sheet">{sheet}</div>
        </div>
        <Switcher/>
        <KeyList/>
        <Toasts/>
        <LogInAgain/>
    }
}

/// A page that only the server renders.
#[component]
fn ServerRenderedPage() -> impl IntoView {
    match expect_context::<Boot>().page {
        PageBoot::Settings => view! { <SettingsPage/> }.into_any(),
        _ => view! { <NotFoundPage/> }.into_any(),
    }
}

#[component]
fn NotFoundPage() -> impl IntoView {
    view! { <main class="main"><NotFound/></main> }
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
