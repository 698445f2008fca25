//! I6: what a client receives, reads or shows has no gap. Only positions are compared here;
//! `copies` compares the messages.

use std::collections::{HashMap, HashSet};

use domain::ids::{ChannelId, Pos};

use super::{Found, Truth};
use crate::history::{Entry, Row, Via, What};

/// What one connection has received of one channel.
struct Stream {
    last: Pos,
    heard: HashSet<Pos>,
}

pub fn check(history: &[Entry], truth: &Truth<'_>, found: &mut Found) {
    let mut streams: HashMap<(u32, &ChannelId), Stream> = HashMap::new();
    for entry in history {
        match &entry.what {
            What::Stream { conn, channel, from, .. } => {
                streams.insert((*conn, channel), Stream { last: *from, heard: HashSet::new() });
            }
            What::Left { conn, channel, .. } => {
                streams.remove(&(*conn, channel));
            }
            What::Reset { conn, channel, head, .. } => {
                if let Some(stream) = streams.get_mut(&(*conn, channel)) {
                    stream.last = *head;
                }
            }
            What::Seen { client, conn, channel, row } => match streams.get_mut(&(*conn, channel)) {
                Some(stream) => {
                    let who = format!("connection {conn} of client {client}");
                    hear(stream, row, truth, channel, &who, found);
                }
                None => found
                    .add(6, format!("connection {conn} received an event of {channel}, to which it is not subscribed")),
            },
            What::Page { client, channel, from, to, rows, .. } => {
                piece(truth, channel, (*from, *to), rows, &format!("a page of client {client}"), found);
            }
            What::Shown { client, channel, from, to, at_end, rows } => {
                let who = format!("the timeline of client {client}");
                piece(truth, channel, (*from, *to), rows, &who, found);
                let end = truth.of(channel).end();
                if *at_end && *to != end {
                    found.add(6, format!("{who} ends at {to} of {channel}, expected {end}"));
                }
            }
            _ => {}
        }
    }
    for (channel, order) in truth.channels() {
        chain(&order.rows, Pos::ZERO, channel, "the final state", found);
    }
    for entry in history {
        // The other ways of reading are compared with the reference by `agreement`.
        if let What::Final { channel, via: Via::Forward, from, rows, .. } = &entry.what {
            chain(&rows.iter().collect::<Vec<_>>(), *from, channel, "the final state read forwards", found);
        }
    }
}

fn hear(stream: &mut Stream, row: &Row, truth: &Truth<'_>, channel: &ChannelId, who: &str, found: &mut Found) {
    // `copies` reports duplicates.
    if !stream.heard.insert(row.pos) {
        return;
    }
    if row.prev != stream.last || row.pos <= stream.last {
        let (pos, prev, last) = (row.pos, row.prev, stream.last);
        found.add(6, format!("{who} received {pos} of {channel} after {last}; its prev is {prev}"));
    }
    match truth.of(channel).at(row.pos) {
        None => found.add(6, format!("{who} received {} of {channel}, which the final state does not have", row.pos)),
        Some(known) if known.prev != row.prev => {
            let (received, is) = (row.prev, known.prev);
            found.add(6, format!("{who} received {} of {channel} with prev {received}, expected {is}", row.pos));
        }
        Some(_) => {}
    }
    stream.last = row.pos;
}

/// Checks that rows contain every position with `from < pos ≤ to`, in order.
fn piece(truth: &Truth<'_>, channel: &ChannelId, (from, to): (Pos, Pos), rows: &[Row], who: &str, found: &mut Found) {
    let mut shown: Vec<Pos> = rows.iter().map(|row| row.pos).collect();
    // `copies` reports duplicates; anything else that is out of order is reported here.
    shown.dedup();
    let whole = truth.of(channel).slice(from, to);
    if whole.iter().map(|row| row.pos).eq(shown.iter().copied()) {
        return;
    }
    let there: HashSet<&Pos> = shown.iter().collect();
    let missing: Vec<Pos> = whole.iter().map(|row| row.pos).filter(|pos| !there.contains(pos)).collect();
    let known: HashSet<Pos> = whole.iter().map(|row| row.pos).collect();
    let foreign: Vec<&Pos> = shown.iter().filter(|pos| !known.contains(pos)).collect();
    let some = |what: &str, first: Option<String>, count: usize| match first {
        Some(first) => format!(" {what} {first} ({count} in all)"),
        None => String::new(),
    };
    let lacks = some("lacks", missing.first().map(Pos::to_string), missing.len());
    let has = some("has foreign", foreign.first().map(|pos| pos.to_string()), foreign.len());
    let disorder = if lacks.is_empty() && has.is_empty() { " is out of order" } else { "" };
    found.add(6, format!("{who}, after {from} up to {to} of {channel},{lacks}{has}{disorder}"));
}

fn chain(rows: &[&Row], from: Pos, channel: &ChannelId, what: &str, found: &mut Found) {
    let mut last = from;
    for row in rows {
        if row.prev != last {
            found.add(6, format!("{what} of {channel}: the prev of {} is {}, expected {last}", row.pos, row.prev));
        }
        last = row.pos;
    }
}
