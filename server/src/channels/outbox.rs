//! The outbox: changes of the directory that other servers must see are rows in it, and leave through the log. One server at
//! a time relays them, each channel in its own order. A row is deleted once its event is sequenced; an unknown outcome delays
//! its channel and no other.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{
    error::ErrorCode,
    ids::{ChannelId, MessageId},
};
use futures_util::future::join_all;
use tokio::{sync::Notify, time::timeout};

use crate::{
    cluster::{Cluster, SignalHandler},
    delivery::{ChangeRequest, Delivery, submit},
    error::chain,
    metrics::Metrics,
    ports::{Directory, directory::OutboxRow, ephemeral::Signal, event_log::Partition},
};

/// Channels served in one round, beside those that failed in the round before.
const CHANNELS_PER_ROUND: usize = 64;
/// Channels that failed and are retried in one round. They take no turn from others.
const STUCK_MAX: usize = 1_024;
/// Poll interval without a wake-up: another process may have written into the outbox.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// Pause after a failure.
const RETRY: Duration = Duration::from_millis(500);
/// Longest wait for one row in a round, so that it delays no other channel. The next round joins what is under way.
const ROUND_WAIT: Duration = Duration::from_millis(500);
/// Lease of the relay, in seconds. Another server takes over this long after the holder's last renewal.
const LEASE_S: u32 = 3;
/// Longest wait of a request for the event of its change.
const EVENT_WAIT: Duration = Duration::from_secs(2);

/// Appends the directory's changes to the log.
pub struct Outbox {
    directory: Arc<dyn Directory>,
    delivery: Arc<Delivery>,
    cluster: Arc<Cluster>,
    metrics: Arc<Metrics>,
    woken: Notify,
}

impl Outbox {
    /// Returns the handle. Nothing is relayed before [`Outbox::relay`].
    pub fn new(
        directory: Arc<dyn Directory>,
        delivery: Arc<Delivery>,
        cluster: Arc<Cluster>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { directory, delivery, cluster, metrics, woken: Notify::new() }
    }

    /// Makes the relay read the outbox now.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Waits until a change is in its channel's order on this server, also if another server relays it; see
    /// [`Channels::wait_for_event`](super::Channels::wait_for_event).
    pub(super) async fn wait_for_event(&self, partition: Partition, channel: &ChannelId, id: MessageId) {
        self.wake();
        let Some(partition) = self.delivery.partitions.get(partition) else { return };
        let sequenced = partition.verdicts.watch(id);
        if partition.find(channel, id).found.is_none() {
            self.cluster.publish(Signal::Outbox).await;
            // After this time the change is made all the same, and its event follows.
            let _ = timeout(EVENT_WAIT, sequenced).await;
        }
        partition.verdicts.unwatch(id);
    }

    /// Relays the outbox for as long as the server runs.
    pub async fn relay(&self) -> ! {
        let mut stuck = 0;
        loop {
            let rows = match self.directory.outbox(CHANNELS_PER_ROUND + stuck).await {
                Ok(rows) => rows,
                Err(error) => {
                    self.metrics.directory_failed()(error);
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
            };
            if rows.is_empty() {
                // A timeout is the usual case: nothing changed.
                let _ = timeout(POLL_EVERY, self.woken.notified()).await;
                continue;
            }
            if !self.may_relay().await {
                tokio::time::sleep(RETRY).await;
                continue;
            }
            let left = self.relay_round(&rows).await;
            stuck = left.min(STUCK_MAX);
            if left == rows.len() {
                // Releases the lease: another server may be able to append these rows.
                let _ = self.directory.lease_outbox(&self.cluster.name, 0).await;
                tokio::time::sleep(2 * RETRY).await;
            } else if left > 0 {
                tokio::time::sleep(RETRY).await;
            }
        }
    }

    /// Returns whether this server holds the lease. A degraded server leaves it to its peers.
    async fn may_relay(&self) -> bool {
        if self.delivery.health.degraded_for().is_some() && self.cluster.has_peers().await == Some(true) {
            return false;
        }
        self.directory.lease_outbox(&self.cluster.name, LEASE_S).await.unwrap_or_else(|error| {
            tracing::warn!(error = %chain(&error), "outbox not leased");
            false
        })
    }

    /// Appends one change of each channel. Returns how many are not sequenced yet.
    async fn relay_round(&self, rows: &[OutboxRow]) -> usize {
        let outcomes = rows.iter().map(|row| async { timeout(ROUND_WAIT, self.relay_row(row)).await.unwrap_or(false) });
        let outcomes = join_all(outcomes).await;
        let done: Vec<i64> = rows.iter().zip(&outcomes).filter(|(_, done)| **done).map(|(row, _)| row.seq).collect();
        if let Err(error) = self.directory.outbox_done(&done).await {
            // The rows are appended again under the same ids, as repeats.
            tracing::warn!(error = %chain(&error), "outbox not written");
            return rows.len();
        }
        rows.len() - done.len()
    }

    /// Appends a row's event. Returns whether the row is done.
    async fn relay_row(&self, row: &OutboxRow) -> bool {
        let OutboxRow { channel, partition, id, at, action, .. } = row;
        let request = ChangeRequest { channel: channel.clone(), id: *id, at: *at, action: action.clone() };
        let outcome = match submit(&self.delivery, *partition, request, true).await {
            Ok(submission) => submission.outcome().await,
            Err(code) => Err(code),
        };
        match outcome {
            Ok(_) => true,
            Err(code @ (ErrorCode::IdConflict | ErrorCode::NotFound)) => {
                tracing::error!(%channel, %id, %code, "outbox row dropped: the log refuses its event");
                true
            }
            Err(code) => {
                tracing::warn!(%channel, %id, %code, "outbox row not relayed yet");
                false
            }
        }
    }
}

#[async_trait]
impl SignalHandler for Outbox {
    async fn handle(&self, signal: &Signal) {
        if *signal == Signal::Outbox {
            self.wake();
        }
    }
}
