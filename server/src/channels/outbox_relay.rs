//! What others must see of a change leaves the directory through its outbox: one relay at a time, each channel in its own
//! order, a row deleted once its event is sequenced. An unknown outcome blocks its channel, and no other.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{ids::MessageId, rejection::Code};
use futures_util::future::join_all;
use tokio::sync::{Notify, oneshot};

use crate::{delivery::Wanted, ports::directory::OutboxRow, state::AppState};

/// Channels served in one round.
const CHANNELS_AT_A_TIME: usize = 64;
/// Without a nudge the outbox is looked at so often: another process may have written into it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After a failure.
const RETRY: Duration = Duration::from_millis(500);
/// Whoever made a change waits so long for its event.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who waits for which event of a membership.
#[derive(Default)]
pub struct Announcements {
    waiting: Mutex<HashMap<MessageId, oneshot::Sender<()>>>,
    nudge: Notify,
}

impl Announcements {
    /// Something waits: look now.
    pub fn look(&self) {
        self.nudge.notify_one();
    }

    fn expect(&self, id: MessageId) -> oneshot::Receiver<()> {
        let (tell, told) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, tell);
        told
    }

    fn forget(&self, id: MessageId) -> Option<oneshot::Sender<()>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }
}

/// Waits until the events with these ids are in their channel's order, for two seconds at the most. The last of them
/// stands for all: a channel's events leave in order.
pub async fn announced(state: &AppState, ids: &[MessageId]) {
    let Some(&last) = ids.last() else { return };
    let told = state.announcements.expect(last);
    state.announcements.nudge.notify_one();
    // Out of patience: the change is made, its event will follow.
    let _ = tokio::time::timeout(PATIENCE, told).await;
    state.announcements.forget(last);
}

/// Relays what waits in the outbox.
///
/// # Errors
/// Never ends by itself.
pub async fn relay(state: AppState) -> Result<(), String> {
    loop {
        let rows = match state.directory.outbox(CHANNELS_AT_A_TIME).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(error = %crate::chain(&error), "the outbox cannot be read");
                tokio::time::sleep(RETRY).await;
                continue;
            }
        };
        if rows.is_empty() {
            // A time-out is the ordinary case: nothing changed.
            let _ = tokio::time::timeout(LOOK_EVERY, state.announcements.nudge.notified()).await;
            continue;
        }
        if !relay_round(&state, &rows).await {
            tokio::time::sleep(RETRY).await;
        }
    }
}

/// Appends one change of each channel; true when all of them are sequenced.
async fn relay_round(state: &AppState, rows: &[OutboxRow]) -> bool {
    let outcomes = join_all(rows.iter().map(|row| sequenced(state, row))).await;
    let done: Vec<&OutboxRow> = rows.iter().zip(&outcomes).filter(|(_, done)| **done).map(|(row, _)| row).collect();
    let seqs: Vec<i64> = done.iter().map(|row| row.seq).collect();
    if let Err(error) = state.directory.outbox_done(&seqs).await {
        // They go again, under the same ids: repeats.
        tracing::warn!(error = %crate::chain(&error), "the outbox cannot be written");
        return false;
    }
    for row in &done {
        if let Some(tell) = state.announcements.forget(row.id) {
            // Whoever ran out of patience need not be told.
            let _ = tell.send(());
        }
    }
    done.len() == rows.len()
}

async fn sequenced(state: &AppState, row: &OutboxRow) -> bool {
    let OutboxRow { channel, partition, id, at, action, .. } = row;
    let wanted = Wanted { channel: channel.clone(), id: *id, at: *at, action: action.clone() };
    let outcome = match state.delivery.begin(*partition, &wanted, true).await {
        Ok(begun) => state.delivery.outcome(*partition, &wanted, begun).await,
        Err(code) => Err(code),
    };
    match outcome {
        Ok(_) => true,
        Err(code @ (Code::IdConflict | Code::NotFound)) => {
            tracing::error!(%channel, %id, %code, "a change of the directory cannot be told; it is left out");
            true
        }
        Err(code) => {
            tracing::warn!(%channel, %id, %code, "a change of the directory could not be told yet");
            false
        }
    }
}
