//! ⑪ The link: it resumes from what is held, comes back by itself, and says how it is. Before it on a message's way back:
//! `gateway/outbound`. After it: `connection/frames`, and then `timeline`.

use std::collections::BTreeMap;

use domain::{
    ids::MessageId,
    limits::RESUME_CHANNELS_MAX,
    rejection::Code,
    timeline::Input,
    wire::{ClientFrame, close},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{fetch, socket};
use crate::{composer::outbox, store::Store};

/// How the link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// The page has just been opened.
    Starting,
    /// What is said is heard.
    Live,
    /// It was lost; it comes back by itself.
    Lost,
    /// The session has ended: only a log-in helps.
    LoggedOut,
}

/// The first wait after a loss, in milliseconds; doubled each time, with full jitter.
const BACK_OFF_MS: f64 = 500.0;
/// The longest wait.
const BACK_OFF_MAX_MS: f64 = 30_000.0;
/// A gap shorter than this is not shown.
const PATIENCE_MS: u32 = 2_000;
/// The server is heard every 20 seconds; a link that is silent for longer than this is dead.
const SILENCE_MS: f64 = 30_000.0;
/// How often the silence is measured.
const WATCH_MS: u32 = 5_000;

/// The page's link to the server.
#[derive(Clone, Copy)]
pub struct Link {
    /// How it is.
    pub state: RwSignal<LinkState>,
    /// Whether a loss has lasted long enough to be shown.
    pub shown: RwSignal<bool>,
    /// Whether this device has a network at all, as far as the browser knows.
    pub online: RwSignal<bool>,
    pub(super) store: Store,
    pub(super) attempts: StoredValue<u32>,
    /// What was sent from here and not answered.
    pub(super) tried: StoredValue<Vec<MessageId>>,
}

impl Link {
    /// Not open yet: [`Link::start`] opens it.
    pub fn new(store: Store) -> Self {
        Self {
            state: RwSignal::new(LinkState::Starting),
            shown: RwSignal::new(false),
            online: RwSignal::new(true),
            store,
            attempts: StoredValue::new(0),
            tried: StoredValue::default(),
        }
    }

    /// Opens the link, in the browser, once.
    pub fn start(self) {
        for (channel, pending) in outbox::load(&self.store) {
            self.store.apply(&channel, Input::Sent(pending));
        }
        self.open(None);
        self.online.set(window().navigator().on_line());
        let online = window_event_listener(leptos::ev::online, move |_| {
            self.online.set(true);
            self.retry_now();
        });
        let offline = window_event_listener(leptos::ev::offline, move |_| self.online.set(false));
        let visible = window_event_listener(leptos::ev::visibilitychange, move |_| self.retry_now());
        on_cleanup(move || {
            online.remove();
            offline.remove();
            visible.remove();
        });
        spawn_local(async move {
            loop {
                TimeoutFuture::new(WATCH_MS).await;
                if self.state.try_get_untracked() == Some(LinkState::Live) && socket::silent_for_ms() > SILENCE_MS {
                    socket::close();
                    self.lost(None);
                }
            }
        });
    }

    /// Does not wait any longer, if it was waiting.
    pub fn retry_now(self) {
        match self.state.try_get_untracked() {
            Some(LinkState::Lost) => self.open(None),
            Some(LinkState::Live) => socket::send(&ClientFrame::Beat),
            _ => {}
        }
    }

    fn open(self, url: Option<String>) {
        let opened = move || {
            let since: BTreeMap<String, u64> = self
                .store
                .timelines()
                .into_iter()
                .filter(|(_, timeline)| timeline.with_untracked(|held| held.is_loaded() && !held.has_newer()))
                .map(|(channel, timeline)| (channel.to_string(), timeline.with_untracked(|held| held.to().number())))
                .take(RESUME_CHANNELS_MAX)
                .collect();
            socket::send(&ClientFrame::Resume { since });
        };
        socket::open(url, opened, move |frame| self.heard(frame), move |code, was_open| self.closed(code, was_open));
    }

    fn closed(self, code: u16, was_open: bool) {
        match code {
            close::LOG_IN_AGAIN | close::SESSION_ENDED => {
                self.state.set(LinkState::LoggedOut);
                self.shown.set(true);
            }
            _ if was_open => self.lost(None),
            // It did not open at all: the gateway says whether that is for want of a session.
            _ => spawn_local(async move {
                match fetch::gateway().await {
                    Err(Code::Unauthorized) => self.closed(close::LOG_IN_AGAIN, false),
                    Ok(gateway) => self.lost(Some(gateway.url)),
                    Err(_) => self.lost(None),
                }
            }),
        }
    }

    fn lost(self, url: Option<String>) {
        if self.state.try_get_untracked().is_none_or(|state| state == LinkState::LoggedOut) {
            return;
        }
        self.state.set(LinkState::Lost);
        let attempt = self.attempts.try_update_value(|attempts| {
            *attempts += 1;
            *attempts
        });
        let attempt = attempt.unwrap_or(1);
        spawn_local(async move {
            TimeoutFuture::new(PATIENCE_MS).await;
            if self.state.try_get_untracked() == Some(LinkState::Lost) {
                self.shown.set(true);
            }
        });
        let longest = (BACK_OFF_MS * f64::from(1 << attempt.min(10))).min(BACK_OFF_MAX_MS);
        let wait = socket::take_return_ms().unwrap_or(0.0) + js_sys::Math::random() * longest;
        spawn_local(async move {
            TimeoutFuture::new(wait as u32).await;
            let still = self.state.try_get_untracked() == Some(LinkState::Lost);
            if still && self.attempts.with_value(|attempts| *attempts == attempt) && !socket::is_opening() {
                self.open(url);
            }
        });
    }
}
