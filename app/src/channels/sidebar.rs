//! The sidebar with the user's channels.

use domain::api::Channel;
use leptos::{html, prelude::*};

use crate::{
    composer::draft,
    presence::OwnPresence,
    store::{Store, title},
    ui::{Icon, Mark, SmallIcon, Ui, device_storage, use_ui, use_words},
};

/// The greatest number of unread messages that is shown.
const COUNT_MAX: u64 = 99;
/// The key in this device's storage: present if the list is folded.
const FOLDED: &str = "jimmy-folded";

/// The sidebar: the workspace, the channels, and the user.
#[component]
pub fn Sidebar() -> impl IntoView {
    let Ui { words, workspace, .. } = use_ui();
    let store = expect_context::<Store>();
    let me = store.me.get_value();
    Effect::new(move |_| store.drafts.set(store.me.with_value(|me| draft::all(&me.id))));
    view! {
        <nav class="sidebar" aria-label=words.channels>
            <a class="space" href="/"><Mark/><span><bdi>{workspace}</bdi></span></a>
            // Without scripts this is a link to the channel browser.
            <a
                class="jump"
                href="/channels"
                on:click=move |event| {
                    event.prevent_default();
                    store.is_switcher_open.set(true);
                }
            >
                <SmallIcon name="search"/>
                <span>{words.jump}</span>
                <kbd>"Ctrl K"</kbd>
            </a>
            <Channels/>
            {move || store.is_outdated.get().then(|| view! {
                <p class="newer">{words.new_version}<a class="btn small" rel="external" href="">{words.refresh}</a></p>
            })}
            <div class="me">
                <OwnPresence me/>
                <a class="icon-btn" href="/settings" rel="external" title=words.settings aria-label=words.settings><Icon name="settings"/></a>
            </div>
            <div class="resize" role="separator" tabindex="0" aria-orientation="vertical" aria-label=words.resize aria-valuemin="240" aria-valuemax="360" aria-valuenow="272"></div>
        </nav>
    }
}

/// The list of channels. Folded, it shows only unread channels and the open one.
#[component]
fn Channels() -> impl IntoView {
    let words = use_words();
    let store = expect_context::<Store>();
    let folded = RwSignal::new(false);
    Effect::new(move |_| {
        folded.set(device_storage().is_some_and(|kept| kept.get_item(FOLDED).is_ok_and(|kept| kept.is_some())))
    });
    let fold = move |_| {
        folded.update(|folded| *folded = !*folded);
        if let Some(storage) = device_storage() {
            // Without storage it is unfolded the next time.
            let _ = if folded.get_untracked() { storage.set_item(FOLDED, "") } else { storage.remove_item(FOLDED) };
        }
    };
    let rows = NodeRef::<html::Div>::new();
    let (above, below) = (RwSignal::new(0_usize), RwSignal::new(0_usize));
    let count_hidden = move || {
        let Some(pane) = rows.get_untracked() else { return };
        let edges = pane.get_bounding_client_rect();
        let Ok(unread) = pane.query_selector_all(".ch.unread") else { return };
        let (mut over, mut under) = (0, 0);
        for at in 0..unread.length() {
            let Some(row) = unread.item(at) else { continue };
            let row = wasm_bindgen::JsCast::unchecked_into::<web_sys::Element>(row).get_bounding_client_rect();
            over += usize::from(row.bottom() <= edges.top() + 1.0);
            under += usize::from(row.top() >= edges.bottom() - 1.0);
        }
        above.set(over);
        below.set(under);
    };
    Effect::new(move |_| {
        store.has_unread();
        folded.track();
        // The rows are updated by then.
        request_animation_frame(count_hidden);
    });
    let pill = move |count: RwSignal<usize>, is_below: bool| {
        let class = if is_below { "pill small more-below" } else { "pill small more-above" };
        let icon = if is_below { "arrow-down" } else { "arrow-up" };
        move || {
            let text = Some(count.get()).filter(|count| *count > 0).map(|count| words.more_unread(count, is_below))?;
            Some(view! {
                <button type="button" class=class on:click=move |_| to_unread(rows, is_below)><SmallIcon name=icon/>{text}</button>
            })
        }
    };
    view! {
        <div class="rows-frame">
            {pill(above, false)}
            <div class="rows" class:folded=folded node_ref=rows on:scroll=move |_| count_hidden()>
                <div class="sec">
                    <h2><button type="button" aria-expanded=move || (!folded.get()).to_string() on:click=fold>{words.channels}</button></h2>
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
            {pill(below, true)}
        </div>
    }
}

/// Scrolls to the nearest unread row that is out of view.
fn to_unread(rows: NodeRef<html::Div>, is_below: bool) {
    let Some(pane) = rows.get_untracked() else { return };
    let edges = pane.get_bounding_client_rect();
    let Ok(unread) = pane.query_selector_all(".ch.unread") else { return };
    let all = (0..unread.length())
        .filter_map(|at| unread.item(at))
        .map(wasm_bindgen::JsCast::unchecked_into::<web_sys::Element>);
    let is_out = |row: &web_sys::Element| {
        let row = row.get_bounding_client_rect();
        if is_below { row.top() >= edges.bottom() - 1.0 } else { row.bottom() <= edges.top() + 1.0 }
    };
    let mut out: Vec<_> = all.filter(is_out).collect();
    if !is_below {
        out.reverse();
    }
    if let Some(row) = out.first() {
        row.scroll_into_view();
    }
}

#[component]
fn ChannelRow(channel: Channel) -> impl IntoView {
    let words = use_words();
    let store = expect_context::<Store>();
    let id = StoredValue::new(channel.id.clone());
    let is_open = move || store.open.with(|open| id.with_value(|id| open.as_ref() == Some(id)));
    let unread = Memo::new(move |_| id.with_value(|id| store.unread(id)));
    // The draft of the open channel is in the composer.
    let has_draft = move || !is_open() && id.with_value(|id| store.drafts.with(|drafts| drafts.contains(id)));
    let state = Memo::new(move |_| (id.with_value(|id| store.has_failed(id)), has_draft()));
    let name = title(&channel, words);
    let tooltip = name.clone();
    let end = move || {
        let ((has_failed, has_draft), count) = (state.get(), unread.get());
        (has_failed || has_draft || count > 0).then(|| {
            view! {
                <span class="end">
                    {match has_failed {
                        true => view! { <SmallIcon name="circle-alert"/><span class="vh">{words.not_sent}</span> }.into_any(),
                        false if has_draft => view! { <SmallIcon name="pencil"/><span class="vh">{words.draft}</span> }.into_any(),
                        false => ().into_any(),
                    }}
                    {(count > 0).then(|| view! {
                        <span aria-hidden="true">{if count > COUNT_MAX { format!("{COUNT_MAX}+") } else { count.to_string() }}</span>
                        <span class="dot"></span>
                        <span class="vh">{words.unread_messages(count)}</span>
                    })}
                </span>
            }
        })
    };
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
                {end}
            </a>
        </li>
    }
}
