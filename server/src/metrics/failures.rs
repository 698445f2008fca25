//! What is counted, logged and told of stores that fail. An outage has thousands of failures: the first is logged, then one every
//! few seconds with how many there were meanwhile. What a store holds and nobody can read is always logged: each time it may be
//! about another row.

use std::{
    collections::HashMap,
    mem::take,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::error::ErrorCode;

use super::Metrics;
use crate::ports::StoreError;

/// Between two lines about failures of one kind. What has not failed for so long is well again.
const LOGGED_EVERY: Duration = Duration::from_secs(10);

/// What fails at present, and whether for want of room. The names are words of this program, so there are few.
#[derive(Default)]
pub(super) struct Failures(Mutex<HashMap<(&'static str, bool), Failing>>);

struct Failing {
    logged: Option<Instant>,
    last: Instant,
    unlogged: u64,
}

impl Failures {
    /// Something failed. If that is to be logged: how many failures since the last line were not.
    pub(super) fn failed(&self, what: &'static str, error: &StoreError, now: Instant) -> Option<u64> {
        let is_full = match error {
            StoreError::Corrupt(_) => return Some(0),
            StoreError::Full => true,
            StoreError::Unavailable(_) => false,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failing = all.entry((what, is_full)).or_insert(Failing { logged: None, last: now, unlogged: 0 });
        failing.last = now;
        if failing.logged.is_some_and(|logged| now.duration_since(logged) < LOGGED_EVERY) {
            failing.unlogged += 1;
            return None;
        }
        failing.logged = Some(now);
        Some(take(&mut failing.unlogged))
    }

    /// Something answered. If it had been failing, and is well again: how many failures since the last line were not logged.
    pub(super) fn answered(&self, what: &'static str, now: Instant) -> Option<u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_well = |failing: &Failing| now.duration_since(failing.last) >= LOGGED_EVERY;
        all.get(&(what, false)).is_some_and(is_well).then(|| all.remove(&(what, false)).map(|was| was.unlogged))?
    }
}

impl Metrics {
    /// What a person is told of a directory that failed; for `map_err`.
    pub fn directory_failed(&self) -> impl FnOnce(StoreError) -> ErrorCode {
        self.store_failed("directory")
    }

    /// What a person is told of an archive that failed; for `map_err`.
    pub fn archive_failed(&self) -> impl FnOnce(StoreError) -> ErrorCode {
        self.store_failed("archive")
    }

    fn store_failed(&self, store: &'static str) -> impl FnOnce(StoreError) -> ErrorCode {
        move |error| {
            self.store_errors.add(store);
            if let Some(unlogged) = self.failures.failed(store, &error, Instant::now()) {
                tracing::error!(store, error = %crate::chain(&error), unlogged, "a store failed");
            }
            match error {
                StoreError::Full => ErrorCode::StorageFull,
                StoreError::Unavailable(_) | StoreError::Corrupt(_) => ErrorCode::TryAgain,
            }
        }
    }

    /// The directory could not say whether a session lives. Whoever was checked before need not know.
    pub fn session_unchecked(&self, error: &StoreError) {
        self.store_errors.add("directory");
        if let Some(unlogged) = self.failures.failed("sessions", error, Instant::now()) {
            tracing::warn!(error = %crate::chain(error), unlogged, "a session could not be checked");
        }
    }

    /// A store answered, which may have been failing.
    pub fn answered_by(&self, store: &'static str) {
        if let Some(unlogged) = self.failures.answered(store, Instant::now()) {
            tracing::info!(store, unlogged, "the store answers again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unavailable() -> StoreError {
        StoreError::Unavailable("nobody answers".into())
    }

    #[test]
    fn an_outage_is_a_line_now_and_then_and_one_at_its_end() {
        let (failures, start) = (Failures::default(), Instant::now());
        let at = |tenths: u32| start + LOGGED_EVERY / 10 * tenths;
        assert_eq!(failures.answered("a", start), None, "it never failed");
        assert_eq!(failures.failed("a", &unavailable(), start), Some(0));
        for _ in 0..1_000 {
            assert_eq!(failures.failed("a", &unavailable(), at(9)), None);
        }
        assert_eq!(failures.failed("a", &unavailable(), at(10)), Some(1_000));
        assert_eq!(failures.failed("a", &unavailable(), at(15)), None);
        assert_eq!(failures.answered("a", at(24)), None, "it failed a moment ago");
        assert_eq!(failures.answered("a", at(25)), Some(1));
        assert_eq!(failures.answered("a", at(25)), None, "said once");
        assert_eq!(failures.failed("a", &unavailable(), at(26)), Some(0), "it begins anew");
    }

    #[test]
    fn one_kind_of_failure_hides_no_other() {
        let (failures, now) = (Failures::default(), Instant::now());
        assert_eq!(failures.failed("a", &unavailable(), now), Some(0));
        assert_eq!(failures.failed("a", &unavailable(), now), None);
        assert_eq!(failures.failed("b", &unavailable(), now), Some(0));
        assert_eq!(failures.failed("a", &StoreError::Full, now), Some(0));
        assert_eq!(failures.failed("a", &StoreError::Full, now), None);
        for _ in 0..2 {
            assert_eq!(failures.failed("a", &StoreError::Corrupt("a row".into()), now), Some(0));
        }
    }
}
