//! ⑪ The link: it resumes from what is held, comes back by itself, and says how it is. Before it on a message's way back:
//! `gateway/outbound`. After it: `connection/frames`, and then `timeline`.

use std::{cell::RefCell, collections::BTreeMap};

use domain::{
    ids::MessageId,
    limits::RESUME_CHANNELS_MAX,
    rejection::Code,
    wire::{ClientFrame, close},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{
    line::{Facts, Line, LinkState},
    read_reporter::Reads,
    socket,
    watch::PROBE_MS,
};
use crate::{api_client::fetch, outbox::flow::Flow, presence::People, store::Store};

/// The first wait after a loss, in milliseconds; doubled each time, with full jitter.
const BACK_OFF_MS: f64 = 500.0;
/// The longest wait.
const BACK_OFF_MAX_MS: f64 = 30_000.0;

/// The page's link to the server.
#[derive(Clone, Copy)]
pub struct Link {
    /// What is known of it.
    pub facts: RwSignal<Facts>,
    /// What there is to say of it.
    pub line: Memo<Option<Line>>,
    /// Who is there, and who is writing.
    pub people: People,
    pub(super) store: Store,
}

/// What the page keeps in mind of its link and does not show.
#[derive(Default)]
pub(super) struct Mind {
    /// Losses, to know an old wait by.
    losses: u32,
    /// Tries that this page made by itself since it was last welcomed: the next wait is the longer. What was tried because
    /// somebody wrote, or pressed the button, makes nobody wait longer.
    pub attempts: u32,
    /// Where the server wants to be found.
    url: Option<String>,
    pub flow: Flow,
    /// Whether this tab is the one that sends.
    pub sends: bool,
    pub took_over_at: f64,
    /// Messages that the browser's storage did not take.
    pub unkept: Vec<MessageId>,
    /// Messages that an earlier page left.
    pub returned: Vec<MessageId>,
    pub keeps_time: bool,
    pub was_welcomed: bool,
    pub reads: Reads,
}

thread_local! {
    // The browser has one thread and one page; the server never comes here.
    static MIND: RefCell<Mind> = RefCell::default();
}

/// Looks into it; `look` must not look into it again.
pub(super) fn mind<T>(look: impl FnOnce(&mut Mind) -> T) -> T {
    MIND.with_borrow_mut(look)
}

impl Link {
    /// Not open yet: [`Link::start`] opens it.
    pub fn new(store: Store) -> Self {
        let facts = RwSignal::new(Facts::default());
        Self { facts, line: Memo::new(move |_| facts.with(Facts::line)), people: People::default(), store }
    }

    /// Does not wait any longer, if it was waiting. Makes sure that the server is there, if it seems so.
    pub fn retry_now(self) {
        match self.state() {
            Some(LinkState::Lost | LinkState::Starting) => self.open(),
            Some(LinkState::Live) => self.probe(PROBE_MS),
            // The log-in may have happened in another tab.
            Some(LinkState::LoggedOut) => spawn_local(async move {
                if fetch::gateway().await.is_ok() && self.state() == Some(LinkState::LoggedOut) {
                    self.learn(&mut |facts| facts.lost(js_sys::Date::now(), None));
                    self.open();
                }
            }),
            None => {}
        }
    }

    /// Something is known anew. Not generic: what is generic here would be in the page many times.
    pub(super) fn learn(self, change: &mut dyn FnMut(&mut Facts)) {
        self.facts.try_update(|facts| change(facts));
    }

    /// How the link is; `None` when the page is gone.
    pub(super) fn state(self) -> Option<LinkState> {
        self.facts.try_with_untracked(|facts| facts.link)
    }

    pub(super) fn open(self) {
        self.learn(&mut |facts| facts.retry_at = None);
        self.keep_time();
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
        let url = mind(|mind| mind.url.take());
        socket::open(url, opened, move |frame| self.heard(frame), move |code, was_open| self.closed(code, was_open));
    }

    pub(super) fn closed(self, code: u16, was_open: bool) {
        if matches!(code, close::LOG_IN_AGAIN | close::SESSION_ENDED) {
            self.nothing_is_under_way();
            self.learn(&mut |facts| facts.link = LinkState::LoggedOut);
            return;
        }
        self.lost();
        if !was_open || code == close::GOING_AWAY {
            // It did not open at all, or is no longer wanted here: the gateway says whether that is for want of a session, and where
            // to go else.
            spawn_local(async move {
                match fetch::gateway().await {
                    Err(Code::Unauthorized) if self.state() != Some(LinkState::Live) => {
                        socket::close();
                        self.closed(close::LOG_IN_AGAIN, false);
                    }
                    Ok(gateway) => mind(|mind| mind.url = Some(gateway.url)),
                    Err(_) => {}
                }
            });
        }
    }

    /// It is gone: the next try comes by itself.
    pub(super) fn lost(self) {
        if self.state().is_none_or(|state| state == LinkState::LoggedOut) {
            return;
        }
        self.nothing_is_under_way();
        let (loss, attempts) = mind(|mind| {
            mind.losses += 1;
            (mind.losses, mind.attempts)
        });
        let longest = (BACK_OFF_MS * f64::from(2 << attempts.min(9))).min(BACK_OFF_MAX_MS);
        let wait = socket::take_return_ms().unwrap_or(0.0) + js_sys::Math::random() * longest;
        let now = js_sys::Date::now();
        self.learn(&mut |facts| facts.lost(now, Some(now + wait)));
        self.keep_time();
        spawn_local(async move {
            TimeoutFuture::new(wait as u32).await;
            let still = self.state() == Some(LinkState::Lost);
            if still && mind(|mind| mind.losses == loss) && !socket::is_opening() {
                mind(|mind| mind.attempts += 1);
                self.open();
            }
        });
    }
}
