//! The history as it grows. One lock gives it one order: what is written before a send leaves stands before everything
//! that the send brings about.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::{
    history::{Entry, What},
    plan::ENTRIES_MAX,
};

/// Where everybody writes down what happens.
#[derive(Clone)]
pub struct Recorder {
    began: Instant,
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl Recorder {
    pub fn new() -> Self {
        Self { began: Instant::now(), entries: Arc::default() }
    }

    /// Microseconds since the run began.
    pub fn now(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }

    /// Writes down what happened just now. What no longer fits is left out; see [`Recorder::is_full`].
    pub fn note(&self, what: What) {
        let mut entries = self.lock();
        if entries.len() < ENTRIES_MAX {
            let t = self.now();
            entries.push(Entry { t, what });
        }
    }

    /// Whether so much has happened that the rest is not written down.
    pub fn is_full(&self) -> bool {
        self.lock().len() >= ENTRIES_MAX
    }

    /// All of it; the recorder begins anew.
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
