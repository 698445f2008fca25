//! Announcements for screen readers: each message of another member in the open channel, their number if there are many, and
//! whether the user's own message was sent. Loaded messages are not announced.

use std::cell::RefCell;

use domain::event::Event;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    connection::{Link, ServerEvent},
    outbox::{Outbox, OutboxEvent},
    store::Store,
    ui::{Ui, offset_of, use_ui},
};

/// How long messages are collected before they are announced, in milliseconds.
const COLLECT_MS: u32 = 2_000;
/// Most messages that are announced one by one; of more only the number is.
const EACH_MAX: usize = 3;
/// Most characters of a message that are announced.
const CHARS_MAX: usize = 300;
/// The id of the live region.
const REGION: &str = "announcements";
/// Most lines that the live region keeps.
const LINES_MAX: u32 = 8;

thread_local! {
    // The browser has one thread and one page; the server never comes here.
    static COLLECTED: RefCell<Vec<String>> = RefCell::default();
    static UI: RefCell<Option<Ui>> = const { RefCell::new(None) };
}

/// Subscribes to what is announced, for the life of the page. Called once, in the browser.
pub fn start(store: Store, outbox: Outbox, link: Link) {
    link.subscribe(move |event| {
        if let ServerEvent::Event(event) = event {
            on_event(store, event);
        }
    });
    outbox.subscribe(|event| {
        let Some(ui) = UI.with_borrow(Option::clone) else { return };
        match event {
            OutboxEvent::Sent => announce(ui.words.sent),
            OutboxEvent::Refused => announce(ui.words.not_sent),
            OutboxEvent::Blocked(_) | OutboxEvent::Count { .. } => {}
        }
    });
}

/// The live region.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let ui = use_ui();
    Effect::new(move |_| {
        UI.set(Some(ui.clone()));
        COLLECTED.take();
    });
    view! { <div class="vh" id=REGION aria-live="polite"></div> }
}

fn on_event(store: Store, event: &Event) {
    let ui = UI.with_borrow(Option::clone);
    let (Some(Ui { words, half_days, .. }), Some(message)) = (ui, event.message()) else { return };
    if store.is_me(&message.author) || !store.is_open(&event.channel) {
        return;
    }
    let local = event.at.local(offset_of(event.at));
    let text: String = message.body.as_str().chars().take(CHARS_MAX).collect();
    let time = words.time(&local, half_days, false);
    let line = words.announcement(message.author.display_name.as_str(), &text, &time);
    let is_first = COLLECTED.with_borrow_mut(|collected| {
        collected.push(line);
        collected.len() == 1
    });
    if is_first {
        spawn_local(async move {
            TimeoutFuture::new(COLLECT_MS).await;
            let collected = COLLECTED.take();
            if collected.len() > EACH_MAX {
                return announce(&words.new_messages(collected.len()));
            }
            collected.iter().for_each(|line| announce(line));
        });
    }
}

fn announce(text: &str) {
    let document = document();
    let (Some(region), Ok(line)) = (document.get_element_by_id(REGION), document.create_element("p")) else { return };
    line.set_text_content(Some(text));
    // A new element each time, so that the same words are announced again.
    let _ = region.append_child(&line);
    if region.child_element_count() > LINES_MAX {
        region.first_element_child().iter().for_each(web_sys::Element::remove);
    }
}
