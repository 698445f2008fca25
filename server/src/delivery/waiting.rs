//! Who waits for the verdict on which change. An answer comes from the record as it was read back, never from the append.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::{
    error::ErrorCode,
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::Digest,
};
use tokio::sync::oneshot;

/// What makes two changes the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The channel.
    pub channel: ChannelId,
    /// The change's id.
    pub id: MessageId,
    /// Who asks for it.
    pub author: AccountId,
    /// Of what is asked for.
    pub digest: Digest,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It stands there.
    At(Pos),
    /// Its writer has to look further back and append it again.
    LookAgain,
    /// It was refused.
    Refused(ErrorCode),
}

/// A change under way.
struct Pending {
    since: Instant,
    tell: Vec<oneshot::Sender<Answer>>,
}

/// Those who wait. Bounded by what is in flight: each entry ends with a verdict or with its writer's patience.
#[derive(Default)]
pub struct Waiting {
    changes: Mutex<HashMap<Key, Pending>>,
    /// Those who only want to know that a change, whoever appended it, has been read.
    watched: Mutex<HashMap<MessageId, oneshot::Sender<()>>>,
}

impl Waiting {
    /// Waits for a change's verdict. True for the first who does: it has to append; all others join it.
    pub fn join(&self, key: &Key) -> (oneshot::Receiver<Answer>, bool) {
        let (tell, answer) = oneshot::channel();
        let first = match self.lock().entry(key.clone()) {
            Entry::Occupied(mut there) => {
                there.get_mut().tell.push(tell);
                false
            }
            Entry::Vacant(empty) => {
                empty.insert(Pending { since: Instant::now(), tell: vec![tell] });
                true
            }
        };
        (answer, first)
    }

    /// Waits for a change that is appended elsewhere. Whoever loses patience says so with [`Waiting::unwatch`].
    pub fn watch(&self, id: MessageId) -> oneshot::Receiver<()> {
        let (tell, told) = oneshot::channel();
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).insert(id, tell);
        told
    }

    /// Nobody waits for it any more.
    pub fn unwatch(&self, id: MessageId) -> Option<oneshot::Sender<()>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }

    /// How many changes are waited for.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Tells all who wait for it; says how long the first of them has waited.
    pub fn answer(&self, key: &Key, answer: Answer) -> Option<Duration> {
        if let Some(tell) = self.unwatch(key.id) {
            // Whoever ran out of patience need not be told.
            let _ = tell.send(());
        }
        let pending = self.lock().remove(key)?;
        for tell in pending.tell {
            // Whoever has gone away need not be told.
            let _ = tell.send(answer);
        }
        Some(pending.since.elapsed())
    }

    /// Has all look again: what became of their changes will not be read here.
    pub fn look_again(&self) {
        let pending: Vec<_> = self.lock().drain().flat_map(|(_, pending)| pending.tell).collect();
        for tell in pending {
            // Whoever has gone away need not be told.
            let _ = tell.send(Answer::LookAgain);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Pending>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
