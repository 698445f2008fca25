//! ⑪ The messages of a channel, live. Before it on a message's way: `timeline`. The end of that way: a user reads it.

use domain::{
    api::Channel,
    ids::Pos,
    rows::{Row, rows},
    timeline::Timeline,
};
use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};

use super::{
    day_chip::DayChip,
    message_actions::{ActionBar, ActionSheet},
    message_keys,
    message_pane::{MessagePane, oldest},
    opening::Opening,
    pills::Pills,
    row::RowView,
};
use crate::{
    announcer::LiveRegion,
    connection::Link,
    route::Route,
    store::{Store, title},
    ui::{Empty, Notice, Zone, use_words},
};

/// The messages of a channel.
#[component]
pub fn MessageList(channel: Channel, opening: Opening) -> impl IntoView {
    let words = use_words();
    let (store, link) = (expect_context::<Store>(), expect_context::<Link>());
    let zone = expect_context::<Zone>();
    let pane = MessagePane::new(&channel.id, opening, store, link.reads);
    let MessagePane { timeline, scroll, .. } = pane;
    store.topmost_message.set_value(None);

    let rows_shown = Memo::new(move |_| {
        let divider = store.divider.get();
        store.me.with_value(|me| timeline.with(|held| rows(held, &me.id, divider, &|at| zone.offset(at))))
    });
    Effect::new(move |_| {
        rows_shown.track();
        spawn_local(async move {
            tick().await;
            pane.settle();
        });
    });
    Effect::new(move |_| pane.listen());
    Effect::new(move |before: Option<u32>| {
        let count = store.sent_count.get();
        if before.is_some_and(|before| before != count) {
            store.divider.set(None);
            pane.to_latest();
        }
        count
    });
    let route = expect_context::<Route>();
    Effect::new(move |before: Option<Option<Pos>>| {
        let at = route.with(|place| place.at);
        if let Some(pos) = at.filter(|_| before.is_some_and(|before| before != at)) {
            pane.open(Opening::At(pos));
        }
        at
    });
    let has_messages = move || rows_shown.with(|rows| rows.iter().any(|row| matches!(row, Row::Message(_))));
    let empty = {
        let name = title(&channel, words);
        move || {
            let loaded =
                timeline.with(|timeline| timeline.is_loaded() && !timeline.has_older() && !timeline.has_newer());
            (loaded && !has_messages()).then(|| {
                view! {
                    <Empty art="art-new-channel" title=words.empty_title(&name) text=words.empty_text/>
                }
            })
        }
    };
    let is_loaded = Memo::new(move |_| timeline.with(Timeline::is_loaded));
    let has_older = Memo::new(move |_| timeline.with(Timeline::has_older));
    let label = format!("{} · {}", title(&channel, words), words.messages_in);
    // Before the WASM runs, `start.js` scrolls there.
    let target = timeline.with_untracked(|held| pane.target(held, opening));
    view! {
        <div class="stream">
            <div
                class="timeline"
                role="log"
                aria-live="off"
                tabindex="0"
                aria-label=label
                data-target=target
                node_ref=scroll.pane
                on:scroll=move |_| pane.scrolled()
                on:keydown=move |event| message_keys::on_key(pane, &event)
            >
                <div
                    class="lines"
                    on:mouseover=move |event| pane.pointed_at(Some(event_target(&event)))
                    on:mouseleave=move |_| pane.pointed_at(None)
                    on:focusin=move |event| pane.focus_gained(&event_target(&event))
                    on:focusout=move |event| pane.focus_lost(&event)
                    on:click=move |event| pane.clicked(&event_target(&event))
                >
                    {move || (!is_loaded.get()).then(|| view! { <div class="before">{skeleton()}{skeleton()}</div> })}
                    {move || has_older.get().then(|| view! { <Older pane/> })}
                    {empty}
                    <For each=move || rows_shown.get() key=Row::key children=move |row| view! { <RowView row channel=pane.channel.get_value()/> }/>
                    <div id="latest"></div>
                    <ActionBar pane/>
                </div>
            </div>
            <DayChip/>
            <Pills pane/>
            <ActionSheet pane/>
            <LiveRegion/>
        </div>
    }
}

/// The placeholder of a message that is being loaded.
fn skeleton() -> AnyView {
    view! { <div class="skeleton"><i class="a"></i><div><i></i><i></i></div></div> }.into_any()
}

/// The place of the messages before the first one: a link that loads them, placeholders, or an error. Its height is always the
/// same.
#[component]
fn Older(pane: MessagePane) -> impl IntoView {
    let words = use_words();
    let link = move || {
        let text = if pane.paging.has_failed.get() { words.try_again } else { words.older };
        view! {
            <a
                class="older"
                rel="external"
                href=format!("/c/{}?before={}", pane.channel.get_value(), pane.timeline.with(oldest))
                on:click=move |event| {
                    event.prevent_default();
                    pane.load_older();
                }
            >{text}</a>
        }
    };
    let content = move || match (pane.paging.is_loading.get(), pane.paging.has_failed.get()) {
        (true, _) => view! { {skeleton()}{skeleton()} }.into_any(),
        (false, true) => view! { <Notice text=words.older_failed/>{link()} }.into_any(),
        (false, false) => link().into_any(),
    };
    view! { <div class="before">{content}</div> }
}
