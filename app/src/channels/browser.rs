//! The channel browser: finds channels by name or topic, and opens or joins them.

use domain::api::{Channel, Page};
use leptos::{prelude::*, task::spawn_local};
use wasm_split_helpers::wasm_split;

use crate::{
    api_client::fetch,
    boot::{Boot, ChannelsBoot, PageBoot},
    connection::Banner,
    route::Route,
    store::{Store, title, use_page_title},
    ui::{
        Empty, Icon, Notice, SmallIcon,
        on_demand::{NotLoaded, loaded, on_demand},
        use_words,
    },
};

/// The page of the channel browser.
#[component]
pub fn ChannelsPage() -> impl IntoView {
    on_demand(load_browser, || loaded(browser_page()))
}

#[wasm_split(on_demand, fallible, preload(load_browser))]
pub(crate) fn browser_page() -> Result<AnyView, NotLoaded> {
    let boot = expect_context::<Boot>();
    let refused = boot.refused;
    let words = use_words();
    use_page_title(|| words.browse_channels.to_owned());
    let begun = match boot.page {
        PageBoot::Channels(channels) => Some(channels),
        _ => None,
    };
    Ok(view! { <main class="main"><Browser begun refused/></main> }.into_any())
}

/// The list, as the server sent it or, after a change of the page, as it is loaded.
#[component]
pub(super) fn Browser(begun: Option<ChannelsBoot>, refused: Option<domain::error::ErrorCode>) -> impl IntoView {
    let words = use_words();
    let store = expect_context::<Store>();
    let route = expect_context::<Route>();
    let is_begun = begun.is_some();
    let search =
        begun.as_ref().map(|begun| begun.search.clone()).unwrap_or_else(|| route.now(|place| decoded(&place.search)));
    let only_new = begun.as_ref().map_or_else(|| route.now(|place| place.only_new), |begun| begun.only_new);
    let found = RwSignal::new(begun.map(|begun| begun.found));
    let failed = RwSignal::new(false);
    let asked = StoredValue::new(search.clone());
    // Loads the first page if the server has not sent it, or the next one.
    let load = move |cursor: Option<String>| {
        let is_next = cursor.is_some();
        let mut query = vec![("limit", "100".to_owned()), ("search", asked.get_value())];
        if only_new {
            query.push(("joined", "false".to_owned()));
        }
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        spawn_local(async move {
            let page = fetch::channels(&query).await;
            failed.try_set(page.is_err());
            let Ok(mut page) = page else { return };
            found.try_update(|found| {
                if let Some(held) = found.take().filter(|_| is_next) {
                    page.items.splice(..0, held.items);
                }
                *found = Some(page);
            });
        });
    };
    Effect::new(move |_| {
        if !is_begun {
            load(None);
        }
    });
    let more = move || {
        let next = found.with(|found| found.as_ref()?.next.clone())?;
        let search = asked.get_value();
        let narrow = if only_new { "&joined=false" } else { "" };
        let href = format!("/channels?search={search}{narrow}&cursor={next}");
        Some(view! {
            <a class="btn quiet small" rel="external" href=href on:click=move |event| {
                event.prevent_default();
                load(Some(next.clone()));
            }>{words.more}</a>
        })
    };
    let tab = move |narrow: bool, text: &'static str, search: &str| {
        let href = format!("/channels?search={search}{}", if narrow { "&joined=false" } else { "" });
        view! { <a href=href rel="external" aria-current=(narrow == only_new).then_some("page")>{text}</a> }
    };
    let tabs = (tab(false, words.all, ""), tab(true, words.not_joined, ""));
    view! {
        <Banner/>
        <div class="page">
            <header>
                <a class="icon-btn back" href="/" title=words.back aria-label=words.back><Icon name="chevron-left"/></a>
                <h1>{words.browse_channels}</h1>
                <a class="btn primary" href="/channels/new"><SmallIcon name="plus"/><span class="lbl">{words.create_channel}</span></a>
            </header>
            {refused.map(|code| view! { <Notice text=words.refusal(code)/> })}
            <div class="tools">
                <form class="input" role="search" action="/channels">
                    <SmallIcon name="search"/>
                    <input type="search" name="search" value=search placeholder=words.find_channels aria-label=words.find_channels/>
                    {only_new.then(|| view! { <input type="hidden" name="joined" value="false"/> })}
                </form>
                <div class="seg">{tabs}</div>
            </div>
            {move || failed.get().then(|| view! { <Notice text=words.page_failed/> })}
            {move || found.get().map(|page| list(page, store))}
            {more}
        </div>
    }
}

/// Decodes a value of a form in the address.
fn decoded(value: &str) -> String {
    let decoded = js_sys::decode_uri_component(&value.replace('+', " "));
    decoded.map_or_else(|_| String::new(), String::from)
}

fn list(page: Page<Channel>, store: Store) -> AnyView {
    let words = use_words();
    if page.items.is_empty() {
        return view! { <Empty art="art-404" title=words.nothing_found_title text=words.nothing_found/> }.into_any();
    }
    let items = page.items.into_iter().map(|channel| item(channel, store)).collect_view();
    view! { <ul class="list">{items}</ul> }.into_any()
}

fn item(channel: Channel, store: Store) -> impl IntoView {
    let words = use_words();
    let href = format!("/c/{}", channel.id);
    let id = channel.id.to_string();
    let about = channel.topic.as_str().to_owned();
    let joined = channel.joined || store.channels.with_untracked(|all| all.iter().any(|known| known.id == channel.id));
    let act = match joined {
        true => view! { <a class="btn quiet small" href=href.clone()>{words.open}</a> }.into_any(),
        false => view! {
            <form method="post" action="/do/join">
                <input type="hidden" name="channel" value=id/>
                <button class="btn small">{words.join}</button>
            </form>
        }
        .into_any(),
    };
    view! {
        <li class="item">
            <span class="glyph"><Icon name="hash"/></span>
            <div>
                <h2>
                    <a href=href><bdi>{title(&channel, words)}</bdi></a>
                    {joined.then(|| view! { <span class="joined"><SmallIcon name="check"/>{words.joined}</span> })}
                </h2>
                <p>
                    <b>{words.member_count(channel.member_count)}</b>
                    {(!about.is_empty()).then(|| view! { " · " {about} })}
                </p>
            </div>
            {act}
        </li>
    }
}
