//! The user's own messages that have no event yet.

use crate::{
    drafts::MessageBody,
    error::ErrorCode,
    event::{Account, Event},
    ids::{MessageId, Pos},
};

/// An own message whose event is not held yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its id, which the event will have as well.
    pub id: MessageId,
    /// The user of this page.
    pub author: Account,
    /// The text as it was typed.
    pub body: MessageBody,
    /// Its state of delivery.
    pub state: PendingState,
}

/// The state of delivery of an own message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PendingState {
    /// Stored on this device only. It was never handed to a connection, so discarding it is certain to prevent it.
    Kept,
    /// Handed to a connection, but not acknowledged: sent again after a reconnect.
    Waiting,
    /// Acknowledged at this position; its event has not arrived yet.
    Placed(Pos),
    /// Refused finally: the user may retry or discard it.
    Failed(ErrorCode),
}

/// The own messages without an event, in the order of sending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Own(Vec<Pending>);

impl Own {
    pub(super) fn all(&self) -> &[Pending] {
        &self.0
    }

    pub(super) fn sent(&mut self, pending: Pending) {
        if self.0.iter().all(|known| known.id != pending.id) {
            self.0.push(pending);
        }
    }

    pub(super) fn tried(&mut self, id: MessageId) {
        self.mark(id, |state| (state == PendingState::Kept).then_some(PendingState::Waiting));
    }

    pub(super) fn acked(&mut self, id: MessageId, pos: Pos) {
        self.mark(id, |_| Some(PendingState::Placed(pos)));
    }

    /// Marks a message as refused, unless it was acknowledged: it may have been sent twice.
    pub(super) fn refused(&mut self, id: MessageId, code: ErrorCode) {
        self.mark(id, |state| {
            matches!(state, PendingState::Kept | PendingState::Waiting).then_some(PendingState::Failed(code))
        });
    }

    pub(super) fn retried(&mut self, id: MessageId) {
        self.mark(id, |state| matches!(state, PendingState::Failed(_)).then_some(PendingState::Waiting));
    }

    /// Removes the message whose event has arrived.
    pub(super) fn confirm(&mut self, event: &Event) {
        if let Some(message) = event.message() {
            self.drop(message.id);
        }
    }

    /// Removes messages acknowledged at or before `to`: their events are held, or older than what is held.
    pub(super) fn settle(&mut self, to: Pos) {
        self.0.retain(|pending| !matches!(pending.state, PendingState::Placed(pos) if pos <= to));
    }

    pub(super) fn drop(&mut self, id: MessageId) {
        self.0.retain(|pending| pending.id != id);
    }

    fn mark(&mut self, id: MessageId, becomes: impl FnOnce(PendingState) -> Option<PendingState>) {
        if let Some(pending) = self.0.iter_mut().find(|pending| pending.id == id) {
            pending.state = becomes(pending.state).unwrap_or(pending.state);
        }
    }
}
