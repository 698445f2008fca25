//! The records under way.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::oneshot;

use crate::ports::event_log::AppendError;

/// Whom to tell of each record under way: kept here, not in librdkafka, so that nobody waits for ever for a producer that
/// ended. Bounded by the queue.
#[derive(Default)]
pub struct InFlight {
    next: AtomicUsize,
    senders: Mutex<HashMap<usize, oneshot::Sender<AppendError>>>,
}

impl InFlight {
    /// Keeps whom to tell; the number of the record.
    pub fn insert(&self, sender: oneshot::Sender<AppendError>) -> usize {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.senders().insert(number, sender);
        number
    }

    /// Whom to tell of this record, once.
    pub fn remove(&self, number: usize) -> Option<oneshot::Sender<AppendError>> {
        self.senders().remove(&number)
    }

    fn senders(&self) -> MutexGuard<'_, HashMap<usize, oneshot::Sender<AppendError>>> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        for (_, sender) in self.senders().drain() {
            let _ = sender.send(AppendError::Unknown);
        }
    }
}
