//! I9: alive, within bounds, no errors in the log but those that were asked for.

use std::collections::HashMap;

use domain::{
    ids::{ChannelId, MessageId},
    rejection::Code,
    wire::close,
};

use super::{Found, Truth};
use crate::history::{Entry, What};

/// From the server's word that it serves until a fresh message is acknowledged and heard by somebody else. Far more than
/// it takes: this asks whether it comes back, not how fast.
pub const RECOVERY_MAX_MS: u64 = 20_000;
/// Most memory that a server of some hundred sockets may use.
const MEMORY_MAX: u64 = 512 * 1024 * 1024;
/// An orderly end takes no longer.
const STOP_MAX_MS: u64 = 5_000;
/// Close codes that say no more than: come back.
const RETURNING: [u16; 4] = [NORMAL, close::SILENT, close::TOO_SLOW, close::GOING_AWAY];
/// Closed, as asked (RFC 6455).
const NORMAL: u16 = 1000;

pub fn check(history: &[Entry], truth: &Truth<'_>, found: &mut Found) {
    let mut last_memory = 0;
    for entry in history {
        match &entry.what {
            What::Logged { line } => found.add(9, format!("the server's log says: {line}")),
            What::Exited { asked: false, status, .. } => found.add(9, format!("the server ended by itself: {status}")),
            What::Exited { asked: true, status, after_ms } if status != "0" || *after_ms > STOP_MAX_MS => {
                found.add(9, format!("the server was told to end and ended with {status} after {after_ms} ms"));
            }
            What::Memory { bytes } => last_memory = last_memory.max(*bytes),
            What::Nack { client, id, code: code @ (Code::Unknown | Code::Internal), .. } => {
                found.add(9, format!("client {client} was refused {id} for no reason that there is: {code}"));
            }
            What::Unsent { client, left } => {
                found.add(9, format!("client {client} has {left} messages without an answer when all is at rest"));
            }
            What::Closed { client, code, .. } if !RETURNING.contains(code) => {
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
    for (ready, recovery) in recoveries(history, truth) {
        // Where the run ended before, nobody could have seen it.
        let took = recovery.unwrap_or(end - ready) / 1_000;
        if took > RECOVERY_MAX_MS {
            found.add(9, format!("{} ms after the start at {ready} µs nothing new had been heard", took));
        }
    }
}

/// For each start that was followed by something new: when, and how long it took until that was acknowledged and
/// heard by another client, both in microseconds. None if it never was. A server that was killed before is left out.
pub fn recoveries(history: &[Entry], truth: &Truth<'_>) -> Vec<(u64, Option<u64>)> {
    let mut recovered = Vec::new();
    let mut since: Option<Since<'_>> = None;
    for Entry { t, what } in history {
        match what {
            What::Killed | What::Exited { .. } => since = None,
            What::Ready => since = Some(Since { ready: *t, fresh: HashMap::new() }),
            _ => {}
        }
        let Some(Since { ready, fresh }) = &mut since else { continue };
        let done = match what {
            What::Send { client, channel, id, .. } => {
                // What was tried before the start is not fresh.
                if truth.sends.get(&(channel, *id)).is_some_and(|sent| sent.t == *t) {
                    fresh.insert((channel, *id), Fresh { sender: *client, acked: false, heard: false });
                }
                false
            }
            What::Ack { channel, id, .. } => fresh.get_mut(&(channel, *id)).is_some_and(|fresh| {
                fresh.acked = true;
                fresh.heard
            }),
            What::Seen { client, channel, row, .. } => {
                let fresh = row.said.as_ref().and_then(|said| fresh.get_mut(&(channel, said.id)));
                fresh.filter(|fresh| fresh.sender != *client).is_some_and(|fresh| {
                    fresh.heard = true;
                    fresh.acked
                })
            }
            _ => false,
        };
        if done {
            recovered.push((*ready, Some(t - *ready)));
            since = None;
        }
    }
    recovered.extend(since.filter(|since| !since.fresh.is_empty()).map(|since| (since.ready, None)));
    recovered
}

/// A server that serves, and what was sent to it first.
struct Since<'a> {
    ready: u64,
    fresh: HashMap<(&'a ChannelId, MessageId), Fresh>,
}

/// A message that was sent for the first time since then.
struct Fresh {
    sender: u32,
    acked: bool,
    heard: bool,
}
