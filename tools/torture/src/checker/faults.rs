//! When which part of a cluster was away: what that excuses, and what it does not.
//!
//! **Another server than the one that told it.** What one server has said, it knows from then on, whatever happens; so do all
//! servers that were told. The others read the log by themselves, each at its own pace, so they get [`GRACE_US`]. That time does
//! not run while the server that is asked is held or down, nor while a broker is: a server that had read a record just before
//! its broker died may have told of it, and no other can read it before Kafka has found another leader. PostgreSQL and Redis are
//! not on that way, and excuse nothing of it.
//!
//! **Errors in a log.** An ERROR line is excused while Kafka or PostgreSQL is away, and for [`ERROR_GRACE_US`] after: that an
//! operator is told of it is what the line is for. So it is in the log of a server that was held, which finds its calls' time
//! over when it goes on. Redis may go and come without one; so may other servers, and a start after a SIGKILL is as quiet as any.
//! A panic, or a sentence that a process ends with, is never excused.

use crate::history::{Entry, Part, What};

/// What one server has told is known to all others within so long.
pub const GRACE_US: u64 = 2_000_000;
/// Errors follow from a fault until so long after it: calls that wait for an answer give up within ten seconds.
pub const ERROR_GRACE_US: u64 = 10_000_000;

/// The times in which a part was away, the one that ended last first.
pub struct Faults(Vec<Span>);

struct Span {
    part: Part,
    number: u32,
    is_held: bool,
    from: u64,
    to: u64,
}

/// How a server is held, in a history.
pub const HELD: &str = "SIGSTOP";

impl Faults {
    /// All of a history. One that never ended goes on for ever.
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

    /// The moment from which to `asked` the grace has run: what others had told before, this server knew when it was asked.
    /// `None` if the run had not begun then.
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

    /// Whether a line in the log of this server is an error that something excuses at this moment.
    pub fn excuse(&self, t: u64, server: u32, line: &str) -> bool {
        // Anything else is a panic, or the last sentence of a process.
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
