//! Keeps callers from waiting for a Redis that does not answer: after some failures every call fails at once, until a try
//! in the background has found it well.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Failures in a row that open it: one slow answer is none of its business.
const FAILURES: u32 = 3;
/// How long after a failure nothing is tried.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It may.
    Call,
    /// It may not.
    Refused,
    /// It may not, and whoever asked is the one to try in the background.
    Probe,
}

/// See the module.
#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// When the next try may be made; nothing while calls are made.
    next_probe: Option<Instant>,
}

impl Breaker {
    /// Whether a call may be made now. A try that is never reported on is made good by the next one.
    pub(super) fn admit(&self, now: Instant) -> Admission {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.next_probe {
            None => Admission::Call,
            Some(at) if now < at => Admission::Refused,
            Some(_) => {
                state.next_probe = Some(now + PAUSE);
                Admission::Probe
            }
        }
    }

    /// A call or a try went well; true when that has closed it.
    pub(super) fn succeeded(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = 0;
        state.next_probe.take().is_some()
    }

    /// A call or a try failed; true when that has opened it.
    pub(super) fn failed(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = state.failures.saturating_add(1);
        let opens = state.next_probe.is_none() && state.failures >= FAILURES;
        if opens || state.next_probe.is_some() {
            state.next_probe = Some(now + PAUSE);
        }
        opens
    }

    /// Opens it at once; true when it was closed.
    pub(super) fn trip(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = FAILURES;
        state.next_probe.replace(now + PAUSE).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_open_it_and_a_try_that_goes_well_closes_it() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        assert!(!breaker.failed(start) && !breaker.failed(start));
        assert!(!breaker.succeeded(), "it was never open");
        assert!(!breaker.failed(start) && !breaker.failed(start), "they are counted anew");
        assert_eq!(breaker.admit(start), Admission::Call);
        assert!(breaker.failed(start));
        assert!(!breaker.failed(start), "opened once");
        assert_eq!(breaker.admit(start), Admission::Refused);
        let later = start + PAUSE;
        assert_eq!(breaker.admit(later), Admission::Probe);
        assert_eq!(breaker.admit(later), Admission::Refused, "one at a time");
        assert!(!breaker.failed(later));
        assert_eq!(breaker.admit(later + PAUSE / 2), Admission::Refused);
        assert_eq!(breaker.admit(later + PAUSE), Admission::Probe);
        assert!(breaker.succeeded());
        assert_eq!(breaker.admit(later + PAUSE), Admission::Call);
    }

    #[test]
    fn tripped_it_is_open_at_once() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        assert!(breaker.trip(start) && !breaker.trip(start));
        assert_eq!(breaker.admit(start), Admission::Refused);
    }
}
