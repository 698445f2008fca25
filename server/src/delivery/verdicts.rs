//! Changes whose verdicts are pending, and who waits for each. That a change was
//! sequenced is known only from its record as read back; an append reports failures only.

use std::{
    collections::{HashMap, hash_map::Entry},
    time::{Duration, Instant},
};

use domain::{
    error::ErrorCode,
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::Digest,
};
use parking_lot::Mutex;
use tokio::sync::oneshot;

/// Identity of a change: a second change with the same key is a repeat of the first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ChangeKey {
    pub(super) channel: ChannelId,
    pub(super) id: MessageId,
    pub(super) author: AccountId,
    pub(super) digest: Digest,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is in the order of its channel, at this position.
    Sequenced(Pos),
    /// Unknown here: its writer has to search for it again, and to append it again if it is not found.
    Retry,
    /// It was refused and is not in the order.
    Refused(ErrorCode),
}

struct PendingChange {
    since: Instant,
    waiting: Vec<oneshot::Sender<Verdict>>,
}

/// The changes whose verdicts are pending. Bounded by what is in flight: an entry is removed with its verdict, or when the
/// append fails.
#[derive(Default)]
pub(crate) struct PendingVerdicts {
    changes: Mutex<HashMap<ChangeKey, PendingChange>>,
    /// Waits for changes that any server may append, by id.
    watched: Mutex<HashMap<MessageId, oneshot::Sender<()>>>,
}

impl PendingVerdicts {
    /// Registers a waiter for the verdict on a change. Returns its receiver, and true for the first waiter, which has to append the change.
    pub(super) fn join(&self, key: &ChangeKey) -> (oneshot::Receiver<Verdict>, bool) {
        let (sender, verdict) = oneshot::channel();
        let is_first = match self.changes.lock().entry(key.clone()) {
            Entry::Occupied(mut pending) => {
                pending.get_mut().waiting.push(sender);
                false
            }
            Entry::Vacant(empty) => {
                empty.insert(PendingChange { since: Instant::now(), waiting: vec![sender] });
                true
            }
        };
        (verdict, is_first)
    }

    /// Returns a receiver that resolves when the record of this id is read, whichever server appended it. At most one watcher per id; the
    /// caller ends it with [`PendingVerdicts::unwatch`].
    pub(crate) fn watch(&self, id: MessageId) -> oneshot::Receiver<()> {
        let (sender, was_read) = oneshot::channel();
        self.watched.lock().insert(id, sender);
        was_read
    }

    pub(crate) fn unwatch(&self, id: MessageId) {
        self.watched.lock().remove(&id);
    }

    /// Returns how many changes have a pending verdict.
    pub(crate) fn len(&self) -> usize {
        self.changes.lock().len()
    }

    /// Sends a verdict to all who wait for it. Returns how long the first of them has waited.
    pub(super) fn resolve(&self, key: &ChangeKey, verdict: Verdict) -> Option<Duration> {
        if let Some(watching) = self.watched.lock().remove(&key.id) {
            // An error means that the receiver has given up.
            let _ = watching.send(());
        }
        let pending = self.changes.lock().remove(key)?;
        for sender in pending.waiting {
            // An error means that the receiver has given up.
            let _ = sender.send(verdict);
        }
        Some(pending.since.elapsed())
    }

    /// Sends [`Verdict::Retry`] to all: the records that decide on their changes will not be read here.
    pub(super) fn retry_all(&self) {
        let pending: Vec<_> = self.changes.lock().drain().flat_map(|(_, pending)| pending.waiting).collect();
        for sender in pending {
            // An error means that the receiver has given up.
            let _ = sender.send(Verdict::Retry);
        }
    }
}
