//! ⑨ Writes events into the archive, in batches: events and position in one transaction. The cache of recent events follows.
//! Beside the hub on a message's way: nothing waits for it, and what it has not written stays in memory.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    error::PartitionError,
    handle::Delivery,
    partition::{BacklogRecord, PartitionState, RecordContent},
};
use crate::{
    error::chain,
    failpoint,
    metrics::since,
    ports::{
        StoreError,
        archive::{ApplyError, Batch, Checksum, LeaseKind},
    },
};

/// Records in one transaction.
const BATCH_RECORDS: usize = 512;
/// Seconds that a lease of a partition lasts. Another server takes over this long after its holder has died.
const LEASE_S: u32 = 4;
/// Age at which the lease is renewed while there is something to write.
const LEASE_RENEWAL: Duration = Duration::from_secs(1);
/// Interval at which an idle projector renews the lease of partition 0.
const IDLE_LEASE_RENEWAL: Duration = Duration::from_secs(2);
/// How often an idle projector checks that the archive position has not moved backwards.
const POSITION_CHECK: Duration = Duration::from_secs(10);
/// The reason of a projector that ends because an older state of the archive was restored.
const REGRESSED: &str = "the archive's position has moved backwards";
/// How long to wait before a failed write is tried again.
const RETRY: Duration = Duration::from_millis(500);
/// Failed writes before the lease is released.
const FAILURES_MAX: u32 = 3;
/// How long the lease stays released, so that a peer can take over.
const LEASE_RELEASED: Duration = Duration::from_secs(LEASE_S as u64 + 2);
/// The log is trimmed each time this many more records are archived.
const TRIM_EVERY: u64 = 1_024;

/// Writes the events of one partition whenever this server holds the partition's lease.
pub(super) struct Projector {
    pub(super) partition: Arc<PartitionState>,
    pub(super) delivery: Arc<Delivery>,
}

impl Projector {
    /// Writes until a reload is needed, and returns the reason.
    pub(super) async fn run(self) -> PartitionError {
        let mut trimmed = self.partition.projected();
        let (mut leased, mut failures): (Option<Instant>, u32) = (None, 0);
        self.delivery.hub.set_projected(self.partition.number, trimmed);
        loop {
            let Some(batch) = self.partition.peek(BATCH_RECORDS, |records| self.batch(records)) else {
                match self.idle().await {
                    Ok(()) => continue,
                    Err(ended) => return ended,
                }
            };
            if leased.is_none_or(|at| at.elapsed() > LEASE_RENEWAL) {
                match self.lease(LeaseKind::Active).await {
                    Ok(Some(true)) => leased = Some(Instant::now()),
                    Ok(Some(false)) => {
                        // Another server writes. The next request for the lease returns how far it is.
                        tokio::time::sleep(RETRY).await;
                        continue;
                    }
                    Ok(None) => return PartitionError::Diverged(REGRESSED.into()),
                    Err(error) => {
                        self.on_failure(&error).await;
                        continue;
                    }
                }
                if self.partition.projected() > batch.from {
                    continue;
                }
            }
            match self.write(&batch).await {
                Ok(()) => {
                    failures = 0;
                    self.after_write(&batch).await;
                }
                // Another server has taken over.
                Err(ApplyError::Moved) => {
                    self.partition.set_leased(None);
                    leased = None;
                }
                Err(ApplyError::Store(error)) => {
                    self.on_failure(&error).await;
                    failures += 1;
                    if failures == FAILURES_MAX {
                        // A peer may be able to write.
                        (failures, leased) = (0, None);
                        self.partition.set_leased(None);
                        tokio::time::sleep(LEASE_RELEASED).await;
                    }
                }
            }
            if self.partition.projected() >= trimmed + TRIM_EVERY {
                trimmed = self.partition.projected();
                self.trim(trimmed).await;
            }
        }
    }

    /// Waits for a record. An idle server still renews partition 0's lease, so that `replace-log` detects that a server is
    /// running. A server with records to write replaces such a lease: this one may be idle because it receives nothing.
    async fn idle(&self) -> Result<(), PartitionError> {
        // A log in a file has no other server, and is restored together with its archive.
        let is_shared = self.delivery.is_log_shared;
        let renews_lease = self.partition.number == 0;
        let wait = if renews_lease { IDLE_LEASE_RENEWAL } else { POSITION_CHECK };
        let has_regressed = tokio::select! {
            () = self.partition.work.notified() => false,
            () = tokio::time::sleep(wait), if is_shared => {
                // An archive that does not answer matters, and is reported, once there is something to write.
                if renews_lease { matches!(self.lease(LeaseKind::Idle).await, Ok(None)) } else { self.has_regressed().await }
            }
        };
        if has_regressed { Err(PartitionError::Diverged(REGRESSED.into())) } else { Ok(()) }
    }

    /// Returns whether the archive holds less of this partition than it did: an older state of it was restored.
    async fn has_regressed(&self) -> bool {
        // Read before the archive is asked: it may rise meanwhile.
        let (number, projected) = (self.partition.number, self.partition.projected());
        let positions = self.delivery.archive.positions().await;
        positions.is_ok_and(|positions| positions.iter().any(|p| p.partition == number && p.next < projected))
    }

    /// Takes or renews the lease, and adopts the archive's position. Returns whether this server holds the lease, or `None`
    /// when the archive's position has moved backwards.
    async fn lease(&self, kind: LeaseKind) -> Result<Option<bool>, StoreError> {
        let (delivery, partition) = (&self.delivery, &self.partition);
        let lease = delivery.archive.lease(partition.number, &delivery.server, LEASE_S, kind).await?;
        delivery.metrics.answered_by("archive");
        if lease.next < partition.projected() {
            return Ok(None);
        }
        if lease.next > partition.projected() {
            self.set_projected(lease.next);
        }
        partition.set_leased(lease.is_ours.then_some(Duration::from_secs(LEASE_S.into())));
        Ok(Some(lease.is_ours))
    }

    /// Counts and logs a failed write, and waits before the next one.
    async fn on_failure(&self, error: &StoreError) {
        self.delivery.metrics.projector_failures.inc();
        if !self.partition.is_stalled() {
            let partition = self.partition.number;
            tracing::error!(partition, error = %chain(error), "cannot write to the archive; events stay in memory and in the log");
        }
        self.partition.set_stalled(true);
        tokio::time::sleep(RETRY).await;
    }

    /// Records that everything before offset `next` is archived.
    fn set_projected(&self, next: u64) {
        if self.partition.is_stalled() {
            tracing::info!(partition = self.partition.number, "writing to the archive works again");
            self.partition.set_stalled(false);
        }
        self.partition.set_projected(next);
        self.delivery.hub.set_projected(self.partition.number, next);
    }

    fn batch(&self, records: &mut dyn Iterator<Item = &BacklogRecord>) -> Batch {
        let from = self.partition.projected();
        let mut batch = Batch {
            holder: self.delivery.server.clone(),
            partition: self.partition.number,
            from,
            next: from,
            checksum: Checksum([0; 16]),
            window_floor: 0,
            events: Vec::new(),
            dead_letters: Vec::new(),
        };
        for record in records {
            match &record.content {
                RecordContent::Event(event) => batch.events.push(event.clone()),
                RecordContent::DeadLetter(letter) => batch.dead_letters.push(letter.clone()),
                RecordContent::Nothing => {}
            }
            batch.next = record.offset + 1;
            batch.checksum = record.checksum;
            batch.window_floor = record.window_floor;
        }
        batch
    }

    async fn write(&self, batch: &Batch) -> Result<(), ApplyError> {
        let began = Instant::now();
        // Before the position moves: after a crash in between, the same events come again.
        failpoint::reached("projector.before-read-marks");
        self.delivery.before_archive.before_archive(&batch.events).await?;
        failpoint::reached("projector.before-apply");
        self.delivery.archive.apply(batch).await?;
        failpoint::reached("projector.after-apply");
        let metrics = &self.delivery.metrics;
        metrics.batch_write.observe(since(began));
        metrics.batch_events.observe(batch.events.len() as f64);
        metrics.dead_letters.inc_by(batch.dead_letters.len() as u64);
        Ok(())
    }

    async fn after_write(&self, batch: &Batch) {
        self.set_projected(batch.next);
        failpoint::reached("projector.before-cache");
        self.delivery.recent.extend(&batch.events).await;
        failpoint::reached("projector.after-cache");
    }

    /// Trims the log up to the last archived record. That one stays: the next start compares its checksum.
    async fn trim(&self, projected: u64) {
        let partition = self.partition.number;
        if let Err(error) = self.delivery.log.trim(partition, projected.saturating_sub(1)).await {
            tracing::warn!(partition, %error, "the event log was not trimmed");
        }
    }
}
