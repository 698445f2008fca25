//! I8: all ways of reading the final state agree, messages are numbered without gaps, and read markers count correctly.

use domain::ids::{AccountId, ChannelId, Pos};

use super::{Found, Truth};
use crate::history::{Entry, Row, What};

pub fn check(history: &[Entry], truth: &Truth<'_>, found: &mut Found) {
    for entry in history {
        match &entry.what {
            What::Final { channel, via, server, from, rows } => {
                let order = truth.of(channel);
                let whole = order.slice(*from, Pos::END);
                let differs = whole.iter().zip(rows).position(|(expected, row)| *expected != row);
                let (has, due) = (rows.len(), whole.len());
                if let Some(index) = differs {
                    let (read, expected) = (rows[index].pos, whole[index].pos);
                    found.add(
                        8,
                        format!("{channel} read by {via:?} on server {server} has {read}, expected {expected}"),
                    );
                } else if has != due {
                    found.add(
                        8,
                        format!("{channel} read by {via:?} on server {server} has {has} events, expected {due}"),
                    );
                }
            }
            What::Marker { account, channel, head, head_n, read, read_n } => {
                marker(truth, account, channel, (*head, *head_n), (*read, *read_n), found);
            }
            _ => {}
        }
    }
    for (channel, order) in truth.channels() {
        let said = order.rows.iter().filter_map(|row| row.said.as_ref());
        if let Some((due, said)) = (1..).zip(said).find(|(due, said)| said.n != *due) {
            found.add(8, format!("{} of {channel} has number {}, expected {due}", said.id, said.n));
        }
    }
}

fn marker(
    truth: &Truth<'_>,
    account: &AccountId,
    channel: &ChannelId,
    (head, head_n): (Pos, u64),
    (read, read_n): (Pos, u64),
    found: &mut Found,
) {
    let order = truth.of(channel);
    let (end, all) = (order.end(), order.count_to(Pos::END));
    if (head, head_n) != (end, all) {
        let what = format!("the server reports {channel} to {head} with {head_n} messages, expected {end} with {all}");
        found.add(8, what);
    }
    let counted = order.count_to(read);
    if read_n != counted {
        found.add(
            8,
            format!("{account} has read {channel} to {read}: the server counts {read_n} messages, expected {counted}"),
        );
    }
    let is_own = |row: &&&Row| row.said.as_ref().is_some_and(|said| said.author == *account);
    let own = order.rows.iter().rev().find(is_own).map_or(Pos::ZERO, |row| row.pos);
    if read < own {
        found.add(8, format!("{account} sent {own} to {channel}, but its read marker is at {read}"));
    }
}
