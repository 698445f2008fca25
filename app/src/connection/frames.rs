//! ⑪ What the frames of the server mean to the page. Before it on a message's way back: `connection/link`. After it:
//! `timeline`.

use domain::{
    api::Channel,
    event::Account,
    limits::{CHANNELS_A_PERSON_MAX, PAGE_MAX},
    timeline::Input,
    wire::close,
};
use leptos::{prelude::*, task::spawn_local};

use super::{Link, decode::Heard, link::mind, socket};
use crate::{
    announcer,
    api_client::fetch::{self, encoded},
    outbox::storage,
};

impl Link {
    pub(super) fn heard(self, heard: Heard) {
        match heard {
            Heard::Welcome(account, channels, more) => self.welcome(&account, channels, more),
            Heard::Event(event) => {
                let own = event.message().filter(|said| self.store.is_me(&said.author)).map(|said| said.id);
                let pos = event.pos;
                self.people.hears(&event);
                announcer::heard(self.store, &event);
                self.store.live(event);
                if let Some(id) = own {
                    self.placed(id, pos);
                }
            }
            Heard::Ack(id, pos) => {
                if let Ok(id) = id.parse() {
                    self.placed(id, pos);
                }
            }
            Heard::Nack(id, code, is_final, retry_after) => self.nacked(&id, code, is_final, retry_after),
            Heard::Reset(channel, head) => {
                self.learn(&mut |facts| facts.reset_due |= self.store.is_open(&channel));
                self.store.apply(&channel, Input::Reset(head));
                self.keep_time();
            }
            Heard::Joined(channel) => self.store.joined(channel),
            Heard::Left(channel) => self.store.left(&channel),
            Heard::Beat(heads) => {
                for (channel, head) in heads {
                    self.store.set_head(&channel, head, None);
                }
                // All of them: what a load could not bring is asked for again.
                self.store.compare_heads(true);
            }
            Heard::Read(channel, pos, n) => {
                self.store.set_read(&channel, pos, n);
            }
            Heard::Typing(channel, who) => self.people.hears_writing(channel, who),
            Heard::Presence(channel, who) => self.people.told(&channel, who),
            Heard::Bye(retry_after) => socket::return_after_ms(f64::from(retry_after) * 1_000.0),
        }
    }

    fn welcome(self, account: &Account, channels: Vec<Channel>, more: bool) {
        if !self.store.is_me(account) {
            // Somebody else has logged in from this browser meanwhile: nothing of this page is theirs.
            socket::close();
            return self.closed(close::LOG_IN_AGAIN, true);
        }
        mind(|mind| mind.attempts = 0);
        storage::tell_of_return(&self.store);
        self.nothing_is_under_way();
        self.learn(&mut |facts| facts.welcomed(js_sys::Date::now()));
        let untold = self.store.set_channels(channels, more);
        self.told_less(untold);
        if more {
            self.load_the_rest();
        }
        self.ask_for_version();
        // What follows the places that the resume named comes by itself.
        self.store.compare_heads(false);
        self.people.welcomed();
        self.keep_time();
        self.flush();
    }

    /// The channels that found no room in the welcome.
    fn load_the_rest(self) {
        spawn_local(async move {
            let (mut all, mut cursor) = (Vec::new(), String::new());
            loop {
                let asked = format!("?joined=true&limit={PAGE_MAX}&cursor={}", encoded(&cursor));
                // The next welcome asks again.
                let Ok(page) = fetch::channels(&asked).await else { return };
                all.extend(page.items);
                match page.next {
                    Some(next) if all.len() < CHANNELS_A_PERSON_MAX => cursor = next,
                    _ => break,
                }
            }
            let untold = self.store.set_channels(all, false);
            self.told_less(untold);
        });
    }

    /// Whether the server hands out another page than this one by now: that is said, and never forced.
    fn ask_for_version(self) {
        if mind(|mind| std::mem::replace(&mut mind.was_welcomed, true)) {
            spawn_local(async move {
                if fetch::is_outdated(&self.store.assets.get_value()).await {
                    self.store.is_outdated.try_set(true);
                }
            });
        }
    }
}
