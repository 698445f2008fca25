//! Typing: this page reports it at most once in three seconds, and shows that of others above the composer for six.

use std::cell::RefCell;

use domain::{
    event::{Account, Event},
    ids::ChannelId,
    limits::{TYPING_FORGET_AFTER_S, TYPING_SEND_EVERY_S},
    wire::ClientFrame,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::{connection::send, ui::steady_ms};

/// Most typing members that are remembered; the names of more could not be read.
const MEMBERS_MAX: usize = 100;

thread_local! {
    // Only the browser runs this code, on one thread with one page. The channel and time of the last report.
    static REPORTED: RefCell<(String, f64)> = RefCell::default();
}

/// Reports that the user types in a channel; `text` is what the composer holds. An empty text is not reported.
pub fn report_typing(channel: &ChannelId, text: &str) {
    let now = steady_ms();
    let is_due = REPORTED.with_borrow(|(reported, at)| {
        reported != channel.as_str() || now - at >= f64::from(TYPING_SEND_EVERY_S) * 1_000.0
    });
    if is_due && !text.is_empty() {
        REPORTED.set((channel.to_string(), now));
        send(&ClientFrame::Typing { channel: channel.to_string() });
    }
}

/// A member that is typing in a channel, until a time in milliseconds.
type TypingMember = (ChannelId, Account, f64);

/// The members that are typing.
#[derive(Clone, Copy)]
pub struct Typing {
    members: RwSignal<Vec<TypingMember>>,
}

impl Typing {
    pub(super) fn new() -> Self {
        Self { members: RwSignal::default() }
    }

    /// Returns the names of the members that are typing in a channel. Tracks changes.
    pub(super) fn names(self, channel: &ChannelId) -> Vec<String> {
        self.members.with(|all| {
            let here = all.iter().filter(|(there, ..)| there == channel);
            here.map(|(_, member, _)| member.display_name.as_str().to_owned()).collect()
        })
    }

    pub(super) fn on_typing(self, channel: &ChannelId, member: &Account) {
        const FORGET_MS: u32 = TYPING_FORGET_AFTER_S * 1_000;
        let until = steady_ms() + f64::from(FORGET_MS);
        let mut is_new = true;
        self.members.update_untracked(|all| {
            for (there, known, known_until) in all.iter_mut() {
                if known.id == member.id && there == channel {
                    (*known_until, is_new) = (until, false);
                }
            }
        });
        if is_new {
            self.members.update(|all| {
                all.truncate(MEMBERS_MAX - 1);
                all.push((channel.clone(), member.clone(), until));
            });
        }
        spawn_local(async move {
            TimeoutFuture::new(FORGET_MS).await;
            self.retain(&|(_, _, until)| *until > steady_ms());
        });
    }

    /// Ends the typing of the author of a message.
    pub(super) fn on_event(self, event: &Event) {
        if let Some(message) = event.message() {
            self.retain(&|(channel, member, _)| *channel != event.channel || member.id != message.author.id);
        }
    }

    fn retain(self, keep: &dyn Fn(&TypingMember) -> bool) {
        if self.members.try_with_untracked(|all| all.iter().all(keep)) == Some(false) {
            self.members.update(|all| all.retain(keep));
        }
    }
}
