//! The records in flight, and whom to notify of each.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::ports::event_log::AppendError;

/// The senders that wait for each record in flight. They are kept here and not in librdkafka, so that none waits forever for a
/// producer that was dropped. Bounded by the queue.
#[derive(Default)]
pub struct InFlight {
    next: AtomicUsize,
    senders: Mutex<HashMap<usize, oneshot::Sender<AppendError>>>,
}

impl InFlight {
    /// Adds a record, and returns its number.
    pub fn insert(&self, sender: oneshot::Sender<AppendError>) -> usize {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.senders.lock().insert(number, sender);
        number
    }

    /// Removes a record, and returns its sender.
    pub fn remove(&self, number: usize) -> Option<oneshot::Sender<AppendError>> {
        self.senders.lock().remove(&number)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        for (_, sender) in self.senders.lock().drain() {
            let _ = sender.send(AppendError::Unknown);
        }
    }
}
