//! Counts and logs failures of stores, and maps them to error codes. An outage has thousands of failures: the first is logged,
//! then one every few seconds with the number since. Corrupt data is logged every time: each may be another row.

use std::{
    collections::HashMap,
    mem::take,
    time::{Duration, Instant},
};

use domain::error::ErrorCode;
use parking_lot::Mutex;

use super::Metrics;
use crate::{
    error::chain,
    ports::{StoreError, directory::ChangeError},
};

/// Time between two log lines about failures of one kind. A kind without a failure for this long has recovered.
const LOGGED_EVERY: Duration = Duration::from_secs(10);

/// The stores that fail now, each by its name and whether its storage is full. The names are constants, so there are few.
#[derive(Default)]
pub(super) struct Failures(Mutex<HashMap<(&'static str, bool), Failing>>);

struct Failing {
    logged: Option<Instant>,
    last: Instant,
    unlogged: u64,
}

impl Failures {
    /// Records a failure. Returns the number of failures since the last log line if this one has to be logged.
    pub(super) fn failed(&self, what: &'static str, error: &StoreError, now: Instant) -> Option<u64> {
        let is_full = match error {
            StoreError::Corrupt(_) => return Some(0),
            StoreError::Full => true,
            StoreError::Unavailable(_) => false,
        };
        let mut all = self.0.lock();
        let failing = all.entry((what, is_full)).or_insert(Failing { logged: None, last: now, unlogged: 0 });
        failing.last = now;
        if failing.logged.is_some_and(|logged| now.duration_since(logged) < LOGGED_EVERY) {
            failing.unlogged += 1;
            return None;
        }
        failing.logged = Some(now);
        Some(take(&mut failing.unlogged))
    }

    /// Records an answer. Returns the number of failures since the last log line if the store has just recovered.
    pub(super) fn answered(&self, what: &'static str, now: Instant) -> Option<u64> {
        let mut all = self.0.lock();
        let has_recovered = |failing: &Failing| now.duration_since(failing.last) >= LOGGED_EVERY;
        all.get(&(what, false))
            .is_some_and(has_recovered)
            .then(|| all.remove(&(what, false)).map(|was| was.unlogged))?
    }
}

impl Metrics {
    /// Returns a function for `map_err` that records a failure of the directory and returns its code.
    pub fn directory_failed(&self) -> impl FnOnce(StoreError) -> ErrorCode {
        self.store_failed("directory")
    }

    /// Returns a function for `map_err` that records a failure of the archive and returns its code.
    pub fn archive_failed(&self) -> impl FnOnce(StoreError) -> ErrorCode {
        self.store_failed("archive")
    }

    fn store_failed(&self, store: &'static str) -> impl FnOnce(StoreError) -> ErrorCode {
        move |error| {
            self.store_errors.add(store);
            if let Some(unlogged) = self.failures.failed(store, &error, Instant::now()) {
                tracing::error!(store, error = %chain(&error), unlogged, "a store failed");
            }
            match error {
                StoreError::Full => ErrorCode::StorageFull,
                StoreError::Unavailable(_) | StoreError::Corrupt(_) => ErrorCode::TryAgain,
            }
        }
    }

    /// Returns the code of a change that the directory did not make. A failure of the directory is recorded.
    pub(crate) fn change_failed(&self, error: ChangeError) -> ErrorCode {
        match error {
            ChangeError::NameTaken => ErrorCode::NameTaken,
            ChangeError::NotFound => ErrorCode::NotFound,
            ChangeError::TooMany => ErrorCode::TooManyChannels,
            ChangeError::Store(error) => self.directory_failed()(error),
        }
    }

    /// Records that a session could not be checked. A cached answer may still serve the request.
    pub fn session_unchecked(&self, error: &StoreError) {
        self.store_errors.add("directory");
        if let Some(unlogged) = self.failures.failed("sessions", error, Instant::now()) {
            tracing::warn!(error = %chain(error), unlogged, "session not checked");
        }
    }

    /// Records that a store answered.
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
        StoreError::Unavailable("no answer".into())
    }

    #[test]
    fn logs_an_outage_periodically_and_its_end() {
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
        assert_eq!(failures.answered("a", at(25)), None, "reported once");
        assert_eq!(failures.failed("a", &unavailable(), at(26)), Some(0), "a new outage");
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
