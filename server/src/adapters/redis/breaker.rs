//! A circuit breaker: keeps callers from waiting for a Redis that does not answer. After some failures every call fails at once, until
//! a probe in the background succeeds.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Failures in a row that open it. A single slow answer does not.
const FAILURES: u32 = 3;
/// Pause between a failure and the next probe.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether a call is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It is allowed.
    Call,
    /// It is not allowed.
    Refused,
    /// It is not allowed, and the caller has to start a probe in the background.
    Probe,
}

/// See the module.
#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// When the next probe may start; `None` while the breaker is closed.
    next_probe: Option<Instant>,
}

impl Breaker {
    /// Returns whether a call is allowed now. A probe whose result is never reported is followed by another one.
    pub(super) fn admit(&self, now: Instant) -> Admission {
        let mut state = self.0.lock();
        match state.next_probe {
            None => Admission::Call,
            Some(at) if now < at => Admission::Refused,
            Some(_) => {
                state.next_probe = Some(now + PAUSE);
                Admission::Probe
            }
        }
    }

    /// Reports a success. Returns whether it closed the breaker.
    pub(super) fn succeeded(&self) -> bool {
        let mut state = self.0.lock();
        state.failures = 0;
        state.next_probe.take().is_some()
    }

    /// Reports a failure. Returns whether it opened the breaker.
    pub(super) fn failed(&self, now: Instant) -> bool {
        let mut state = self.0.lock();
        state.failures = state.failures.saturating_add(1);
        let opens = state.next_probe.is_none() && state.failures >= FAILURES;
        if opens || state.next_probe.is_some() {
            state.next_probe = Some(now + PAUSE);
        }
        opens
    }

    /// Opens the breaker at once. Returns whether it was closed.
    pub(super) fn trip(&self, now: Instant) -> bool {
        let mut state = self.0.lock();
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
        assert!(!breaker.failed(start) && !breaker.failed(start), "the count starts again");
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
