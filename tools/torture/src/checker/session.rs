//! I7: what a single client may rely on, across servers.
//!
//! What a server has sent to a client about a channel (an ack, or its head), that server never contradicts: not on the same
//! connection, not after a reconnect, not after a restart. Another server may be behind, within the grace period of
//! [`super::faults`] only. It is measured at the time of the client's request, not of the answer: whatever had been sent
//! [`GRACE_US`](super::faults::GRACE_US) before the request is in the answer. So a head decreases only if a client changes the
//! server within that time, and afterwards only increases on the new one. A lag within the grace period is no
//! violation; it is counted.
//!
//! The order of a sender's messages is the log's: a message sent after an ack has a greater position, on whichever server.

use std::collections::{BTreeMap, HashMap};

use domain::ids::{ChannelId, Pos};

use super::{Faults, Found, Truth};
use crate::history::{Entry, What};

/// What a client received about a channel: when, from which server, up to which position.
#[derive(Default)]
struct Received {
    by_all: Rising,
    by: HashMap<u32, Rising>,
}

/// The greatest position received before a moment.
#[derive(Default)]
struct Rising(BTreeMap<u64, Pos>);

impl Rising {
    fn add(&mut self, t: u64, pos: Pos) {
        let before = self.0.last_key_value().map_or(Pos::ZERO, |(_, greatest)| *greatest);
        self.0.insert(t, before.max(pos));
    }

    fn before(&self, t: u64) -> Pos {
        self.0.range(..t).next_back().map_or(Pos::ZERO, |(_, pos)| *pos)
    }
}

impl Received {
    fn add(&mut self, t: u64, server: u32, pos: Pos) {
        self.by_all.add(t, pos);
        self.by.entry(server).or_default().add(t, pos);
    }

    /// Returns the position that this server must know when it is asked at this moment, and the one received from any server.
    fn due(&self, server: u32, asked: u64, faults: &Faults) -> (Pos, Pos) {
        let own = self.by.get(&server).map_or(Pos::ZERO, |own| own.before(asked));
        let others = faults.known_by(server, asked).map_or(Pos::ZERO, |moment| self.by_all.before(moment));
        (own.max(others), self.by_all.before(asked))
    }
}

pub fn check(history: &[Entry], truth: &Truth<'_>, faults: &Faults, found: &mut Found) {
    walk(history, truth, faults, found);
}

/// Counts answers that lagged behind another server within the grace period.
pub fn lags(history: &[Entry]) -> u64 {
    walk(history, &Truth::new(history), &Faults::new(history), &mut Found::default())
}

fn walk(history: &[Entry], truth: &Truth<'_>, faults: &Faults, found: &mut Found) -> u64 {
    let mut lags = 0;
    // The server of each client, and the time of its request to connect.
    let mut on: HashMap<u32, (u32, u64)> = HashMap::new();
    let mut heads: HashMap<(u32, &ChannelId), Received> = HashMap::new();
    let mut acks: HashMap<(u32, &ChannelId), Received> = HashMap::new();
    for Entry { t, what } in history {
        match what {
            What::Connected { client, server, asked, .. } => {
                on.insert(*client, (*server, *asked));
            }
            What::Head { client, channel, pos } => {
                let (server, knocked) = on.get(client).copied().unwrap_or_default();
                let received = heads.entry((*client, channel)).or_default();
                let (due, all) = received.due(server, knocked, faults);
                // On one connection, and on one server, heads only increase.
                let due = due.max(received.by.get(&server).map_or(Pos::ZERO, |own| own.before(*t)));
                if *pos < due {
                    found.add(7, format!("client {client} received head {pos} of {channel} after head {due}"));
                } else if *pos < all {
                    lags += 1;
                }
                received.add(*t, server, *pos);
            }
            What::Ack { client, server, channel, pos, .. } => {
                acks.entry((*client, channel)).or_default().add(*t, *server, *pos);
            }
            What::Page { client, server, channel, asked, to, has_newer: false, .. } => {
                let Some(received) = acks.get(&(*client, channel)) else { continue };
                let (due, all) = received.due(*server, *asked, faults);
                if *to < due {
                    let what = format!(
                        "client {client} had an ack for {due} of {channel}, and read that the channel ends at {to}"
                    );
                    found.add(7, what);
                } else if *to < all {
                    lags += 1;
                }
            }
            _ => {}
        }
    }
    for ((channel, id), sent) in &truth.sends {
        let Some(pos) = truth.of(channel).pos_of(*id) else { continue };
        let before = acks.get(&(sent.client, *channel)).map_or(Pos::ZERO, |acks| acks.by_all.before(sent.t));
        if pos <= before {
            let client = sent.client;
            found.add(
                7,
                format!("client {client} sent {id} to {channel} after its ack for {before}, and it is at {pos}"),
            );
        }
    }
    lags
}
