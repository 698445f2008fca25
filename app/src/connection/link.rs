//! ⑪ From frames to what the page knows, and back: the link resumes from what is held, sends again what was not
//! acknowledged, and says how it is. Before it on a message's way back: `gateway/outbound`. After it: `timeline`.

use std::collections::BTreeMap;

use domain::{
    ids::{ChannelId, MessageId},
    limits::RESUME_CHANNELS_MAX,
    rejection::Code,
    timeline::{Input, Pending, PendingState},
    wire::{ClientFrame, ServerFrame, Welcome, close},
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
    store: Store,
    attempts: StoredValue<u32>,
    tried: StoredValue<Vec<MessageId>>,
}

impl Link {
    /// Not open yet: [`Link::start`] opens it.
    pub fn new(store: Store) -> Self {
        Self {
            state: RwSignal::new(LinkState::Starting),
            shown: RwSignal::new(false),
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
        let online = window_event_listener(leptos::ev::online, move |_| self.retry_now());
        let visible = window_event_listener(leptos::ev::visibilitychange, move |_| self.retry_now());
        on_cleanup(move || {
            online.remove();
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

    /// Says something: shown at once, sent now or when the link is back.
    pub fn say(self, channel: &ChannelId, pending: Pending) {
        self.store.apply(channel, Input::Sent(pending.clone()));
        outbox::save(&self.store);
        if self.state.get_untracked() == LinkState::Live {
            self.send(channel, &pending);
        }
    }

    /// Sends a refused message again.
    pub fn retry(self, channel: &ChannelId, id: MessageId) {
        self.store.apply(channel, Input::Retried(id));
        let pending = self
            .store
            .timeline(channel)
            .with_untracked(|timeline| timeline.pending().iter().find(|pending| pending.id == id).cloned());
        if let Some(pending) = pending.filter(|_| self.state.get_untracked() == LinkState::Live) {
            self.send(channel, &pending);
        }
    }

    /// Throws a refused message away.
    pub fn discard(self, channel: &ChannelId, id: MessageId) {
        self.store.apply(channel, Input::Discarded(id));
        outbox::save(&self.store);
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

    fn heard(self, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => self.welcome(*welcome),
            ServerFrame::Event(event) => {
                let own = event.message().map(|message| message.id);
                self.store.live(event, self.store.at_end.get_untracked());
                if own.is_some_and(|id| self.forget(id)) {
                    outbox::save(&self.store);
                }
            }
            ServerFrame::Ack { id, pos } => {
                self.forget(id);
                self.about(id, Input::Acked(id, pos));
                outbox::save(&self.store);
            }
            ServerFrame::Nack { id, code, is_final, retry_after } => self.nacked(&id, code, is_final, retry_after),
            ServerFrame::Reset { channel, head } => self.store.apply(&channel, Input::Reset(head)),
            ServerFrame::Joined { channel } => self.store.joined(*channel),
            ServerFrame::Left { channel } => self.store.left(&channel),
            ServerFrame::Beat { heads } => {
                for (channel, head) in heads {
                    self.store.set_head(&channel, head, None);
                    self.store.apply(&channel, Input::Head(head));
                }
            }
            ServerFrame::Bye { retry_after } => socket::return_after_ms(f64::from(retry_after) * 1_000.0),
            ServerFrame::Unknown => {}
        }
    }

    fn welcome(self, welcome: Welcome) {
        self.attempts.set_value(0);
        self.state.set(LinkState::Live);
        self.shown.set(false);
        self.store.channels.set(welcome.channels);
        for (channel, timeline) in self.store.timelines() {
            let unsent: Vec<Pending> = timeline.with_untracked(|timeline| {
                let waits = |pending: &&Pending| pending.state == PendingState::Waiting;
                timeline.pending().iter().filter(waits).cloned().collect()
            });
            unsent.iter().for_each(|pending| self.send(&channel, pending));
        }
    }

    fn send(self, channel: &ChannelId, pending: &Pending) {
        let again = self.tried.with_value(|tried| tried.contains(&pending.id)) || outbox::is_from_before(pending.id);
        self.tried.update_value(|tried| tried.push(pending.id));
        let (channel, id) = (channel.to_string(), pending.id.to_string());
        socket::send(&ClientFrame::Send { channel, id, body: pending.body.as_str().to_owned(), again });
    }

    fn nacked(self, id: &str, code: Code, is_final: bool, retry_after: Option<u32>) {
        let Ok(id) = id.parse::<MessageId>() else { return };
        if is_final {
            self.forget(id);
            return self.about(id, Input::Refused(id, code));
        }
        spawn_local(async move {
            TimeoutFuture::new(retry_after.unwrap_or(1) * 1_000).await;
            let waiting = self.find(id).filter(|_| self.state.try_get_untracked() == Some(LinkState::Live));
            if let Some((channel, pending)) = waiting.filter(|(_, pending)| pending.state == PendingState::Waiting) {
                self.send(&channel, &pending);
            }
        });
    }

    /// Tells the timeline that holds a message of one's own what became of it.
    fn about(self, id: MessageId, input: Input) {
        if let Some((channel, _)) = self.find(id) {
            self.store.apply(&channel, input);
        }
    }

    fn find(self, id: MessageId) -> Option<(ChannelId, Pending)> {
        self.store.timelines().into_iter().find_map(|(channel, timeline)| {
            let held = timeline.with_untracked(|held| held.pending().iter().find(|pending| pending.id == id).cloned());
            held.map(|pending| (channel, pending))
        })
    }

    /// True if it had been sent from here.
    fn forget(self, id: MessageId) -> bool {
        self.tried.try_update_value(|tried| {
            let before = tried.len();
            tried.retain(|tried| *tried != id);
            tried.len() < before
        }) == Some(true)
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
