//! ⑪ The lines of a conversation, live. Before it on a message's way: `timeline`. The end of that way: a person reads it.

use domain::{
    api::{Channel, History},
    ids::Pos,
    limits::ROWS_RENDERED_MAX,
    rows::{Row, rows},
    timeline::{Input, Timeline},
};
use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};

use super::{
    row::RowView,
    scroll::{Scroll, Zone},
};
use crate::{
    connection::{Link, fetch},
    store::{Store, title},
    ui::{Empty, Icon, Notice, use_words},
};

/// The messages of a channel.
#[component]
pub fn MessageList(channel: Channel) -> impl IntoView {
    let words = use_words();
    let store = expect_context::<Store>();
    let zone = expect_context::<Zone>();
    let timeline = store.timeline(&channel.id);
    let scroll = Scroll::new(store.at_end);
    let list = List { timeline, scroll, store, busy: RwSignal::new(false), failed: RwSignal::new(false) };
    store.reading.set_value(None);
    let unseen = unseen(store, timeline);

    let lines = Memo::new(move |_| {
        let divider = store.divider.get();
        store.me.with_value(|me| timeline.with(|held| rows(held, &me.id, divider, &|at| zone.offset(at))))
    });
    let link = expect_context::<Link>();
    Effect::new(move |_| {
        lines.track();
        // The line above takes room, or gives it back.
        link.line.track();
        spawn_local(async move {
            tick().await;
            scroll.settle();
        });
    });

    let id = StoredValue::new(channel.id.clone());
    Effect::new(move |before: Option<u32>| {
        let said = store.said.get();
        if before.is_some_and(|before| before != said) {
            list.to_latest(id);
        }
        said
    });
    let said = move || lines.with(|lines| lines.iter().any(|row| matches!(row, Row::Message(_))));
    let empty = {
        let name = title(&channel, words);
        move || {
            let loaded = timeline.with(|timeline| timeline.is_loaded() && !timeline.has_older());
            (loaded && !said()).then(|| {
                view! {
                    <Empty art="art-new-channel" title=words.empty_title(&name) text=words.empty_text/>
                }
            })
        }
    };
    let label = format!("{} · {}", title(&channel, words), words.messages_in);
    view! {
        <div class="stream">
            <div class="timeline" role="log" tabindex="0" aria-label=label node_ref=scroll.pane on:scroll=move |_| list.scrolled(id)>
                {move || timeline.with(Timeline::has_older).then(|| view! {
                    <a
                        class="older"
                        rel="external"
                        href=format!("/c/{}?before={}", id.get_value(), timeline.with(oldest))
                        on:click=move |event| {
                            event.prevent_default();
                            list.load_older(id);
                        }
                    >{words.older}</a>
                })}
                {move || list.failed.get().then(|| view! { <Notice text=words.older_failed/> })}
                {empty}
                <For each=move || lines.get() key=Row::key children=move |row| view! { <RowView row channel=id.get_value()/> }/>
                <div id="latest"></div>
            </div>
            {move || {
                let (count, away) = (unseen.get(), scroll.far.get() || timeline.with(Timeline::has_newer));
                let text = if count > 0 { words.new_messages(count) } else { words.latest.to_owned() };
                (count > 0 || away).then(|| view! {
                    <a
                        class="pill latest"
                        class:quiet=count == 0
                        rel="external"
                        href=format!("/c/{}#latest", id.get_value())
                        on:click=move |event| {
                            event.prevent_default();
                            list.to_latest(id);
                        }
                    ><Icon name="arrow-down"/>{text}</a>
                })
            }}
        </div>
    }
}

fn oldest(timeline: &Timeline) -> Pos {
    timeline.events().first().map_or(Pos::ZERO, |event| event.pos)
}

/// How many messages of others came while the reader was not at the end.
fn unseen(store: Store, timeline: RwSignal<Timeline>) -> Memo<usize> {
    let seen = StoredValue::new(Pos::ZERO);
    Memo::new(move |_| {
        timeline.with(|timeline| {
            if store.at_end.get() {
                seen.set_value(timeline.to());
                return 0;
            }
            let seen = seen.get_value();
            let held = timeline.events().iter().filter(|event| event.pos > seen && event.message().is_some()).count();
            held + timeline.unheld()
        })
    })
}

#[derive(Clone, Copy)]
struct List {
    timeline: RwSignal<Timeline>,
    scroll: Scroll,
    store: Store,
    busy: RwSignal<bool>,
    failed: RwSignal<bool>,
}

type Id = StoredValue<domain::ids::ChannelId>;

impl List {
    fn scrolled(self, id: Id) {
        let (older, newer, held) =
            self.timeline.with_untracked(|held| (held.has_older(), held.has_newer(), held.events().len()));
        self.store.reading.set_value(self.scroll.moved(!newer));
        let (above, below) = self.scroll.runs_out();
        // Whoever follows the newest in a tall window has enough: more would be taken away with the next line.
        let is_enough = self.store.at_end.get_untracked() && held >= ROWS_RENDERED_MAX;
        if above && older && !is_enough {
            self.load_older(id);
        } else if below && newer {
            self.load_newer(id);
        }
    }

    fn load_older(self, id: Id) {
        let before = self.timeline.with_untracked(oldest);
        self.load(id, format!("?before={before}"), Input::Older);
    }

    fn load_newer(self, id: Id) {
        let after = self.timeline.with_untracked(Timeline::to);
        self.load(id, format!("?after={after}"), Input::Newer);
    }

    fn load(self, id: Id, query: String, input: fn(History) -> Input) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let page = fetch::history(&id.get_value(), &query).await;
            self.failed.try_set(page.is_err());
            if let Ok(page) = page {
                // What is at the other end and far out of view is forgotten; nothing that is in view, or near it.
                let (above, below) = self.scroll.far_rows();
                self.store.apply_and(&id.get_value(), input(page), |held| {
                    let surplus = |held: &Timeline| held.events().len().saturating_sub(ROWS_RENDERED_MAX);
                    match query.starts_with("?before") {
                        true => held.trim_newer(held.events().len() - surplus(held).min(below)),
                        false => held.trim_older(held.events().len() - surplus(held).min(above)),
                    }
                });
            }
            // The lines settle before the next page is thought of.
            tick().await;
            self.busy.try_set(false);
        });
    }

    /// From deep history the newest page is loaded directly.
    fn to_latest(self, id: Id) {
        if !self.timeline.with_untracked(Timeline::has_newer) {
            return self.scroll.to_end();
        }
        spawn_local(async move {
            let Some(id) = id.try_get_value() else { return };
            if let Ok(page) = fetch::history(&id, "").await {
                self.scroll.at_end.try_set(true);
                self.store.apply(&id, Input::Opened(page));
            }
        });
    }
}
