//! ⑪ The lines of a conversation, live. Before it on a message's way: `timeline`. The end of that way: a person reads it.

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
    list::{List, oldest},
    message_actions::{ActionBar, ActionSheet},
    opening::Opening,
    pills::Pills,
    row::RowView,
};
use crate::{
    announcer::Told,
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
    let list = List::new(&channel.id, opening, store, link);
    let List { timeline, scroll, .. } = list;
    store.reading.set_value(None);

    let lines = Memo::new(move |_| {
        let divider = store.divider.get();
        store.me.with_value(|me| timeline.with(|held| rows(held, &me.id, divider, &|at| zone.offset(at))))
    });
    Effect::new(move |_| {
        lines.track();
        spawn_local(async move {
            tick().await;
            list.settle();
        });
    });
    Effect::new(move |_| list.watch());
    Effect::new(move |before: Option<u32>| {
        let said = store.said.get();
        if before.is_some_and(|before| before != said) {
            store.divider.set(None);
            list.to_latest();
        }
        said
    });
    let route = expect_context::<Route>();
    Effect::new(move |before: Option<Option<Pos>>| {
        let at = route.with(|place| place.at);
        if let Some(pos) = at.filter(|_| before.is_some_and(|before| before != at)) {
            list.open(Opening::At(pos));
        }
        at
    });
    let said = move || lines.with(|lines| lines.iter().any(|row| matches!(row, Row::Message(_))));
    let empty = {
        let name = title(&channel, words);
        move || {
            let loaded =
                timeline.with(|timeline| timeline.is_loaded() && !timeline.has_older() && !timeline.has_newer());
            (loaded && !said()).then(|| {
                view! {
                    <Empty art="art-new-channel" title=words.empty_title(&name) text=words.empty_text/>
                }
            })
        }
    };
    let is_loaded = Memo::new(move |_| timeline.with(Timeline::is_loaded));
    let has_older = Memo::new(move |_| timeline.with(Timeline::has_older));
    let label = format!("{} · {}", title(&channel, words), words.messages_in);
    // For the moment before the WASM: `start.js` goes there.
    let target = timeline.with_untracked(|held| list.line_of(held, opening));
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
                on:scroll=move |_| list.scrolled()
                on:keydown=move |event| list.key(&event)
            >
                <div
                    class="lines"
                    on:mouseover=move |event| list.points_at(Some(event_target(&event)))
                    on:mouseleave=move |_| list.points_at(None)
                    on:focusin=move |event| list.focus_came(Some(event_target(&event)))
                    on:focusout=move |event| list.focus_went(&event)
                    on:click=move |event| list.pressed(&event_target(&event))
                >
                    {move || (!is_loaded.get()).then(|| view! { <div class="before">{skeleton()}{skeleton()}</div> })}
                    {move || has_older.get().then(|| view! { <Older list/> })}
                    {empty}
                    <For each=move || lines.get() key=Row::key children=move |row| view! { <RowView row channel=list.id.get_value()/> }/>
                    <div id="latest"></div>
                    <ActionBar list/>
                </div>
            </div>
            <DayChip/>
            <Pills list/>
            <ActionSheet list/>
            <Told/>
        </div>
    }
}

/// What a line will look like.
fn skeleton() -> AnyView {
    view! { <div class="sk"><i class="a"></i><div><i></i><i></i></div></div> }.into_any()
}

/// What stands for the lines before the first one, as high as it is whatever it shows: the way to them, what they will look
/// like, or why they do not come.
#[component]
fn Older(list: List) -> impl IntoView {
    let words = use_words();
    let way = move || {
        let text = if list.failed.get() { words.try_again } else { words.older };
        view! {
            <a
                class="older"
                rel="external"
                href=format!("/c/{}?before={}", list.id.get_value(), list.timeline.with(oldest))
                on:click=move |event| {
                    event.prevent_default();
                    list.load_older();
                }
            >{text}</a>
        }
    };
    let content = move || match (list.busy.get(), list.failed.get()) {
        (true, _) => view! { {skeleton()}{skeleton()} }.into_any(),
        (false, true) => view! { <Notice text=words.older_failed/>{way()} }.into_any(),
        (false, false) => way().into_any(),
    };
    view! { <div class="before">{content}</div> }
}
