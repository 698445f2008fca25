//! I9: alive, within bounds, no errors in the log but those that were asked for.

use domain::{error::ErrorCode, wire::CloseCode};

use super::{Faults, Found, Truth, recovery::recoveries};
use crate::history::{Entry, What};

/// From a start, or a fault and its end, until a fresh message is acknowledged and heard by somebody else. Far more than it
/// takes: this asks whether it comes back, not how fast.
const RECOVERY_MAX_MS: u64 = 20_000;
/// Most memory that a server of some hundred sockets may use.
const MEMORY_MAX: u64 = 512 * 1024 * 1024;
/// An orderly end takes no longer: three seconds for what is under way, two for the archive, and some patience.
const STOP_MAX_MS: u64 = 10_000;
/// Close codes that say no more than: come back.
const RETURNING: [CloseCode; 4] =
    [CloseCode::Normal, CloseCode::TimedOut, CloseCode::ReadTooSlowly, CloseCode::GoingAway];

pub fn check(history: &[Entry], truth: &Truth<'_>, faults: &Faults, found: &mut Found) {
    let mut last_memory = 0;
    for entry in history {
        match &entry.what {
            What::Logged { server, line } if faults.excuse(entry.t, *server, line) => {}
            What::Logged { server, line } => {
                found.add(9, format!("the log of server {server} says, at {} µs: {line}", entry.t));
            }
            What::Exited { asked: false, status, .. } => found.add(9, format!("the server ended by itself: {status}")),
            What::Exited { asked: true, status, after_ms } if status != "0" || *after_ms > STOP_MAX_MS => {
                found.add(9, format!("the server was told to end and ended with {status} after {after_ms} ms"));
            }
            What::Memory { bytes } => last_memory = last_memory.max(*bytes),
            What::Nack { client, id, code: code @ (ErrorCode::Unknown | ErrorCode::Internal), .. } => {
                found.add(9, format!("client {client} was refused {id} for no reason that there is: {code}"));
            }
            What::Unsent { client, left } => {
                found.add(9, format!("client {client} has {left} messages without an answer when all is at rest"));
            }
            What::Closed { client, code, .. } if !RETURNING.iter().any(|known| known.number() == *code) => {
                found.add(9, format!("client {client} was shown out with {code}"));
            }
            What::Unreadable { client, why } => found.add(9, format!("client {client} cannot read {why}")),
            What::GivenUp { why } => found.add(9, format!("the run could not go on: {why}")),
            _ => {}
        }
    }
    if last_memory > MEMORY_MAX {
        found.add(9, format!("the server used {} MiB of memory", last_memory / 1024 / 1024));
    }
    let end = history.last().map_or(0, |entry| entry.t);
    for recovery in recoveries(history, truth) {
        // Where the run ended before, nobody could have seen it.
        let took = recovery.took.unwrap_or(end - recovery.since) / 1_000;
        if took > RECOVERY_MAX_MS {
            let (from, since) = (recovery.from, recovery.since);
            found.add(9, format!("{took} ms after {from:?} at {since} µs nothing new had been heard everywhere"));
        }
    }
}
