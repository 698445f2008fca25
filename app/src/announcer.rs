//! What is said in the open channel, told to ears: each message of others as it comes, many at once as their number, and what
//! became of one's own. Nothing of what is loaded.

use std::cell::RefCell;

use domain::event::Event;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    store::Store,
    ui::{Ui, offset_of, use_ui},
};

/// So long messages are gathered, in milliseconds.
const GATHER_MS: u32 = 2_000;
/// More than so many in that time are told as their number.
const EACH_MAX: usize = 3;
/// So much of a message is told, in characters.
const CHARS_MAX: usize = 300;
/// The element that tells, and how many lines it keeps.
const REGION: &str = "told";
const LINES_MAX: u32 = 8;

thread_local! {
    // The browser has one thread and one page; the server never comes here.
    static GATHERED: RefCell<Vec<String>> = RefCell::default();
    static READER: RefCell<Option<Ui>> = const { RefCell::new(None) };
}

/// Where it is told.
#[component]
pub fn Told() -> impl IntoView {
    let reader = use_ui();
    Effect::new(move |_| {
        READER.set(Some(reader.clone()));
        GATHERED.take();
    });
    view! { <div class="vh" id=REGION aria-live="polite"></div> }
}

/// An event of the live stream.
pub fn heard(store: Store, event: &Event) {
    let reader = READER.with_borrow(Option::clone);
    let (Some(Ui { words, half_days, .. }), Some(said)) = (reader, event.message()) else { return };
    if store.is_me(&said.author) || !store.is_open(&event.channel) {
        return;
    }
    let local = event.at.local(offset_of(event.at));
    let text: String = said.body.as_str().chars().take(CHARS_MAX).collect();
    let time = words.time(&local, half_days, false);
    let line = words.says(said.author.display_name.as_str(), &text, &time);
    let is_first = GATHERED.with_borrow_mut(|gathered| {
        gathered.push(line);
        gathered.len() == 1
    });
    if is_first {
        spawn_local(async move {
            TimeoutFuture::new(GATHER_MS).await;
            let gathered = GATHERED.take();
            if gathered.len() > EACH_MAX {
                return tell(&words.new_messages(gathered.len()));
            }
            gathered.iter().for_each(|line| tell(line));
        });
    }
}

/// One's own message is durable, or was refused for good.
pub fn settled(is_sent: bool) {
    if let Some(reader) = READER.with_borrow(Option::clone) {
        tell(if is_sent { reader.words.sent } else { reader.words.not_sent });
    }
}

fn tell(text: &str) {
    let document = document();
    let (Some(region), Ok(line)) = (document.get_element_by_id(REGION), document.create_element("p")) else { return };
    line.set_text_content(Some(text));
    // A new line each time: the same words are told again.
    let _ = region.append_child(&line);
    if region.child_element_count() > LINES_MAX {
        region.first_element_child().iter().for_each(web_sys::Element::remove);
    }
}
