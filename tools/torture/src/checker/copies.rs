//! I3, I4 and I5: each message exists once, as it was sent, at one position.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{
    error::ErrorCode,
    ids::{ChannelId, MessageId, Pos},
};

use super::{Found, Truth};
use crate::history::{Entry, Row, What};

pub fn check(history: &[Entry], truth: &Truth<'_>, found: &mut Found) {
    let mut places = Places::default();
    let mut heard: HashMap<(u32, &ChannelId), Once> = HashMap::new();
    let mut phantoms = BTreeSet::new();
    for entry in history {
        let (channel, rows, place) = match &entry.what {
            What::Seen { conn, channel, row, .. } => {
                let once = heard.entry((*conn, channel)).or_default();
                let is_first = once.take(row);
                if !is_first {
                    found.add(3, format!("connection {conn} received {} of {channel} twice", named(row)));
                }
                if is_first {
                    places.note(channel, row, found);
                }
                phantom(truth, channel, row, &mut phantoms);
                continue;
            }
            What::Page { client, channel, rows, .. } => (channel, rows, format!("a page of client {client}")),
            What::Shown { client, channel, rows, .. } => (channel, rows, format!("the timeline of client {client}")),
            What::Final { channel, via, server, rows, .. } => {
                (channel, rows, format!("the final state read by {via:?} on server {server}"))
            }
            What::Conflict { client, channel, id, code } => {
                if *code != Some(ErrorCode::IdConflict) {
                    let answer = code.map_or("an ack".to_owned(), |code| code.to_string());
                    found.add(4, format!("client {client} sent another message as {id} of {channel} and got {answer}"));
                }
                continue;
            }
            _ => continue,
        };
        let mut once = Once::default();
        for row in rows {
            if once.take(row) {
                places.note(channel, row, found);
            } else {
                found.add(3, format!("{} of {channel} occurs twice in {place}", named(row)));
            }
            phantom(truth, channel, row, &mut phantoms);
        }
    }
    for (channel, id, pos, why) in phantoms {
        found.add(4, format!("{id} at {pos} of {channel}: {why}"));
    }
}

/// The positions and ids that one source has contained.
#[derive(Default)]
struct Once {
    places: HashSet<Pos>,
    ids: HashSet<MessageId>,
}

impl Once {
    /// Returns false for a position or id that the source has contained before.
    fn take(&mut self, row: &Row) -> bool {
        let is_new_id = row.said.as_ref().is_none_or(|said| self.ids.insert(said.id));
        self.places.insert(row.pos) && is_new_id
    }
}

/// The messages by position and the positions by message, as all clients received them.
#[derive(Default)]
struct Places<'a> {
    at: HashMap<(&'a ChannelId, Pos), Option<MessageId>>,
    of: HashMap<(&'a ChannelId, MessageId), Pos>,
}

impl<'a> Places<'a> {
    fn note(&mut self, channel: &'a ChannelId, row: &Row, found: &mut Found) {
        let id = row.said.as_ref().map(|said| said.id);
        let known = *self.at.entry((channel, row.pos)).or_insert(id);
        if known != id {
            let named = |id: Option<MessageId>| id.map_or("no message".to_owned(), |id| id.to_string());
            found.add(5, format!("{} and {} were both received at {} of {channel}", named(known), named(id), row.pos));
        } else if let Some(id) = id {
            let known = *self.of.entry((channel, id)).or_insert(row.pos);
            if known != row.pos {
                found.add(5, format!("{id} of {channel} was received at {known} and at {}", row.pos));
            }
        }
    }
}

type Phantoms<'a> = BTreeSet<(&'a ChannelId, MessageId, Pos, &'static str)>;

fn phantom<'a>(truth: &Truth<'a>, channel: &'a ChannelId, row: &Row, phantoms: &mut Phantoms<'a>) {
    let Some(said) = &row.said else { return };
    let why = match truth.sends.get(&(channel, said.id)) {
        None => "no client sent it there",
        Some(sent) if sent.hash != said.hash => "it was sent with another text",
        Some(sent) if *sent.author != said.author => "another user sent it",
        Some(_) => return,
    };
    phantoms.insert((channel, said.id, row.pos, why));
}

fn named(row: &Row) -> String {
    let id = row.said.as_ref().map_or("an event".to_owned(), |said| said.id.to_string());
    format!("{id} at {}", row.pos)
}
