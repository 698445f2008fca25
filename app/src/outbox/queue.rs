//! ② The outbox: a message gets its id here, is stored and shown as pending, and stays until the server has it or the user
//! discards it. Before it on a message's way: `composer/input`. After it: `outbox/sender`.

use std::{cell::RefCell, rc::Rc};

use domain::{
    drafts::MessageBody,
    error::ErrorCode,
    ids::{ChannelId, MessageId, Pos},
    limits::OUTBOX_MAX,
    timeline::{Input, Pending, PendingState},
};
use leptos::prelude::*;

use super::{
    leader::{self, Claim},
    sender::Sender,
    storage::{self, OutboxEntry, Step},
};
use crate::{
    store::Store,
    ui::{is_visible, steady_ms},
};

/// Age of an unsent message at which the visible tab takes over sending, in milliseconds.
const STUCK_MS: f64 = 5_000.0;
/// Shortest time between two takeovers by a tab, in milliseconds.
const TAKE_OVER_EVERY_MS: f64 = 30_000.0;

/// An event of the outbox, as its subscribers receive it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxEvent {
    /// A message is durable.
    Sent,
    /// A message was refused for good.
    Refused,
    /// Why the server does not accept messages at present, if it does not.
    Blocked(Option<ErrorCode>),
    /// The number of unsent messages may have changed.
    Count {
        /// Unsent messages of an earlier page.
        returned: usize,
        /// Whether there are no unsent messages at all.
        is_empty: bool,
    },
}

/// Messages of this user that the server has not acknowledged.
#[derive(Clone, Copy)]
pub struct Outbox {
    /// Sends the messages.
    pub sender: Sender,
    store: Store,
}

#[derive(Default)]
struct OutboxState {
    /// Messages of an earlier page.
    returned: Vec<MessageId>,
    took_over_at: Option<f64>,
    subscribers: Vec<Rc<dyn Fn(OutboxEvent)>>,
}

thread_local! {
    // Only the browser runs this code, on one thread with one page.
    static STATE: RefCell<OutboxState> = RefCell::default();
}

fn with_state<T>(look: impl FnOnce(&mut OutboxState) -> T) -> T {
    STATE.with_borrow_mut(look)
}

impl Outbox {
    /// Creates the outbox of a page; [`Outbox::start`] loads it.
    pub fn new(store: Store) -> Self {
        Self { sender: Sender::new(store), store }
    }

    /// Loads what an earlier page has left, and takes part in the election of the tab that sends. Called once, in the browser.
    pub fn start(self) {
        let stored = storage::all(&self.store);
        let unsent = stored.iter().filter(|(_, entry)| matches!(entry.step, Step::New | Step::Tried));
        with_state(|state| state.returned = unsent.map(|(id, _)| *id).collect());
        self.load_outbox();
        self.request_leadership(Claim::Wait);
    }

    /// Subscribes to the events of the outbox, for the life of the page.
    pub fn subscribe(self, subscriber: impl Fn(OutboxEvent) + 'static) {
        with_state(|state| state.subscribers.push(Rc::new(subscriber)));
    }

    fn emit(self, event: OutboxEvent) {
        // A subscriber may call this module again, so no borrow is held.
        for subscriber in with_state(|state| state.subscribers.clone()) {
            subscriber(event);
        }
    }

    /// Submits a message: it is shown at once, and sent now or when the link is back. Returns false if the outbox is full.
    pub fn submit(self, channel: &ChannelId, body: MessageBody) -> bool {
        if self.sender.unsent().count() >= OUTBOX_MAX {
            return false;
        }
        let id = MessageId::generate();
        let entry = OutboxEntry { channel: channel.clone(), body, step: Step::New };
        if !storage::save(&self.store, id, &entry) {
            self.sender.add_unstored(id);
        }
        self.store.timeline(channel);
        self.store.apply(channel, Input::Sent(storage::pending(&self.store, id, entry)));
        self.sender.flush();
        true
    }

    /// Sends a refused message again.
    pub fn retry(self, channel: &ChannelId, id: MessageId) {
        storage::set_step(&self.store, id, Step::Tried);
        self.store.apply(channel, Input::Retried(id));
        self.sender.flush();
    }

    /// Discards a message that was refused or never sent. One that the server may have stays: others may be reading it.
    pub fn discard(self, channel: &ChannelId, id: MessageId) {
        if storage::find(&self.store, id).is_some_and(|entry| entry.step == Step::Tried) {
            // Another tab has sent it meanwhile.
            return self.store.apply(channel, Input::Tried(id));
        }
        storage::remove(&self.store, id);
        self.sender.settle(id);
        self.store.apply(channel, Input::Discarded(id));
        self.count_unsent();
    }

    /// Handles an acknowledgement, or the event of a message: it is durable.
    pub fn on_ack(self, id: MessageId, pos: Pos) {
        if storage::find(&self.store, id).is_some() {
            // Two steps, so that other tabs can tell it from a discarded one.
            storage::set_step(&self.store, id, Step::Placed(pos));
            storage::remove(&self.store, id);
            self.emit(OutboxEvent::Sent);
        }
        self.sender.settle(id);
        self.apply_to(id, Input::Acked(id, pos));
        self.emit(OutboxEvent::Blocked(None));
        self.count_unsent();
        self.sender.flush();
    }

    /// Handles a refusal: for good, or until `retry_after` seconds have passed.
    pub fn on_nack(self, id: &str, code: ErrorCode, is_final: bool, retry_after: Option<u32>) {
        let Ok(id) = id.parse::<MessageId>() else { return };
        let Some((channel, _)) = self.find(id) else { return self.sender.settle(id) };
        if is_final {
            storage::set_step(&self.store, id, Step::Refused(code));
            self.sender.settle(id);
            self.store.apply(&channel, Input::Refused(id, code));
            self.emit(OutboxEvent::Refused);
            self.count_unsent();
            return self.sender.flush();
        }
        self.emit(OutboxEvent::Blocked(Some(code)));
        self.sender.retry_later(channel, id, retry_after);
    }

    fn request_leadership(self, claim: Claim) {
        let name = self.store.me.with_value(|me| format!("jimmy-outbox/{}", me.id));
        leader::request(&name, claim, move |is_leader| {
            self.sender.set_leader(is_leader);
            match is_leader {
                true => self.load_outbox(),
                false => self.request_leadership(Claim::Wait),
            }
        });
    }

    /// Makes this tab the leader if it is visible and has a message that the current leader does not send.
    pub fn take_over_if_stuck(self) {
        let now = steady_ms();
        let is_due = !self.sender.is_leader()
            && with_state(|state| state.took_over_at.is_none_or(|at| now - at > TAKE_OVER_EVERY_MS));
        // The id was made by the device's clock, perhaps before this page was opened.
        let is_stuck = |pending: Pending| js_sys::Date::now() - pending.id.made_at().millis() as f64 > STUCK_MS;
        if is_due && is_visible() && self.sender.unsent().any(|(_, pending)| is_stuck(pending)) {
            with_state(|state| state.took_over_at = Some(now));
            self.request_leadership(Claim::Steal);
        }
    }

    /// Shows the stored messages, and sends them if this tab is the one that sends.
    fn load_outbox(self) {
        for (id, entry) in storage::all(&self.store) {
            match entry.step {
                Step::Placed(_) => storage::remove(&self.store, id),
                _ => self.on_outbox_change(id, Some(entry)),
            }
        }
        self.sender.flush();
    }

    /// Notifies the other tabs that the server is reachable.
    pub fn announce_connection(self) {
        storage::announce_connection(&self.store);
    }

    /// Returns whether a change of this key of the storage is such a notification.
    pub fn is_connection_announcement(self, key: &str) -> bool {
        storage::is_connection_announcement(&self.store, key)
    }

    /// Handles a change of the storage by another tab. Returns whether the message is new; `None` if it is no message.
    pub fn on_storage_change(self, key: &str, value: Option<&str>) -> Option<bool> {
        let (id, entry) = storage::read_change(&self.store, key, value)?;
        let is_new = entry.as_ref().is_some_and(|entry| entry.step == Step::New);
        self.on_outbox_change(id, entry);
        Some(is_new)
    }

    fn on_outbox_change(self, id: MessageId, entry: Option<OutboxEntry>) {
        let known = self.find(id);
        match (entry, known) {
            (Some(OutboxEntry { step: Step::Placed(pos), .. }), _) => self.apply_to(id, Input::Acked(id, pos)),
            (Some(entry), None) => {
                let channel = entry.channel.clone();
                self.store.timeline(&channel);
                self.store.apply(&channel, Input::Sent(storage::pending(&self.store, id, entry)));
            }
            (Some(entry), Some((channel, pending))) => match (entry.step, pending.state) {
                (Step::Refused(code), _) => self.store.apply(&channel, Input::Refused(id, code)),
                (_, PendingState::Failed(_)) => self.store.apply(&channel, Input::Retried(id)),
                (Step::Tried, _) => self.store.apply(&channel, Input::Tried(id)),
                _ => {}
            },
            // Discarded by the other tab; a placed one waits for its event.
            (None, Some((channel, pending))) if !matches!(pending.state, PendingState::Placed(_)) => {
                self.sender.settle(id);
                self.store.apply(&channel, Input::Discarded(id));
            }
            (None, _) => self.sender.settle(id),
        }
        self.count_unsent();
    }

    fn count_unsent(self) {
        let returned = self
            .sender
            .unsent()
            .filter(|(_, pending)| with_state(|state| state.returned.contains(&pending.id)))
            .count();
        self.emit(OutboxEvent::Count { returned, is_empty: self.sender.unsent().next().is_none() });
    }

    fn apply_to(self, id: MessageId, input: Input) {
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
}
