//! What this person has said that is not in the order yet.

use crate::{
    drafts::MessageBody,
    error::ErrorCode,
    event::{Account, Event},
    ids::{MessageId, Pos},
};

/// A message of this person's that is not in the order yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its id, for good.
    pub id: MessageId,
    /// This person.
    pub author: Account,
    /// The text.
    pub body: MessageBody,
    /// How far it is.
    pub state: PendingState,
}

/// How far a message of one's own is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PendingState {
    /// On this device only: it was never handed to a link, so that throwing it away is certain.
    Kept,
    /// Handed to a link, not acknowledged yet: goes again when the link is back.
    Waiting,
    /// Durable at this place; its event is on the way.
    Placed(Pos),
    /// Refused for good: the person decides.
    Failed(ErrorCode),
}

/// All of them, in the order of sending.
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

    /// Sent twice, kept once: the second answer undoes nothing.
    pub(super) fn refused(&mut self, id: MessageId, code: ErrorCode) {
        self.mark(id, |state| {
            matches!(state, PendingState::Kept | PendingState::Waiting).then_some(PendingState::Failed(code))
        });
    }

    pub(super) fn retried(&mut self, id: MessageId) {
        self.mark(id, |state| matches!(state, PendingState::Failed(_)).then_some(PendingState::Waiting));
    }

    /// Its event is here: it is pending no more.
    pub(super) fn confirm(&mut self, event: &Event) {
        if let Some(message) = event.message() {
            self.drop(message.id);
        }
    }

    /// What was placed within a piece that reaches to `to` stands in that piece, or before it.
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
