//! How long until the chat goes on: from a start, or from a fault and from its end, to a message that was sent since then,
//! acknowledged, and heard by somebody else.
//!
//! In a cluster that is looked for in each channel, for the partitions of the log have different leaders, and the slowest counts.
//! After the beginning of a server's fault any other client is somebody else: there may be one server left. After everything
//! else it is a client on another server than the one that acknowledged, so the message has gone through the log. What has not
//! come when the next fault begins, or ends, is not measured; what never comes after the last one is a violation.

use std::collections::{BTreeMap, HashMap};

use domain::ids::{ChannelId, MessageId};

use super::Truth;
use crate::history::{Entry, Part, What};

/// What is recovered from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum From {
    /// The start of the one server.
    Start,
    /// A part's going away.
    Gone(Part),
    /// A part's being there again.
    Back(Part),
}

/// One recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// From what.
    pub from: From,
    /// When that was, in microseconds.
    pub since: u64,
    /// How long it took, in microseconds; `None` if nothing new was ever heard, or not in every channel where something was
    /// said.
    pub took: Option<u64>,
}

/// What was sent since a mark.
struct Since<'a> {
    from: From,
    since: u64,
    fresh: HashMap<(&'a ChannelId, MessageId), Fresh>,
    /// Channels where something was sent, and when the first of it was heard.
    channels: BTreeMap<&'a ChannelId, Option<u64>>,
}

/// A message that was sent for the first time since then.
struct Fresh {
    sender: u32,
    acked_by: Option<u32>,
    /// The servers of others who heard it.
    heard_on: Vec<u32>,
}

/// All of a history, in order.
pub fn recoveries(history: &[Entry], truth: &Truth<'_>) -> Vec<Recovery> {
    let is_cluster = history.iter().any(|entry| matches!(entry.what, What::Fault { .. }));
    let mut recovered = Vec::new();
    let mut open: Option<Since<'_>> = None;
    let mut servers: HashMap<u32, u32> = HashMap::new();
    for Entry { t, what } in history {
        let mark = match what {
            What::Fault { part, .. } => Some(Some(From::Gone(*part))),
            What::Cleared { part, .. } => Some(Some(From::Back(*part))),
            What::Ready if !is_cluster => Some(Some(From::Start)),
            What::Killed | What::Exited { .. } if !is_cluster => Some(None),
            _ => None,
        };
        if let Some(mark) = mark {
            // Where the next thing happens before, it could not be seen.
            recovered.extend(open.take().and_then(|since| since.so_far()));
            open = mark.map(|from| Since { from, since: *t, fresh: HashMap::new(), channels: BTreeMap::new() });
        }
        if let What::Connected { conn, server, .. } = what {
            servers.insert(*conn, *server);
        }
        let Some(since) = &mut open else { continue };
        match what {
            // What was tried before is not fresh.
            What::Send { client, channel, id, .. }
                if truth.sends.get(&(channel, *id)).is_some_and(|sent| sent.t == *t) =>
            {
                since.fresh.insert((channel, *id), Fresh { sender: *client, acked_by: None, heard_on: Vec::new() });
                since.channels.entry(channel).or_default();
            }
            What::Ack { server, channel, id, .. } => {
                since.note(channel, *id, *t, |fresh| fresh.acked_by = Some(*server))
            }
            What::Seen { client, conn, channel, row } => {
                let Some(said) = &row.said else { continue };
                let server = servers.get(conn).copied().unwrap_or_default();
                since.note(channel, said.id, *t, |fresh| {
                    if fresh.sender != *client && !fresh.heard_on.contains(&server) {
                        fresh.heard_on.push(server);
                    }
                });
            }
            _ => {}
        }
        // Of one server alone, one message is enough.
        let is_done = !is_cluster && since.channels.values().any(Option::is_some);
        if is_done {
            recovered.extend(open.take().and_then(|since| since.so_far()));
        }
    }
    recovered.extend(open.and_then(|since| since.at_the_end()));
    recovered
}

impl<'a> Since<'a> {
    fn note(&mut self, channel: &'a ChannelId, id: MessageId, t: u64, change: impl FnOnce(&mut Fresh)) {
        let Some(fresh) = self.fresh.get_mut(&(channel, id)) else { return };
        change(fresh);
        let is_anywhere = matches!(self.from, From::Start | From::Gone(Part::Server));
        let is_elsewhere = |by: u32| fresh.heard_on.iter().any(|on| is_anywhere || *on != by);
        if fresh.acked_by.is_some_and(is_elsewhere) {
            self.channels.entry(channel).or_default().get_or_insert(t);
        }
    }

    /// The slowest channel of those where it went on.
    fn so_far(&self) -> Option<Recovery> {
        let slowest = self.channels.values().flatten().max()?;
        Some(Recovery { from: self.from, since: self.since, took: Some(slowest - self.since) })
    }

    /// The slowest channel of all; nothing if nobody said anything.
    fn at_the_end(&self) -> Option<Recovery> {
        let slowest = self.channels.values().copied().collect::<Option<Vec<u64>>>();
        let took = slowest.map(|slowest| slowest.into_iter().max().unwrap_or(self.since) - self.since);
        (!self.channels.is_empty()).then_some(Recovery { from: self.from, since: self.since, took })
    }
}
