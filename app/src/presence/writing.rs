//! Who is writing: said by this page at most once in three seconds, and shown above the field for six.

use std::cell::RefCell;

use domain::{
    event::{Account, Event},
    ids::ChannelId,
    limits::{TYPING_FORGET_AFTER_S, TYPING_SEND_EVERY_S},
    wire::ClientFrame,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::People;
use crate::{
    connection::{Link, send},
    ui::use_words,
};

/// Writers that are remembered; of more nobody could read the names.
const WRITERS_MAX: usize = 100;

thread_local! {
    // The browser has one thread and one page; the server never comes here.
    static SAID: RefCell<(String, f64)> = RefCell::default();
}

/// Somebody writes here, with this text in the field: nothing is said of an empty one.
pub fn writes(channel: &ChannelId, text: &str) {
    let now = js_sys::Date::now();
    let is_due = SAID
        .with_borrow(|(there, at)| there != channel.as_str() || now - at >= f64::from(TYPING_SEND_EVERY_S) * 1_000.0);
    if is_due && !text.is_empty() {
        SAID.set((channel.to_string(), now));
        send(&ClientFrame::Typing { channel: channel.to_string() });
    }
}

impl People {
    /// Somebody else writes.
    pub fn hears_writing(self, channel: ChannelId, who: Account) {
        const FORGET_MS: u32 = TYPING_FORGET_AFTER_S * 1_000;
        let until = js_sys::Date::now() + f64::from(FORGET_MS);
        let mut is_new = true;
        self.writing.update_untracked(|all| {
            for (there, known, known_until) in all.iter_mut() {
                if known.id == who.id && *there == channel {
                    (*known_until, is_new) = (until, false);
                }
            }
        });
        if is_new {
            self.writing.update(|all| {
                all.truncate(WRITERS_MAX - 1);
                all.push((channel, who, until));
            });
        }
        spawn_local(async move {
            TimeoutFuture::new(FORGET_MS).await;
            self.keep_writing(&|(_, _, until)| *until > js_sys::Date::now());
        });
    }

    /// Whoever has said something writes it no more.
    pub fn hears(self, event: &Event) {
        if let Some(said) = event.message() {
            self.keep_writing(&|(channel, who, _)| *channel != event.channel || who.id != said.author.id);
        }
    }

    fn keep_writing(self, keep: &dyn Fn(&(ChannelId, Account, f64)) -> bool) {
        if self.writing.try_with_untracked(|all| all.iter().all(keep)) == Some(false) {
            self.writing.update(|all| all.retain(keep));
        }
    }
}

/// The line above the field. Its room is there whether somebody writes or not.
#[component]
pub fn WritingLine(
    /// Where.
    channel: ChannelId,
) -> impl IntoView {
    let words = use_words();
    let people = expect_context::<Link>().people;
    let line = move || {
        let names: Vec<String> = people.writing.with(|all| {
            let here = all.iter().filter(|(there, ..)| *there == channel);
            here.map(|(_, who, _)| who.display_name.as_str().to_owned()).collect()
        });
        let (between, after) = words.writing(names.len());
        let mut names = names.into_iter();
        let name = |name| view! { <b><bdi>{name}</bdi></b> };
        let first = name(names.next()?);
        let second = names.next().map(|second| (between, name(second)));
        Some(view! {
            <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
            <span>{first}{second}{after}</span>
        })
    };
    view! { <div class="typing" aria-live="off">{line}</div> }
}
