//! ③ Sends messages: from one tab, in the order of each channel, and again until there is a final answer. Before it on a
//! message's way: `outbox/queue`. After it: `connection/socket`.

use std::cell::RefCell;

use domain::{
    ids::{ChannelId, MessageId},
    timeline::{Input, Pending, PendingState},
    wire::ClientFrame,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{
    flow::Flow,
    storage::{self, Step},
};
use crate::store::Store;

/// The wait before a message is sent again if the server names none, in seconds.
const RETRY_AFTER_S: u32 = 1;

/// Sends the messages of the outbox.
#[derive(Clone, Copy)]
pub struct Sender {
    store: Store,
}

#[derive(Default)]
struct SenderState {
    flow: Flow,
    is_leader: bool,
    unstored: Vec<MessageId>,
    transport: Option<fn(&ClientFrame)>,
}

thread_local! {
    // Only the browser runs this code, on one thread with one page.
    static STATE: RefCell<SenderState> = RefCell::default();
}

fn with_state<T>(look: impl FnOnce(&mut SenderState) -> T) -> T {
    STATE.with_borrow_mut(look)
}

impl Sender {
    pub(super) fn new(store: Store) -> Self {
        Self { store }
    }

    /// Starts to send through a link that has just been opened.
    pub fn connect(self, transport: fn(&ClientFrame)) {
        with_state(|state| (state.flow, state.transport) = (Flow::default(), Some(transport)));
        self.flush();
    }

    /// Stops sending: the link is lost, and all answers with it.
    pub fn disconnect(self) {
        with_state(|state| (state.flow, state.transport) = (Flow::default(), None));
    }

    /// Returns whether this tab sends for all tabs of the account.
    pub fn is_leader(self) -> bool {
        with_state(|state| state.is_leader)
    }

    pub(super) fn set_leader(self, is_leader: bool) {
        with_state(|state| state.is_leader = is_leader);
    }

    /// Notes a message that the browser's storage did not accept: no other tab can send it.
    pub(super) fn add_unstored(self, id: MessageId) {
        with_state(|state| state.unstored.push(id));
    }

    /// Sends what may be sent now.
    pub fn flush(self) {
        let Some(transport) = with_state(|state| state.transport) else { return };
        let is_mine = |id| with_state(|state| state.is_leader || state.unstored.contains(&id));
        for (channel, pending) in self.unsent().filter(|(_, pending)| is_mine(pending.id)) {
            if with_state(|state| state.flow.begin(&channel, pending.id)) {
                self.send(channel, pending, transport);
            }
        }
    }

    fn send(self, channel: ChannelId, pending: Pending, transport: fn(&ClientFrame)) {
        let retry = pending.state != PendingState::Kept;
        if !retry {
            // Stored before it is sent: no tab may take it for one that the server cannot have.
            storage::set_step(&self.store, pending.id, Step::Tried);
            self.store.apply(&channel, Input::Tried(pending.id));
        }
        let (channel, id) = (channel.to_string(), pending.id.to_string());
        transport(&ClientFrame::Send { channel, id, body: pending.body.into(), retry });
    }

    /// Notes that a message has its final answer, or is discarded.
    pub(super) fn settle(self, id: MessageId) {
        with_state(|state| {
            state.flow.settle(id);
            state.unstored.retain(|unstored| *unstored != id);
        });
    }

    /// Sends a message again after a wait in seconds. Its channel is blocked until then.
    pub(super) fn retry_later(self, channel: ChannelId, id: MessageId, retry_after: Option<u32>) {
        if !with_state(|state| state.flow.block(&channel, id)) {
            return;
        }
        spawn_local(async move {
            TimeoutFuture::new(retry_after.unwrap_or(RETRY_AFTER_S).saturating_mul(1_000)).await;
            with_state(|state| state.flow.unblock(&channel));
            self.flush();
        });
    }

    /// Returns all messages without a final answer, in the order of each channel.
    pub(super) fn unsent(self) -> impl Iterator<Item = (ChannelId, Pending)> {
        self.store.timelines().into_iter().flat_map(|(channel, timeline)| {
            let is_unsent = |pending: &&Pending| matches!(pending.state, PendingState::Kept | PendingState::Waiting);
            let unsent =
                timeline.with_untracked(|held| held.pending().iter().filter(is_unsent).cloned().collect::<Vec<_>>());
            unsent.into_iter().map(move |pending| (channel.clone(), pending))
        })
    }
}
