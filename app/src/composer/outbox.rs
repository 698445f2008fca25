//! ② What this person has said and the server has not acknowledged: kept on this device, so that closing the tab loses
//! nothing. Before it on a message's way: `composer/input`. After it: `connection/socket`.

use domain::{
    drafts::MessageBody,
    ids::{ChannelId, MessageId},
    limits::OUTBOX_MAX,
    timeline::{Pending, PendingState},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::draft::storage;
use crate::store::Store;

#[derive(Serialize, Deserialize)]
struct Unsent {
    channel: ChannelId,
    id: MessageId,
    body: MessageBody,
}

fn key(store: &Store) -> String {
    store.me.with_value(|me| format!("jimmy-outbox/{}", me.id))
}

/// Keeps what is not acknowledged, the newest [`OUTBOX_MAX`] of it.
pub fn save(store: &Store) {
    let Some(storage) = storage() else { return };
    let mut unsent: Vec<Unsent> = Vec::new();
    for (channel, timeline) in store.timelines() {
        timeline.with_untracked(|timeline| {
            for pending in timeline.pending() {
                if !matches!(pending.state, PendingState::Placed(_)) {
                    // Ids rise with time: the order of sending.
                    let place = unsent.partition_point(|earlier| earlier.id < pending.id);
                    let (channel, id, body) = (channel.clone(), pending.id, pending.body.clone());
                    unsent.insert(place, Unsent { channel, id, body });
                }
            }
        });
    }
    unsent.drain(..unsent.len().saturating_sub(OUTBOX_MAX));
    // A full or forbidden storage loses no more than what a closed tab had not sent.
    let _ = match (unsent.is_empty(), serde_json::to_string(&unsent)) {
        (false, Ok(text)) => storage.set_item(&key(store), &text),
        _ => storage.remove_item(&key(store)),
    };
}

/// What was not acknowledged when the page was last closed.
pub fn load(store: &Store) -> Vec<(ChannelId, Pending)> {
    let text = storage().and_then(|storage| storage.get_item(&key(store)).ok()?);
    let unsent: Vec<Unsent> = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let author = store.me.get_value();
    let pending = |unsent: Unsent| {
        let Unsent { channel, id, body } = unsent;
        (channel, Pending { id, author: author.clone(), body, state: PendingState::Waiting })
    };
    unsent.into_iter().map(pending).collect()
}

/// Whether a message was made by an earlier page: it may have been sent then.
pub fn is_from_before(id: MessageId) -> bool {
    let page_ms = window().performance().map_or(0.0, |performance| performance.time_origin());
    (id.made_at().millis() as f64) < page_ms
}
