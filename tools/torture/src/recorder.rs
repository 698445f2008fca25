//! Records the history. One lock orders it: an entry recorded before a frame is sent precedes everything that the frame
//! causes.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::{
    history::{Entry, What},
    plan::ENTRIES_MAX,
};

/// Records what happens.
#[derive(Clone)]
pub struct Recorder {
    began: Instant,
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl Recorder {
    pub fn new() -> Self {
        Self { began: Instant::now(), entries: Arc::default() }
    }

    /// Returns microseconds since the start of the run.
    pub fn now(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }

    /// Records an entry with the current time. Entries beyond the maximum are dropped; see [`Recorder::is_full`].
    pub fn note(&self, what: What) {
        let mut entries = self.lock();
        if entries.len() < ENTRIES_MAX {
            let t = self.now();
            entries.push(Entry { t, what });
        }
    }

    /// Returns whether entries were dropped.
    pub fn is_full(&self) -> bool {
        self.lock().len() >= ENTRIES_MAX
    }

    /// Takes all entries.
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
