//! I1 and I2: an acknowledged message exists at its position, in every way of reading.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::ids::{ChannelId, MessageId, Pos};

use super::{Found, Truth};
use crate::history::{Entry, What};

pub fn check(history: &[Entry], truth: &Truth<'_>, found: &mut Found) {
    let mut acked: BTreeMap<&ChannelId, BTreeSet<(MessageId, Pos)>> = BTreeMap::new();
    for entry in history {
        if let What::Ack { channel, id, pos, .. } = &entry.what {
            acked.entry(channel).or_default().insert((*id, *pos));
        }
    }
    for (channel, acks) in &acked {
        for (id, pos) in acks {
            match truth.of(channel).pos_of(*id) {
                None => found.add(1, format!("{id} was acknowledged at {pos} of {channel}, and is lost")),
                Some(known) if known != *pos => {
                    found.add(2, format!("{id} was acknowledged at {pos} of {channel}, and is at {known}"));
                }
                Some(_) => {}
            }
        }
    }
    for entry in history {
        let What::Final { channel, via, server, from, rows } = &entry.what else { continue };
        let there: HashSet<MessageId> = rows.iter().filter_map(|row| Some(row.said.as_ref()?.id)).collect();
        for (id, pos) in acked.get(channel).into_iter().flatten() {
            let is_due = truth.of(channel).pos_of(*id).is_some_and(|known| known > *from);
            if is_due && !there.contains(id) {
                found.add(
                    1,
                    format!(
                        "{id} was acknowledged at {pos} of {channel}, and is lost when read by {via:?} on server {server}"
                    ),
                );
            }
        }
    }
}
