//! ⑪ The link to the server: it resumes from the loaded events, reconnects by itself, and knows its status. Before it on a
//! message's way back: `gateway/outbound` and `connection/decode`. After it: `connection/frames`, and then `timeline`.

use std::{collections::BTreeMap, rc::Rc};

use domain::{
    api::Channel,
    error::ErrorCode,
    limits::{CHANNELS_PER_ACCOUNT_MAX, PAGE_MAX, RESUME_CHANNELS_MAX},
    wire::{ClientFrame, CloseCode},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local};

use super::{
    decode::ServerEvent,
    frames, gap_loader,
    read_reporter::ReadReporter,
    socket,
    state::with_state,
    status::{LinkPhase, LinkStatus, StatusLine},
};
use crate::{
    api_client::fetch,
    outbox::{Outbox, OutboxEvent},
    store::Store,
    ui::{is_visible, steady_ms},
};

/// Mean of the first wait after a disconnect, in milliseconds. It doubles with each attempt, with full jitter.
const BACK_OFF_MS: f64 = 500.0;
/// The longest wait, in milliseconds.
const BACK_OFF_MAX_MS: f64 = 30_000.0;
/// Silence after which the server is probed, in milliseconds. It sends a heartbeat every 20 seconds.
const QUIET_MS: f64 = 22_000.0;
/// Silence after which the link is dead, in milliseconds: with [`WATCH_MS`] this is noticed within 30 seconds.
const SILENCE_MS: f64 = 27_500.0;
/// The time that a probed server has to answer, in milliseconds.
const PROBE_MS: u32 = 6_000;
/// The same when the browser reports that there is no network.
const OFFLINE_PROBE_MS: u32 = 1_500;
/// The time from opening a socket to the welcome after which the attempt is given up, in milliseconds.
const WELCOME_MS: f64 = 15_000.0;
/// Interval at which the silence is measured, in milliseconds.
const WATCH_MS: u32 = 2_500;
/// Interval at which a status that changes with time is updated, in milliseconds.
const TICK_MS: u32 = 250;

/// The page's link to the server.
#[derive(Clone, Copy)]
pub struct Link {
    /// The line that the banner shows.
    pub line: Memo<Option<StatusLine>>,
    /// Reports read markers to the server.
    pub reads: ReadReporter,
    status: RwSignal<LinkStatus>,
    store: Store,
    outbox: Outbox,
}

impl Link {
    /// Creates a link that is not open yet: [`Link::start`] opens it.
    pub fn new(store: Store, outbox: Outbox) -> Self {
        let status = RwSignal::new(LinkStatus::default());
        let line = Memo::new(move |_| status.with(LinkStatus::line));
        Self { line, reads: ReadReporter::new(store, status), status, store, outbox }
    }

    /// Subscribes to what the server sends, for the life of the page.
    pub fn subscribe(self, subscriber: impl Fn(&ServerEvent) + 'static) {
        with_state(|state| state.subscribers.push(Rc::new(subscriber)));
    }

    /// Opens the link. Called once, in the browser.
    pub fn start(self) {
        self.store.subscribe_to_gaps(gap_loader::load_missing);
        self.outbox.subscribe(move |event| self.on_outbox_event(event));
        self.outbox.start();
        self.update(&mut |status| {
            status.trouble_since = Some(steady_ms());
            status.offline = !window().navigator().on_line();
        });
        self.open();
        self.listen();
        spawn_local(async move {
            loop {
                TimeoutFuture::new(WATCH_MS).await;
                let Some(phase) = self.phase() else { return };
                self.check_silence(phase);
            }
        });
    }

    /// Ends a wait, if there is one; probes the server if it seems reachable.
    pub fn retry_now(self) {
        match self.phase() {
            Some(LinkPhase::Lost | LinkPhase::Starting) => self.open(),
            Some(LinkPhase::Live) => self.probe(PROBE_MS),
            // The user may have logged in again in another tab.
            Some(LinkPhase::LoggedOut) => spawn_local(async move {
                if fetch::gateway().await.is_ok() && self.phase() == Some(LinkPhase::LoggedOut) {
                    self.update(&mut |status| status.lost(steady_ms(), None));
                    self.open();
                }
            }),
            None => {}
        }
    }

    /// Updates the status. Not generic: generic code would be in the page once for each call.
    fn update(self, change: &mut dyn FnMut(&mut LinkStatus)) {
        self.status.try_update(|status| change(status));
    }

    /// Returns the phase of the link; `None` when the page is gone.
    fn phase(self) -> Option<LinkPhase> {
        self.status.try_with_untracked(|status| status.phase)
    }

    fn open(self) {
        self.update(&mut |status| status.retry_at = None);
        self.tick();
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
        let url = with_state(|state| state.url.take());
        socket::open(url, opened, move |event| self.receive(event), move |code, was_open| self.closed(code, was_open));
    }

    fn closed(self, code: u16, was_open: bool) {
        if [CloseCode::Unauthorized, CloseCode::SessionEnded].iter().any(|ended| code == ended.number()) {
            self.outbox.sender.disconnect();
            self.update(&mut |status| status.phase = LinkPhase::LoggedOut);
            return;
        }
        self.lost();
        if !was_open || code == CloseCode::GoingAway.number() {
            // The socket did not open, or the server is leaving. The gateway answers whether the session is at fault, and
            // which server to use.
            spawn_local(async move {
                match fetch::gateway().await {
                    Err(ErrorCode::Unauthorized) if self.phase() != Some(LinkPhase::Live) => {
                        socket::close();
                        self.closed(CloseCode::Unauthorized.number(), false);
                    }
                    Ok(gateway) => with_state(|state| state.url = Some(gateway.url)),
                    Err(_) => {}
                }
            });
        }
    }

    /// Handles a disconnect: the next attempt follows after a wait.
    fn lost(self) {
        if self.phase().is_none_or(|phase| phase == LinkPhase::LoggedOut) {
            return;
        }
        self.outbox.sender.disconnect();
        let (loss, attempts) = with_state(|state| {
            state.losses += 1;
            (state.losses, state.attempts)
        });
        let longest = (BACK_OFF_MS * f64::from(2 << attempts.min(9))).min(BACK_OFF_MAX_MS);
        let wait = socket::take_return_ms().unwrap_or(0.0) + js_sys::Math::random() * longest;
        let now = steady_ms();
        self.update(&mut |status| status.lost(now, Some(now + wait)));
        self.tick();
        spawn_local(async move {
            TimeoutFuture::new(wait as u32).await;
            let is_lost = self.phase() == Some(LinkPhase::Lost);
            if is_lost && with_state(|state| state.losses == loss) && !socket::is_opening() {
                with_state(|state| state.attempts += 1);
                self.open();
            }
        });
    }

    // What the server sends.

    fn receive(self, event: ServerEvent) {
        if let ServerEvent::Welcome(account, ..) = &event
            && !self.store.is_me(account)
        {
            // Another user has logged in from this browser meanwhile: nothing of this page is theirs.
            socket::close();
            return self.closed(CloseCode::Unauthorized.number(), true);
        }
        // A subscriber may call this module again, so no borrow is held.
        for subscriber in with_state(|state| state.subscribers.clone()) {
            subscriber(&event);
        }
        match event {
            ServerEvent::Welcome(_, channels, is_partial) => self.welcomed(channels, is_partial),
            ServerEvent::Bye(retry_after) => socket::return_after_ms(f64::from(retry_after) * 1_000.0),
            ServerEvent::Reset(channel, head) => {
                self.update(&mut |status| status.reset_due |= self.store.is_open(&channel));
                frames::apply(self.store, self.outbox, ServerEvent::Reset(channel, head));
                self.tick();
            }
            event => frames::apply(self.store, self.outbox, event),
        }
    }

    fn welcomed(self, channels: Vec<Channel>, is_partial: bool) {
        with_state(|state| state.attempts = 0);
        self.outbox.announce_connection();
        self.update(&mut |status| status.welcomed(steady_ms()));
        let unreported = self.store.set_channels(channels, is_partial);
        self.reads.report_again(unreported);
        if is_partial {
            self.load_other_channels();
        }
        self.check_version();
        // What follows the positions that `resume` named comes without a request.
        self.store.compare_heads(false);
        self.tick();
        self.outbox.sender.connect(socket::send);
    }

    /// Loads the channels that the welcome had no room for.
    fn load_other_channels(self) {
        spawn_local(async move {
            let (mut all, mut cursor) = (Vec::new(), String::new());
            loop {
                let query = [("joined", "true".to_owned()), ("limit", PAGE_MAX.to_string()), ("cursor", cursor)];
                // The next welcome tries again.
                let Ok(page) = fetch::channels(&query).await else { return };
                all.extend(page.items);
                match page.next {
                    Some(next) if all.len() < CHANNELS_PER_ACCOUNT_MAX => cursor = next,
                    _ => break,
                }
            }
            let unreported = self.store.set_channels(all, false);
            self.reads.report_again(unreported);
        });
    }

    /// Checks at each reconnect whether the server serves a newer page. The user is informed, and nothing is forced.
    fn check_version(self) {
        if with_state(|state| std::mem::replace(&mut state.was_welcomed, true)) {
            spawn_local(async move {
                if fetch::is_outdated(&self.store.assets.get_value()).await {
                    self.store.is_outdated.try_set(true);
                }
            });
        }
    }

    fn on_outbox_event(self, event: OutboxEvent) {
        match event {
            OutboxEvent::Blocked(code) => self.update(&mut |status| status.blocked_by = code),
            OutboxEvent::Count { returned, is_empty } => {
                if self.status.with_untracked(|status| status.returned_unsent != returned) {
                    self.update(&mut |status| status.count_unsent(steady_ms(), returned));
                    self.tick();
                }
                if is_empty && self.status.with_untracked(|status| status.blocked_by.is_some()) {
                    self.update(&mut |status| status.blocked_by = None);
                }
            }
            OutboxEvent::Sent | OutboxEvent::Refused => {}
        }
    }

    // Browser events and timers.

    fn listen(self) {
        let online = window_event_listener(ev::online, move |_| {
            self.update(&mut |status| status.offline = false);
            self.retry_now();
        });
        let offline = window_event_listener(ev::offline, move |_| {
            self.update(&mut |status| status.offline = true);
            // The browser does not know whether the server is out of reach, too.
            if self.phase() == Some(LinkPhase::Live) {
                self.probe(OFFLINE_PROBE_MS);
            }
        });
        let visible = window_event_listener(ev::visibilitychange, move |_| {
            if is_visible() {
                self.retry_now();
            } else {
                self.reads.report_all();
            }
        });
        let stored = window_event_listener(ev::storage, move |event| {
            let Some(key) = event.key() else { return };
            let is_away = !matches!(self.phase(), None | Some(LinkPhase::Live));
            if is_away && !socket::is_opening() && self.outbox.is_connection_announcement(&key) {
                return self.retry_now();
            }
            let Some(is_new) = self.outbox.on_storage_change(&key, event.new_value().as_deref()) else { return };
            match self.phase() {
                // The user writes in another tab, and this one sends for all: it does not wait any longer.
                Some(LinkPhase::Lost) if is_new && self.outbox.sender.is_leader() && !socket::is_opening() => {
                    self.open();
                }
                _ => self.outbox.sender.flush(),
            }
        });
        on_cleanup(move || {
            online.remove();
            offline.remove();
            visible.remove();
            stored.remove();
        });
    }

    fn check_silence(self, phase: LinkPhase) {
        let silent_for = socket::silent_for_ms();
        match phase {
            LinkPhase::Live if silent_for > SILENCE_MS => self.drop_dead_socket(),
            LinkPhase::Live if silent_for > QUIET_MS => socket::send(&ClientFrame::Heartbeat),
            LinkPhase::Live => self.outbox.take_over_if_stuck(),
            LinkPhase::Starting | LinkPhase::Lost if socket::is_opening() && silent_for > WELCOME_MS => {
                self.drop_dead_socket();
            }
            _ => {}
        }
    }

    /// Sends a heartbeat. Unless the server answers within `patience_ms`, the link is dead.
    fn probe(self, patience_ms: u32) {
        socket::send(&ClientFrame::Heartbeat);
        spawn_local(async move {
            TimeoutFuture::new(patience_ms).await;
            if self.phase() == Some(LinkPhase::Live) && socket::silent_for_ms() >= f64::from(patience_ms) {
                self.drop_dead_socket();
            }
        });
    }

    fn drop_dead_socket(self) {
        socket::close();
        self.lost();
    }

    /// Updates the status while it changes by the passing of time alone.
    fn tick(self) {
        if with_state(|state| std::mem::replace(&mut state.is_ticking, true)) {
            return;
        }
        spawn_local(async move {
            loop {
                TimeoutFuture::new(TICK_MS).await;
                let is_behind = self.store.is_behind();
                let is_timed = self.status.try_update(|status| {
                    status.tick(steady_ms(), is_behind);
                    status.is_timed()
                });
                if is_timed != Some(true) {
                    break;
                }
            }
            with_state(|state| state.is_ticking = false);
        });
    }
}
