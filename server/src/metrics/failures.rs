//! Counts and logs failures of stores, and maps them to error codes. An outage has thousands of failures: the first is logged,
//! then one every few seconds with the number since. Corrupt data is logged every time: each may be another row.

use std::{
    collections::HashMap,
    mem::take,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::ports::StoreError;

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
