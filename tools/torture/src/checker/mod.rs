//! The judge: a pure function over a history. Each invariant is a file's, or shares one with its neighbours. What is
//! held to be true of a channel (**F**) is its final read from the database itself; the embedded log forgets records once they are
//! there, and Kafka's is not read: that would be the servers' own sequencer once more.
//!
//! | | | file |
//! | --- | --- | --- |
//! | I1 | what was acknowledged is there, by whatever way one reads | `acks` |
//! | I2 | it stands where its ack said, however often it was sent | `acks` |
//! | I3 | no id twice: in a page, in a timeline, in one connection, at the end | `copies` |
//! | I4 | nothing that nobody sent, no other text or author, and no second message under a used id | `copies` |
//! | I5 | everybody was told the same message for the same place | `copies` |
//! | I6 | nobody was shown a piece with a hole, and who came to rest had all of it | `order` |
//! | I7 | who has an ack can read it, on another server within 2 s; heads never go back but there; a sender's order is kept | `session` |
//! | I8 | all ways of reading agree, and so do numbers and unread counts | `agreement` |
//! | I9 | it stays alive, within its bounds, comes back, without errors in its log but of what was away | `alive`, `recovery` |
//!
//! `faults` says what a fault excuses.
//!
//! A message without an answer may be there or not.

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

/// Which invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Invariant(pub u8);

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "I{}", self.0)
    }
}

/// Where a history breaks an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// One line that names ids and places.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

/// What was found so far.
#[derive(Default)]
struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, invariant: u8, what: String) {
        self.0.push(Violation { invariant: Invariant(invariant), what });
    }
}

/// Judges a history; all that is wrong with it, by invariant. Takes O(n log n).
pub fn check(history: &[Entry]) -> Vec<Violation> {
    let (truth, faults) = (Truth::new(history), Faults::new(history));
    let mut found = Found::default();
    alive::check(history, &truth, &faults, &mut found);
    // A run that was given up has read no end to hold the rest against.
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

/// How long it took after each start, or each fault and its end, until the chat went on.
pub fn recoveries_of(history: &[Entry]) -> Vec<Recovery> {
    recovery::recoveries(history, &Truth::new(history))
}
