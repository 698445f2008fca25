//! Recovery times: from a start, a fault or its end until a message that was sent afterwards is acknowledged, and received by
//! another client.
//!
//! In a cluster this is measured in each channel in which a new message is sent within a second, because partitions of the log have
//! different leaders; the slowest counts. The other client has to be on another server than the one that acknowledged, so that the
//! message went through the log; after a fault of a server any other client counts, because only one server may be left. The time
//! includes the effects of overlapping faults. A recovery that never completes is a violation.

use std::collections::{BTreeMap, HashMap};

use domain::ids::{ChannelId, MessageId};

use super::{Truth, faults::HELD};
use crate::history::{Entry, Part, What};

/// The event that starts a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum From {
    /// The start of the only server.
    Start,
    /// A part went down.
    Gone(Part),
    /// A part was stopped. It cannot be distinguished from a slow one, and continues by itself.
    Held(Part),
    /// A part is up again.
    Back(Part),
}

/// A start, fault or return, and the time until messages were delivered again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The event that started it.
    pub from: From,
    /// Its start, in microseconds.
    pub since: u64,
    /// Its duration in microseconds; `None` if it did not complete in every channel measured.
    pub took: Option<u64>,
}

impl Recovery {
    /// Returns whether another part went down during this recovery.
    pub fn is_felt_with(&self, other: &Self) -> bool {
        let end = |recovery: &Self| recovery.since.saturating_add(recovery.took.unwrap_or(u64::MAX));
        let part = match self.from {
            From::Start => return false,
            From::Gone(part) | From::Held(part) | From::Back(part) => part,
        };
        let is_other = matches!(other.from, From::Gone(gone) | From::Held(gone) if gone != part);
        is_other && other.since < end(self) && end(other) > self.since
    }
}

/// Period after the start in which a new message selects its channel for measurement, in microseconds. Without one, the next does.
const SAID_WITHIN_US: u64 = 1_000_000;

/// A recovery in progress.
struct Since<'a> {
    from: From,
    since: u64,
    /// Whether the other client may be on any server.
    is_anywhere: bool,
    fresh: HashMap<(&'a ChannelId, MessageId), Fresh>,
    /// The measured channels, and when the first message was received there.
    channels: BTreeMap<&'a ChannelId, Option<u64>>,
}

/// A message that was first sent after the start of the recovery.
struct Fresh {
    sender: u32,
    acked_by: Option<u32>,
    /// The servers on which other clients have received it.
    heard_on: Vec<u32>,
}

/// Returns all recoveries of a history, in the order of their completion.
pub fn recoveries(history: &[Entry], truth: &Truth<'_>) -> Vec<Recovery> {
    let is_cluster = history.iter().any(|entry| matches!(entry.what, What::Fault { .. }));
    let (mut recovered, mut open) = (Vec::new(), Vec::<Since<'_>>::new());
    let mut servers: HashMap<u32, u32> = HashMap::new();
    for Entry { t, what } in history {
        match what {
            What::Fault { part, how, .. } => {
                open.iter_mut().for_each(|since| since.is_anywhere |= *part == Part::Server);
                let from = if how == HELD { From::Held(*part) } else { From::Gone(*part) };
                open.push(Since::new(from, *t));
            }
            What::Cleared { part, .. } => open.push(Since::new(From::Back(*part), *t)),
            What::Ready if !is_cluster => open = vec![Since::new(From::Start, *t)],
            What::Killed | What::Exited { .. } if !is_cluster => open.clear(),
            What::Connected { conn, server, .. } => {
                servers.insert(*conn, *server);
            }
            // A repeated message is not new.
            What::Send { client, channel, id, .. }
                if truth.sends.get(&(channel, *id)).is_some_and(|sent| sent.t == *t) =>
            {
                open.iter_mut().for_each(|since| since.sent(*t, *client, channel, *id));
            }
            What::Ack { server, channel, id, .. } => {
                open.iter_mut().for_each(|since| since.note(*t, channel, *id, |fresh| fresh.acked_by = Some(*server)));
            }
            What::Seen { client, conn, channel, row } => {
                let Some(said) = &row.said else { continue };
                let server = servers.get(conn).copied().unwrap_or_default();
                let hear = |fresh: &mut Fresh| {
                    if fresh.sender != *client && !fresh.heard_on.contains(&server) {
                        fresh.heard_on.push(server);
                    }
                };
                open.iter_mut().for_each(|since| since.note(*t, channel, said.id, hear));
            }
            _ => {}
        }
        open.retain(|since| {
            let took = since.took(*t);
            recovered.extend(took.map(|took| Recovery { from: since.from, since: since.since, took: Some(took) }));
            took.is_none()
        });
    }
    // Without a new message, a recovery cannot be measured.
    let left = open.into_iter().filter(|since| !since.channels.is_empty());
    recovered.extend(left.map(|since| Recovery { from: since.from, since: since.since, took: since.took(u64::MAX) }));
    recovered
}

impl<'a> Since<'a> {
    fn new(from: From, since: u64) -> Self {
        let is_anywhere = matches!(from, From::Start | From::Gone(Part::Server) | From::Held(Part::Server));
        Self { from, since, is_anywhere, fresh: HashMap::new(), channels: BTreeMap::new() }
    }

    fn sent(&mut self, t: u64, client: u32, channel: &'a ChannelId, id: MessageId) {
        if t < self.since + SAID_WITHIN_US || self.channels.is_empty() {
            self.channels.entry(channel).or_default();
        }
        if self.channels.contains_key(channel) {
            self.fresh.insert((channel, id), Fresh { sender: client, acked_by: None, heard_on: Vec::new() });
        }
    }

    fn note(&mut self, t: u64, channel: &'a ChannelId, id: MessageId, change: impl FnOnce(&mut Fresh)) {
        let Some(fresh) = self.fresh.get_mut(&(channel, id)) else { return };
        change(fresh);
        let is_elsewhere = |by: u32| fresh.heard_on.iter().any(|on| self.is_anywhere || *on != by);
        if fresh.acked_by.is_some_and(is_elsewhere) {
            self.channels.entry(channel).or_default().get_or_insert(t);
        }
    }

    /// Returns the duration, if it is known at time `t`. For a single server, one message is enough.
    fn took(&self, t: u64) -> Option<u64> {
        let heard = match self.from {
            From::Start => self.channels.values().flatten().min().copied(),
            _ if t < self.since + SAID_WITHIN_US => None,
            _ => self.channels.values().copied().collect::<Option<Vec<u64>>>()?.into_iter().max(),
        };
        heard.map(|heard| heard - self.since)
    }
}
