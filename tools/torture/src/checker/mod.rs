//! The checker: a pure function of a history. The reference for a channel (**F**) is its final read from the database.
//! The log is not read: the embedded one drops records once they are archived, and reading Kafka's would repeat the servers' own
//! sequencer.
//!
//! | | invariant | file |
//! | --- | --- | --- |
//! | I1 | an acknowledged message exists, in every way of reading | `acks` |
//! | I2 | it is at the position of its ack, however often it was sent | `acks` |
//! | I3 | no id occurs twice in a page, a timeline, a connection or the final state | `copies` |
//! | I4 | every message was sent, with this text, by this author; a used id takes no second message | `copies` |
//! | I5 | all clients received the same message at the same position | `copies` |
//! | I6 | no page, stream or timeline has a gap, and a timeline at rest reaches the end | `order` |
//! | I7 | a client can read what was acknowledged to it, on another server within 2 s; heads do not decrease otherwise; a sender's order is kept | `session` |
//! | I8 | all ways of reading agree, and so do message numbers and unread counts | `agreement` |
//! | I9 | servers stay alive and within their bounds, recover, and log only errors that a fault explains | `alive`, `recovery` |
//!
//! `faults` decides what a fault excuses.
//!
//! A message without an answer may exist or not.

mod acks;
mod agreement;
mod alive;
mod copies;
mod faults;
mod order;
mod recovery;
mod session;
#[cfg(test)]
mod tests;
mod truth;

use std::fmt;

use crate::history::Entry;
pub use faults::{Faults, HELD};
pub use recovery::{From, Recovery};
pub use session::lags;
use truth::Truth;

/// The number of an invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Invariant(pub u8);

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "I{}", self.0)
    }
}

/// A violation of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The invariant that does not hold.
    pub invariant: Invariant,
    /// One line that names ids and positions.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

/// The violations found so far.
#[derive(Default)]
struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, invariant: u8, what: String) {
        self.0.push(Violation { invariant: Invariant(invariant), what });
    }
}

/// Checks a history, and returns all violations, ordered by invariant. Takes O(n log n).
pub fn check(history: &[Entry]) -> Vec<Violation> {
    let (truth, faults) = (Truth::new(history), Faults::new(history));
    let mut found = Found::default();
    alive::check(history, &truth, &faults, &mut found);
    // A run that was aborted has no final state to compare with.
    if truth.is_known() {
        acks::check(history, &truth, &mut found);
        copies::check(history, &truth, &mut found);
        order::check(history, &truth, &mut found);
        session::check(history, &truth, &faults, &mut found);
        agreement::check(history, &truth, &mut found);
    }
    found.0.sort_by_key(|violation| violation.invariant);
    found.0
}

/// Returns the recoveries after each start, or after each fault and its end.
pub fn recoveries_of(history: &[Entry]) -> Vec<Recovery> {
    recovery::recoveries(history, &Truth::new(history))
}
