//! I9: the servers stay alive and within their bounds, and log only errors that a fault explains.

use domain::{error::ErrorCode, wire::CloseCode};

use super::{Faults, Found, Truth, recovery::recoveries};
use crate::history::{Entry, What};

/// Maximum time from a start, a fault or its end until a new message is acknowledged and received by another client, in
/// milliseconds. Generous: it checks that the chat recovers, not how fast.
const RECOVERY_MAX_MS: u64 = 20_000;
/// Maximum memory of a server with some hundred sockets.
const MEMORY_MAX: u64 = 512 * 1024 * 1024;
/// Maximum time of an orderly exit: three seconds for pending requests, two for the archive, and a margin.
const STOP_MAX_MS: u64 = 10_000;
/// Close codes that only ask the client to reconnect.
const RETURNING: [CloseCode; 4] =
    [CloseCode::Normal, CloseCode::TimedOut, CloseCode::ReadTooSlowly, CloseCode::GoingAway];

pub fn check(history: &[Entry], truth: &Truth<'_>, faults: &Faults, found: &mut Found) {
    let mut last_memory = 0;
    for entry in history {
        match &entry.what {
            What::Logged { server, line } if faults.excuse(entry.t, *server, line) => {}
            What::Logged { server, line } => {
                found.add(9, format!("log of server {server} at {} µs: {line}", entry.t));
            }
            What::Exited { asked: false, status, .. } => found.add(9, format!("the server exited by itself: {status}")),
            What::Exited { asked: true, status, after_ms } if status != "0" || *after_ms > STOP_MAX_MS => {
                found.add(9, format!("the server exited with {status} {after_ms} ms after SIGTERM"));
            }
            What::Memory { bytes } => last_memory = last_memory.max(*bytes),
            What::Nack { client, id, code: code @ (ErrorCode::Unknown | ErrorCode::Internal), .. } => {
                found.add(9, format!("client {client}: {id} was refused with {code}"));
            }
            What::Unsent { client, left } => {
                found.add(9, format!("client {client} has {left} unanswered messages at rest"));
            }
            What::Closed { client, code, .. } if !RETURNING.iter().any(|known| known.number() == *code) => {
                found.add(9, format!("client {client} was closed with {code}"));
            }
            What::Unreadable { client, why } => {
                found.add(9, format!("client {client} received an invalid frame: {why}"))
            }
            What::GivenUp { why } => found.add(9, format!("the run was aborted: {why}")),
            _ => {}
        }
    }
    if last_memory > MEMORY_MAX {
        found.add(9, format!("the server used {} MiB of memory", last_memory / 1024 / 1024));
    }
    let end = history.last().map_or(0, |entry| entry.t);
    for recovery in recoveries(history, truth) {
        // An unfinished recovery is measured to the end of the run.
        let took = recovery.took.unwrap_or(end - recovery.since) / 1_000;
        if took > RECOVERY_MAX_MS {
            let (from, since) = (recovery.from, recovery.since);
            found.add(9, format!("no recovery {took} ms after {from:?} at {since} µs"));
        }
    }
}
