//! ⑪ The lines of a conversation, live. Before it on a message's way: `timeline`. The end of that way: a person reads it.

use domain::{
    api::Channel,
    ids::{ChannelId, Pos},
    rows::{Row, rows},
    timeline::Timeline,
};
use leptos::{
    ev,
    prelude::*,
    task::{spawn_local, tick},
};
use wasm_bindgen::{JsCast, closure::Closure};

use super::{
    acts::{ActionBar, ActionSheet, Acts},
    day_chip::DayChip,
    opening::Opening,
    row::RowView,
    scroll::{Scroll, line_id},
    seen::Seen,
    told::Told,
    zone::Zone,
};
use crate::{
    connection::Link,
    route::Route,
    store::{Left, Store, title},
    ui::{Empty, Icon, Notice, use_words},
};

/// The messages of a channel, and what belongs to looking at them.
#[derive(Clone, Copy)]
pub struct List {
    /// Which channel.
    pub id: StoredValue<ChannelId>,
    /// What is held of it.
    pub timeline: RwSignal<Timeline>,
    /// Where the reader is.
    pub scroll: Scroll,
    /// What the reader has read.
    pub seen: Seen,
    /// Shared.
    pub store: Store,
    /// Shared.
    pub link: Link,
    /// Where it opens, until it has.
    pub opening: StoredValue<Option<Opening>>,
    /// Where the reader was before the newest messages were shown.
    pub back: RwSignal<Option<Left>>,
    /// A page is being loaded.
    pub busy: RwSignal<bool>,
    /// That of an older one has failed.
    pub failed: RwSignal<bool>,
    /// What one does with a message.
    pub acts: Acts,
    /// When the reader last scrolled above the end, in milliseconds; 0 when that is long ago.
    pub scrolled_at: StoredValue<f64>,
}

/// The messages of a channel.
#[component]
pub fn MessageList(channel: Channel, opening: Opening) -> impl IntoView {
    let words = use_words();
    let (store, link) = (expect_context::<Store>(), expect_context::<Link>());
    let zone = expect_context::<Zone>();
    let timeline = store.timeline(&channel.id);
    let scroll = Scroll::new(store.at_end);
    let list = List {
        id: StoredValue::new(channel.id.clone()),
        timeline,
        scroll,
        seen: Seen::default(),
        store,
        link,
        opening: StoredValue::new(Some(opening)),
        back: RwSignal::new(None),
        busy: RwSignal::new(false),
        failed: RwSignal::new(false),
        acts: Acts::default(),
        scrolled_at: StoredValue::new(0.0),
    };
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
    let line = || view! { <div class="sk"><i class="a"></i><div><i></i><i></i></div></div> };
    let content = move || match (list.busy.get(), list.failed.get()) {
        (true, _) => view! { {line()}{line()} }.into_any(),
        (false, true) => view! { <Notice text=words.older_failed/>{way()} }.into_any(),
        (false, false) => way().into_any(),
    };
    view! { <div class="before">{content}</div> }
}

/// Over the lines: to the newest, and back.
#[component]
fn Pills(list: List) -> impl IntoView {
    let words = use_words();
    let (store, timeline) = (list.store, list.timeline);
    let unseen = unseen(store, timeline);
    let latest = move || {
        let (count, away) = (unseen.get(), list.scroll.far.get() || timeline.with(Timeline::has_newer));
        let text = if count > 0 { words.new_messages(count) } else { words.latest.to_owned() };
        (count > 0 || away).then(|| {
            view! {
                <a
                    class="pill latest"
                    class:quiet=count == 0
                    rel="external"
                    href=format!("/c/{}#latest", list.id.get_value())
                    on:click=move |event| {
                        event.prevent_default();
                        list.to_latest();
                        link_has_read(list);
                    }
                ><Icon name="arrow-down"/>{text}</a>
            }
        })
    };
    let back = move || {
        let left = list.back.get().filter(|_| store.at_end.get())?;
        let text = if store.divider.get().is_some() { words.back_to_unread } else { words.back_to_place };
        Some(view! {
            <button type="button" class="pill return quiet" on:click=move |_| list.go_back(left)>
                <Icon name="arrow-up"/>{text}
            </button>
        })
    };
    view! { {latest} {back} }
}

/// Whoever asks for the newest has read the channel.
fn link_has_read(list: List) {
    list.link.has_read_all_of(&list.id.get_value());
}

/// The place of the first event held.
pub fn oldest(timeline: &Timeline) -> Pos {
    timeline.events().first().map_or(Pos::ZERO, |event| event.pos)
}

/// How many messages of others came while the reader was not at the end.
fn unseen(store: Store, timeline: RwSignal<Timeline>) -> Memo<usize> {
    let seen = StoredValue::new(timeline.with_untracked(Timeline::to));
    Memo::new(move |_| {
        timeline.with(|timeline| {
            if store.at_end.get() || seen.get_value() == Pos::ZERO {
                seen.set_value(timeline.to());
                return 0;
            }
            let seen = seen.get_value();
            let held = timeline.events().iter().filter(|event| event.pos > seen && event.message().is_some()).count();
            held + timeline.unheld()
        })
    })
}

impl List {
    /// The lines have changed, or their room.
    pub fn settle(self) {
        if self.busy.is_disposed() {
            return;
        }
        // What is not there yet is on its way.
        let is_there = |opening: &Opening| self.timeline.with_untracked(|held| opening.is_held(held));
        let opening = self.opening.get_value().filter(is_there);
        if let Some(opening) = opening {
            self.opening.set_value(None);
            self.show(opening);
        }
        self.scroll.settle();
        if !self.scroll.at_end.get_untracked() {
            // A short page may show its end all the same.
            self.scroll.moved(self.timeline.with_untracked(|held| !held.has_newer()));
        }
        self.keep_focus();
        self.place_bar();
        self.look();
    }

    /// Something that unfolds was pressed: what stands above it stays, also at the end.
    fn pressed(self, at: &web_sys::Element) {
        if at.closest("summary, .unfold").is_ok_and(|fold| fold.is_some()) {
            self.scroll.at_end.set(false);
        }
    }

    /// Goes to where it opens, if that is held.
    fn show(self, opening: Opening) {
        let from_top = if let Opening::Left(left) = opening { Some(left.from_top) } else { None };
        let line = self.timeline.with_untracked(|held| self.line_of(held, opening));
        match line.filter(|line| self.scroll.to_line(line, from_top)) {
            Some(line) if matches!(opening, Opening::At(_)) => mark(&line),
            Some(_) => {}
            None => self.scroll.at_end.set(true),
        }
    }

    /// The element that is shown when it opens there.
    fn line_of(self, held: &Timeline, opening: Opening) -> Option<String> {
        let pos = match opening {
            Opening::At(pos) => pos,
            Opening::Left(left) => left.pos,
            Opening::Unread(read) => {
                let me = self.store.me.with_value(|me| me.id.clone());
                return domain::rows::first_unread(held, &me, read).map(|_| "new".to_owned());
            }
            Opening::Newest => return None,
        };
        let is_there = pos > held.from() && pos <= held.to();
        let messages = held.events().iter().filter(|event| event.pos <= pos && is_there);
        messages.filter_map(|event| event.message()).next_back().map(|message| line_id(message.id))
    }

    /// Opens anew, within the same channel.
    pub fn open(self, opening: Opening) {
        if self.timeline.with_untracked(|held| opening.is_held(held)) {
            self.show(opening);
        } else {
            self.opening.set_value(Some(opening));
            opening.load(self.store, &self.id.get_value());
        }
    }

    /// Hears what changes the room of the lines, and whether they are looked at.
    fn watch(self) {
        let Some(pane) = self.scroll.pane.get() else { return };
        let settle = Closure::<dyn FnMut()>::new(move || self.settle());
        let observer = web_sys::ResizeObserver::new(settle.as_ref().unchecked_ref());
        if let Ok(observer) = &observer {
            observer.observe(&pane);
            pane.first_element_child().iter().for_each(|lines| observer.observe(lines));
        }
        let kept = StoredValue::new_local((observer, settle));
        let listeners = [
            window_event_listener(ev::focus, move |_| self.looked_away_or_back()),
            window_event_listener(ev::blur, move |_| self.looked_away_or_back()),
            window_event_listener(ev::visibilitychange, move |_| self.looked_away_or_back()),
        ];
        let forget_touch = self.hear_touch();
        let forget_touch = StoredValue::new_local(Some(forget_touch));
        on_cleanup(move || {
            forget_touch.try_update_value(|forget| forget.take().map(|forget| forget()));
            kept.try_with_value(|(observer, _)| observer.as_ref().map(web_sys::ResizeObserver::disconnect).ok());
            for listener in listeners {
                listener.remove();
            }
            self.leave();
        });
    }

    /// The channel goes from the screen.
    fn leave(self) {
        let Some(id) = self.id.try_get_value() else { return };
        let left = self.place();
        self.store.places.update_value(|places| {
            places.retain(|(place, _)| *place != id);
            places.extend(left.map(|left| (id, left)));
        });
        self.link.tell_reads();
    }

    /// Where the reader is, if that is above the end.
    fn place(self) -> Option<Left> {
        let (topmost, from_top) = self.scroll.topmost().filter(|_| !self.scroll.at_end.get_untracked())?;
        let is_it = |event: &&domain::event::Event| event.message().is_some_and(|message| message.id == topmost);
        let pos = self.timeline.with_untracked(|held| held.events().iter().find(is_it).map(|event| event.pos))?;
        Some(Left { pos, from_top })
    }

    /// From deep history the newest page is loaded directly.
    pub fn to_latest(self) {
        if let Some(left) = self.place() {
            self.back.set(Some(left));
        }
        self.scroll.to_end();
        if self.timeline.with_untracked(Timeline::has_newer) {
            self.opening.set_value(Some(Opening::Newest));
            Opening::Newest.load(self.store, &self.id.get_value());
        }
    }

    fn go_back(self, left: Left) {
        self.back.set(None);
        self.open(match self.store.divider.get_untracked() {
            Some(read) => Opening::Unread(read),
            None => Opening::Left(left),
        });
    }
}

/// Flashes a line once, so that the eye finds it.
fn mark(line: &str) {
    if let Some(line) = document().get_element_by_id(line) {
        // No browser refuses a class; taken away first, so that it flashes again.
        let _ = line.class_list().remove_1("target");
        let _ = line.client_width();
        let _ = line.class_list().add_1("target");
    }
}
