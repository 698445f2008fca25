//! The reference that a history is compared with: the final order of each channel, and what was sent.

use std::collections::{BTreeMap, HashMap};

use domain::ids::{AccountId, ChannelId, MessageId, Pos};

use crate::history::{Entry, Row, Via, What};

/// The final order of each channel, and the first send of each id.
pub struct Truth<'a> {
    orders: BTreeMap<&'a ChannelId, Order<'a>>,
    /// The first send of each id in each channel.
    pub sends: HashMap<(&'a ChannelId, MessageId), Sent<'a>>,
    empty: Order<'a>,
}

/// The first send of a message.
pub struct Sent<'a> {
    pub client: u32,
    pub author: &'a AccountId,
    pub hash: u64,
    pub t: u64,
}

/// The final order of a channel.
#[derive(Default)]
pub struct Order<'a> {
    /// All events, in order of position.
    pub rows: Vec<&'a Row>,
    by_id: HashMap<MessageId, Pos>,
}

impl<'a> Truth<'a> {
    pub fn new(history: &'a [Entry]) -> Self {
        let mut best: BTreeMap<&ChannelId, (Via, &[Row])> = BTreeMap::new();
        let mut sends = HashMap::new();
        for Entry { t, what } in history {
            match what {
                What::Final { channel, via, from, rows, .. } if *from == Pos::ZERO => {
                    let known = best.entry(channel).or_insert((*via, rows));
                    if *via < known.0 {
                        *known = (*via, rows);
                    }
                }
                What::Send { client, author, channel, id, hash, .. } => {
                    let sent = Sent { client: *client, author, hash: *hash, t: *t };
                    sends.entry((channel, *id)).or_insert(sent);
                }
                _ => {}
            }
        }
        let orders = best.into_iter().map(|(channel, (_, rows))| (channel, Order::new(rows))).collect();
        Self { orders, sends, empty: Order::default() }
    }

    /// Returns whether a final state was read.
    pub fn is_known(&self) -> bool {
        !self.orders.is_empty()
    }

    /// Returns the final order of a channel; empty if it was not read.
    pub fn of(&self, channel: &ChannelId) -> &Order<'a> {
        self.orders.get(channel).unwrap_or(&self.empty)
    }

    /// Returns all channels whose final state was read.
    pub fn channels(&self) -> impl Iterator<Item = (&'a ChannelId, &Order<'a>)> {
        self.orders.iter().map(|(channel, order)| (*channel, order))
    }
}

impl<'a> Order<'a> {
    fn new(rows: &'a [Row]) -> Self {
        let mut rows: Vec<&Row> = rows.iter().collect();
        rows.sort_by_key(|row| row.pos);
        let mut by_id = HashMap::new();
        for row in &rows {
            if let Some(said) = &row.said {
                by_id.entry(said.id).or_insert(row.pos);
            }
        }
        Self { rows, by_id }
    }

    /// Returns the position of the first copy of a message.
    pub fn pos_of(&self, id: MessageId) -> Option<Pos> {
        self.by_id.get(&id).copied()
    }

    /// Returns the newest position.
    pub fn end(&self) -> Pos {
        self.rows.last().map_or(Pos::ZERO, |row| row.pos)
    }

    /// Returns the event at a position.
    pub fn at(&self, pos: Pos) -> Option<&'a Row> {
        let index = self.rows.binary_search_by_key(&pos, |row| row.pos).ok()?;
        Some(self.rows[index])
    }

    /// Returns every event with `from < pos ≤ to`.
    pub fn slice(&self, from: Pos, to: Pos) -> &[&'a Row] {
        let start = self.rows.partition_point(|row| row.pos <= from);
        let end = self.rows.partition_point(|row| row.pos <= to);
        &self.rows[start.min(end)..end]
    }

    /// Returns the number of messages up to a position.
    pub fn count_to(&self, to: Pos) -> u64 {
        self.slice(Pos::ZERO, to).iter().filter(|row| row.said.is_some()).count() as u64
    }
}
