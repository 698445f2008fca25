//! What others must see of a change leaves the directory through its outbox: one relay at a time, each channel in its own
//! order, a row deleted once its event is sequenced. An unknown outcome blocks its channel, and no other.

use std::time::Duration;

use domain::{
    error::ErrorCode,
    ids::{ChannelId, MessageId},
};
use futures_util::future::join_all;
use tokio::{sync::Notify, time::timeout};

use crate::{
    delivery::Wanted,
    gateway::has_others,
    ports::{directory::OutboxRow, ephemeral::Signal, event_log::Partition},
    state::AppState,
};

/// Channels served in one round, beside those that went nowhere in the round before,
const CHANNELS_AT_A_TIME: usize = 64;
/// of which so many are tried again at a time: they take no turn from others.
const STUCK_MAX: usize = 1_024;
/// Without a nudge the outbox is looked at so often: another process may have written into it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After a failure.
const RETRY: Duration = Duration::from_millis(500);
/// What is not sequenced within so long holds up no other channel: the next round looks for it again.
const ROUND_WAIT: Duration = Duration::from_millis(500);
/// Seconds for which a server is the one that relays. Another one takes over so long after it has gone.
const LEASE_S: u32 = 3;
/// Whoever made a change waits so long for its event.
const PATIENCE: Duration = Duration::from_secs(2);

/// Wakes the relay.
#[derive(Default)]
pub struct Announcements {
    nudge: Notify,
}

impl Announcements {
    /// Something waits: look now.
    pub fn look(&self) {
        self.nudge.notify_one();
    }
}

/// Waits until a change is in its channel's order here, whichever server relayed it; for two seconds at the most. Of several
/// changes of one channel the last stands for all: they leave in order.
pub async fn announced(state: &AppState, partition: Partition, channel: &ChannelId, id: MessageId) {
    state.announcements.look();
    let Some(lane) = state.delivery.lanes.get(partition) else { return };
    let told = lane.waiting.watch(id);
    if lane.look(channel, id).found.is_none() {
        state.ephemeral.publish(Signal::Outbox).await;
        // Out of patience: the change is made, its event will follow.
        let _ = timeout(PATIENCE, told).await;
    }
    lane.waiting.unwatch(id);
}

/// Relays what waits in the outbox.
///
/// # Errors
/// Never ends by itself.
pub async fn relay(state: AppState) -> Result<(), String> {
    let mut stuck = 0;
    loop {
        let rows = match state.directory.outbox(CHANNELS_AT_A_TIME + stuck).await {
            Ok(rows) => rows,
            Err(error) => {
                state.metrics.directory_failed()(error);
                tokio::time::sleep(RETRY).await;
                continue;
            }
        };
        if rows.is_empty() {
            // A time-out is the ordinary case: nothing changed.
            let _ = timeout(LOOK_EVERY, state.announcements.nudge.notified()).await;
            continue;
        }
        if state.delivery.deaf_for().is_some() && has_others(&state).await == Some(true) {
            // Another server is able to.
            tokio::time::sleep(RETRY).await;
            continue;
        }
        let is_ours = state.directory.lease_outbox(&state.server, LEASE_S).await.unwrap_or_else(|error| {
            tracing::warn!(error = %crate::chain(&error), "the outbox cannot be leased");
            false
        });
        if !is_ours {
            tokio::time::sleep(RETRY).await;
            continue;
        }
        let left = relay_round(&state, &rows).await;
        stuck = left.min(STUCK_MAX);
        if left == rows.len() {
            // What does not go here may go from another server, which looks sooner.
            let _ = state.directory.lease_outbox(&state.server, 0).await;
            tokio::time::sleep(2 * RETRY).await;
        } else if left > 0 {
            tokio::time::sleep(RETRY).await;
        }
    }
}

/// Appends one change of each channel; says how many of them are not sequenced yet.
async fn relay_round(state: &AppState, rows: &[OutboxRow]) -> usize {
    let outcomes = rows.iter().map(|row| async {
        // Nothing is lost with the wait: the next one joins what is under way.
        timeout(ROUND_WAIT, sequenced(state, row)).await.unwrap_or(false)
    });
    let outcomes = join_all(outcomes).await;
    let done: Vec<i64> = rows.iter().zip(&outcomes).filter(|(_, done)| **done).map(|(row, _)| row.seq).collect();
    if let Err(error) = state.directory.outbox_done(&done).await {
        // They go again, under the same ids: repeats.
        tracing::warn!(error = %crate::chain(&error), "the outbox cannot be written");
        return rows.len();
    }
    rows.len() - done.len()
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
        Err(code @ (ErrorCode::IdConflict | ErrorCode::NotFound)) => {
            tracing::error!(%channel, %id, %code, "a change of the directory cannot be told; it is left out");
            true
        }
        Err(code) => {
            tracing::warn!(%channel, %id, %code, "a change of the directory could not be told yet");
            false
        }
    }
}
