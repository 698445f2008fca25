//! Something that this server needs and does not have for a while.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Since when something is not as it should be. When it begins and when it ends is logged.
pub struct Trouble {
    since: Mutex<Option<Instant>>,
    begins: &'static str,
    ends: &'static str,
}

impl Trouble {
    /// None now; with what is logged when it begins, and when it ends.
    pub fn new(begins: &'static str, ends: &'static str) -> Self {
        Self { since: Mutex::default(), begins, ends }
    }

    /// For how long; `None` while all is well.
    pub fn lasts(&self) -> Option<Duration> {
        self.since().map(|since| since.elapsed())
    }

    /// How it is now.
    pub fn note(&self, is_well: bool) {
        let mut since = self.since();
        if is_well && since.take().is_some() {
            tracing::info!("{}", self.ends);
        }
        if !is_well && since.is_none() {
            tracing::error!("{}", self.begins);
            *since = Some(Instant::now());
        }
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lasts_from_its_beginning() {
        let trouble = Trouble::new("", "");
        assert_eq!(trouble.lasts(), None);
        trouble.note(false);
        let since = *trouble.since();
        trouble.note(false);
        assert_eq!(*trouble.since(), since);
        assert!(trouble.lasts().is_some());
        trouble.note(true);
        assert_eq!(trouble.lasts(), None);
    }
}
