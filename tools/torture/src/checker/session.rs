//! I7: what one client may rely on for itself.

use std::collections::{BTreeMap, HashMap};

use domain::ids::{ChannelId, Pos};

use super::{Found, Truth};
use crate::history::{Entry, What};

pub fn check(history: &[Entry], truth: &Truth<'_>, found: &mut Found) {
    let mut heads: HashMap<(u32, &ChannelId), Pos> = HashMap::new();
    // For each client and channel: when it had been told that it stands at such a place, the greatest so far.
    let mut told: HashMap<(u32, &ChannelId), BTreeMap<u64, Pos>> = HashMap::new();
    for Entry { t, what } in history {
        match what {
            What::Head { client, channel, pos } => {
                let known = heads.entry((*client, channel)).or_insert(*pos);
                if pos < known {
                    found.add(7, format!("client {client} was told that {channel} reaches to {known}, then to {pos}"));
                }
                *known = *pos.max(known);
            }
            What::Ack { client, channel, pos, .. } => {
                let acks = told.entry((*client, channel)).or_default();
                let before = acks.last_key_value().map_or(Pos::ZERO, |(_, greatest)| *greatest);
                acks.insert(*t, before.max(*pos));
            }
            What::Page { client, channel, asked, to, has_newer: false, .. } => {
                let acked = told.get(&(*client, channel)).map_or(Pos::ZERO, |acks| before(acks, *asked));
                if *to < acked {
                    found.add(
                        7,
                        format!("client {client} had an ack for {acked} of {channel} and read that it ends at {to}"),
                    );
                }
            }
            _ => {}
        }
    }
    for ((channel, id), sent) in &truth.sends {
        let Some(pos) = truth.of(channel).pos_of(*id) else { continue };
        let before = told.get(&(sent.client, *channel)).map_or(Pos::ZERO, |acks| before(acks, sent.t));
        if pos <= before {
            let client = sent.client;
            found.add(
                7,
                format!("client {client} sent {id} to {channel} after its ack for {before}, and it stands at {pos}"),
            );
        }
    }
}

/// The greatest place acknowledged before a moment.
fn before(acks: &BTreeMap<u64, Pos>, t: u64) -> Pos {
    acks.range(..t).next_back().map_or(Pos::ZERO, |(_, pos)| *pos)
}
