//! The times in which parts of a cluster were down, and what that excuses.
//!
//! **A server that knows less than another.** A server never forgets what it has sent to a client. Other servers read the log
//! at their own pace and get a grace period of [`GRACE_US`]. The period does not count while the requested server is stopped or down,
//! nor while a broker is down: a server that had read a record just before its broker died may have delivered it, and the others
//! cannot read it before Kafka has elected another leader. PostgreSQL and Redis are not involved, and excuse nothing.
//!
//! **Errors in a log.** An ERROR line is excused while Kafka or PostgreSQL is down, and for [`ERROR_GRACE_US`] afterwards: it is
//! there to inform the operator. So is one in the log of a server that was stopped, whose calls time out when it continues. A fault
//! of Redis or of another server excuses no error, nor does a start after SIGKILL. A panic, or a final error of a process, is never
//! excused.

use crate::history::{Entry, Part, What};

/// Grace period after which every server knows what one server has sent, in microseconds.
pub const GRACE_US: u64 = 2_000_000;
/// Period after a fault in which errors may follow from it, in microseconds: pending calls time out within ten seconds.
pub const ERROR_GRACE_US: u64 = 10_000_000;

/// The times in which parts were down, the one that ended last first.
pub struct Faults(Vec<Span>);

struct Span {
    part: Part,
    number: u32,
    is_held: bool,
    from: u64,
    to: u64,
}

/// The name of a stop in a history.
pub const HELD: &str = "SIGSTOP";

impl Faults {
    /// Collects the faults of a history. One that was never cleared lasts for ever.
    pub fn new(history: &[Entry]) -> Self {
        let mut spans: Vec<Span> = Vec::new();
        for Entry { t, what } in history {
            match what {
                What::Fault { part, number, how } => {
                    spans.push(Span { part: *part, number: *number, is_held: how == HELD, from: *t, to: u64::MAX });
                }
                What::Cleared { part, number } => {
                    let is_it = |span: &&mut Span| (span.part, span.number, span.to) == (*part, *number, u64::MAX);
                    if let Some(span) = spans.iter_mut().find(is_it) {
                        span.to = *t;
                    }
                }
                _ => {}
            }
        }
        spans.sort_by_key(|span| std::cmp::Reverse(span.to));
        Self(spans)
    }

    /// Returns the moment before which everything sent by other servers must be known to `server` at `asked`, when the grace period
    /// has counted in full. `None` if that is before the start of the run.
    pub fn known_by(&self, server: u32, asked: u64) -> Option<u64> {
        let (mut left, mut at) = (GRACE_US, asked);
        let stops = |span: &&Span| match span.part {
            Part::Broker => true,
            Part::Server => span.number == server,
            Part::Postgres | Part::Redis => false,
        };
        for span in self.0.iter().filter(stops).filter(|span| span.from < asked) {
            let ran = at.saturating_sub(span.to);
            if ran >= left {
                break;
            }
            left -= ran;
            at = at.min(span.from);
        }
        at.checked_sub(left)
    }

    /// Returns whether a line in the log of a server is an error that a fault excuses at this moment.
    pub fn excuse(&self, t: u64, server: u32, line: &str) -> bool {
        // Anything else is a panic, or the final error of a process.
        let is_log = serde_json::from_str::<serde_json::Value>(line).is_ok_and(|log| log["level"] == "ERROR");
        let excuses = |span: &Span| match span.part {
            Part::Broker | Part::Postgres => true,
            Part::Server => span.is_held && span.number == server,
            Part::Redis => false,
        };
        let is_of = |span: &&Span| span.from <= t && t <= span.to.saturating_add(ERROR_GRACE_US);
        is_log && self.0.iter().filter(is_of).any(excuses)
    }
}
