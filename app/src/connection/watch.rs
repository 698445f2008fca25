//! What the page does by itself to know how its link is: it hears the browser, listens for silence, and keeps the time of the
//! line that it shows.

use domain::wire::ClientFrame;
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local};

use super::{Link, LinkState, link::mind, socket};
use crate::{
    outbox::{
        leader::Turn,
        storage::{self, Step},
    },
    ui::is_visible,
};

/// The server is heard every 20 seconds; after a longer silence it is asked.
const QUIET_MS: f64 = 22_000.0;
/// A link that is silent for longer than this is dead: with [`WATCH_MS`] noticed within 30 seconds.
const SILENCE_MS: f64 = 27_500.0;
/// A server that was asked answers within so long.
pub(super) const PROBE_MS: u32 = 6_000;
/// The same, when the browser says that there is no network.
const OFFLINE_PROBE_MS: u32 = 1_500;
/// A socket that has not been welcomed after so long is given up.
const WELCOME_MS: f64 = 15_000.0;
/// How often the silence is measured.
const WATCH_MS: u32 = 2_500;
/// How often a line that changes by itself is looked at.
const TICK_MS: u32 = 250;

impl Link {
    /// Opens the link, in the browser, once.
    pub fn start(self) {
        let left = storage::all(&self.store);
        let waits = left.iter().filter(|(_, kept)| matches!(kept.step, Step::New | Step::Tried));
        mind(|mind| mind.returned = waits.map(|(id, _)| *id).collect());
        self.take_stock();
        self.ask_for_turn(Turn::Queue);
        self.learn(&mut |facts| {
            facts.trouble_since = Some(js_sys::Date::now());
            facts.offline = !window().navigator().on_line();
        });
        self.open();
        self.listen();
        self.people.listen();
        spawn_local(async move {
            loop {
                TimeoutFuture::new(WATCH_MS).await;
                let Some(state) = self.state() else { return };
                self.watch(state);
            }
        });
    }

    fn listen(self) {
        let online = window_event_listener(ev::online, move |_| {
            self.learn(&mut |facts| facts.offline = false);
            self.retry_now();
        });
        let offline = window_event_listener(ev::offline, move |_| {
            self.learn(&mut |facts| facts.offline = true);
            // Whether the server is out of reach is not for the browser to say.
            if self.state() == Some(LinkState::Live) {
                self.probe(OFFLINE_PROBE_MS);
            }
        });
        let visible = window_event_listener(ev::visibilitychange, move |_| {
            if is_visible() {
                self.retry_now();
            } else {
                self.tell_all_reads();
            }
        });
        let stored = window_event_listener(ev::storage, move |event| {
            let is_away = !matches!(self.state(), None | Some(LinkState::Live));
            if is_away && !socket::is_opening() && event.key().is_some_and(|key| storage::is_return(&self.store, &key))
            {
                return self.retry_now();
            }
            let change = event.key().and_then(|key| storage::change(&self.store, &key, event.new_value().as_deref()));
            let Some((id, kept)) = change else { return };
            let is_new = kept.as_ref().is_some_and(|kept| kept.step == Step::New);
            self.told(id, kept);
            match self.state() {
                // Somebody writes in another tab and this one should send: it does not sleep on.
                Some(LinkState::Lost) if is_new && mind(|mind| mind.sends) && !socket::is_opening() => self.open(),
                _ => self.flush(),
            }
        });
        on_cleanup(move || {
            online.remove();
            offline.remove();
            visible.remove();
            stored.remove();
        });
    }

    fn watch(self, state: LinkState) {
        self.people.look();
        let silent_for = socket::silent_for_ms();
        match state {
            LinkState::Live if silent_for > SILENCE_MS => self.dead(),
            LinkState::Live if silent_for > QUIET_MS => socket::send(&ClientFrame::Beat),
            LinkState::Live => self.take_over(),
            LinkState::Starting | LinkState::Lost if socket::is_opening() && silent_for > WELCOME_MS => self.dead(),
            _ => {}
        }
    }

    /// Asks the server whether it is there; `patience_ms` later it has answered, or the link is dead.
    pub(super) fn probe(self, patience_ms: u32) {
        socket::send(&ClientFrame::Beat);
        spawn_local(async move {
            TimeoutFuture::new(patience_ms).await;
            if self.state() == Some(LinkState::Live) && socket::silent_for_ms() >= f64::from(patience_ms) {
                self.dead();
            }
        });
    }

    fn dead(self) {
        socket::close();
        self.lost();
    }

    /// Looks at the line while it changes by the passing of time alone.
    pub(super) fn keep_time(self) {
        if mind(|mind| std::mem::replace(&mut mind.keeps_time, true)) {
            return;
        }
        spawn_local(async move {
            loop {
                TimeoutFuture::new(TICK_MS).await;
                let behind = self.store.is_behind();
                let goes_on = self.facts.try_update(|facts| {
                    facts.tick(js_sys::Date::now(), behind);
                    facts.is_timed()
                });
                if goes_on != Some(true) {
                    break;
                }
            }
            mind(|mind| mind.keeps_time = false);
        });
    }
}
