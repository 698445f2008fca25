//! ⑨ Writes kept events into the archive, in batches, the position moved in the same transaction; then the recent cache.
//! Beside the hub on a message's way: nobody waits for it, and what it has not written stays in memory.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::ids::{AccountId, ChannelId};

use super::{
    Delivery, Lane,
    lane::{Item, Sequenced},
    partitions::Stopped,
};
use crate::{
    failpoint,
    metrics::since,
    ports::{
        StoreError,
        archive::{ApplyError, ArchivedEvent, Batch, LeaseKind},
        directory::ReadMark,
    },
};

/// Records in one transaction.
const BATCH_RECORDS: usize = 512;
/// Seconds for which a server may write a partition. Another one takes over so long after it has gone.
const LEASE_S: u32 = 4;
/// It asks again after this part of them.
const LEASE_RENEWED: Duration = Duration::from_secs(1);
/// While there is nothing to write, a lease is prolonged so often.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);
/// While a partition has nothing to write, it is looked so often whether the archive still stands where it did.
const STAND_LOOK: Duration = Duration::from_secs(10);
/// What is logged of a partition whose projection stands further back than it did.
const GONE_BACK: &str = "the archive has gone back";
/// How long to wait before trying a failed write again.
const RETRY: Duration = Duration::from_millis(500);
/// A server that can take the lease and not write gives it up after so many tries,
const FAILURES_MAX: u32 = 3;
/// and for so long: it has run out by then, and another server has taken it.
const LEASE_LEFT: Duration = Duration::from_secs(LEASE_S as u64 + 2);
/// The log may forget projected records; it is told once in so many.
const TRIM_EVERY: u64 = 1_024;

/// Writes one partition's events, when this server may.
pub struct Projector {
    /// The partition.
    pub lane: Arc<Lane>,
    /// The archive, and the hub to notify.
    pub delivery: Arc<Delivery>,
}

impl Projector {
    /// Writes for as long as it can; says why it cannot.
    pub async fn run(self) -> Stopped {
        let mut trimmed = self.lane.projected();
        let (mut leased, mut failed): (Option<Instant>, u32) = (None, 0);
        self.delivery.hub.forget(self.lane.partition, trimmed);
        loop {
            let Some(batch) = self.lane.peek(BATCH_RECORDS, |records| self.batch(records)) else {
                match self.rest().await {
                    Ok(()) => continue,
                    Err(stopped) => return stopped,
                }
            };
            if leased.is_none_or(|at| at.elapsed() > LEASE_RENEWED) {
                match self.lease(LeaseKind::Active).await {
                    Ok(Some(true)) => leased = Some(Instant::now()),
                    Ok(Some(false)) => {
                        // Another server writes: this one hears how far it is.
                        tokio::time::sleep(RETRY).await;
                        continue;
                    }
                    Ok(None) => return Stopped::Misplaced(GONE_BACK.into()),
                    Err(error) => {
                        self.stalled(&error).await;
                        continue;
                    }
                }
                if self.lane.projected() > batch.from {
                    continue;
                }
            }
            match self.write(&batch).await {
                Ok(()) => {
                    failed = 0;
                    self.wrote(&batch).await;
                }
                // Another server took over meanwhile.
                Err(ApplyError::Moved) => {
                    self.lane.set_leased(None);
                    leased = None;
                }
                Err(ApplyError::Store(error)) => {
                    self.stalled(&error).await;
                    failed += 1;
                    if failed == FAILURES_MAX {
                        // Another server may be able to.
                        (failed, leased) = (0, None);
                        self.lane.set_leased(None);
                        tokio::time::sleep(LEASE_LEFT).await;
                    }
                }
            }
            if self.lane.projected() >= trimmed + TRIM_EVERY {
                trimmed = self.lane.projected();
                self.trim(trimmed).await;
            }
        }
    }

    /// Waits for work. Of several servers one holds the first partition's lease even so: whoever changes the archive's place by
    /// hand sees that somebody lives. Whoever has something to write takes it over: this one may rest because it hears nothing.
    async fn rest(&self) -> Result<(), Stopped> {
        // With a log in a file nobody else is there to see it, and both go back together.
        let is_shared = self.delivery.is_log_shared;
        let is_sign_of_life = self.lane.partition == 0;
        let wait = if is_sign_of_life { SIGN_OF_LIFE } else { STAND_LOOK };
        let went_back = tokio::select! {
            () = self.lane.work.notified() => false,
            () = tokio::time::sleep(wait), if is_shared => {
                // An archive that does not answer is told of by whoever has something to write.
                if is_sign_of_life { matches!(self.lease(LeaseKind::Idle).await, Ok(None)) } else { self.went_back().await }
            }
        };
        if went_back { Err(Stopped::Misplaced(GONE_BACK.into())) } else { Ok(()) }
    }

    /// Whether the archive holds less of this partition than it did: an older state of it was brought back.
    async fn went_back(&self) -> bool {
        // Before it is asked: it may become more meanwhile.
        let projected = self.lane.projected();
        let stands = self.delivery.archive.positions().await;
        stands.is_ok_and(|stands| stands.iter().any(|s| s.partition == self.lane.partition && s.next < projected))
    }

    /// Whether this server may write, having heard how far the archive is; `None` when that is less far than it was.
    async fn lease(&self, kind: LeaseKind) -> Result<Option<bool>, StoreError> {
        let (partition, lane) = (self.lane.partition, &self.lane);
        let lease = self.delivery.archive.lease(partition, &self.delivery.server, LEASE_S, kind).await?;
        self.delivery.metrics.answered_by("archive");
        if lease.next < lane.projected() {
            return Ok(None);
        }
        if lease.next > lane.projected() {
            self.reached(lease.next);
        }
        self.lane.set_leased(lease.is_ours.then_some(Duration::from_secs(LEASE_S.into())));
        Ok(Some(lease.is_ours))
    }

    /// The archive cannot be written now.
    async fn stalled(&self, error: &StoreError) {
        self.delivery.metrics.projector_failures.inc();
        if !self.lane.is_stalled() {
            tracing::error!(error = %crate::chain(error), "the archive cannot be written; what is said meanwhile is kept in the log");
        }
        self.lane.set_stalled(true);
        tokio::time::sleep(RETRY).await;
    }

    /// Everything before `next` is in the archive.
    fn reached(&self, next: u64) {
        if self.lane.is_stalled() {
            tracing::info!("the archive can be written again");
            self.lane.set_stalled(false);
        }
        self.lane.set_projected(next);
        self.delivery.hub.forget(self.lane.partition, next);
    }

    fn batch(&self, records: &mut dyn Iterator<Item = &Sequenced>) -> Batch {
        let from = self.lane.projected();
        let mut batch = Batch {
            holder: self.delivery.server.clone(),
            partition: self.lane.partition,
            from,
            next: from,
            checksum: [0; 16],
            window_floor: 0,
            events: Vec::new(),
            dead_letters: Vec::new(),
        };
        for record in records {
            match &record.item {
                Item::Event(event) => batch.events.push((**event).clone()),
                Item::DeadLetter(letter) => batch.dead_letters.push(letter.clone()),
                Item::Nothing => {}
            }
            batch.next = record.offset + 1;
            batch.checksum = record.checksum;
            batch.window_floor = record.window_floor;
        }
        batch
    }

    async fn write(&self, batch: &Batch) -> Result<(), ApplyError> {
        let began = Instant::now();
        // Before the position moves: after a crash in between it is done once more, and a marker never goes back.
        failpoint::reached("projector.before-read-marks");
        self.delivery.directory.mark_read(&said(&batch.events)).await?;
        failpoint::reached("projector.before-apply");
        self.delivery.archive.apply(batch).await?;
        failpoint::reached("projector.after-apply");
        let metrics = &self.delivery.metrics;
        metrics.batch_write.observe(since(began));
        metrics.batch_events.observe(batch.events.len() as f64);
        metrics.dead_letters.inc_by(batch.dead_letters.len() as u64);
        Ok(())
    }

    async fn wrote(&self, batch: &Batch) {
        self.reached(batch.next);
        let events = batch.events.iter().map(|item| item.event.clone()).collect::<Vec<_>>();
        failpoint::reached("projector.before-cache");
        self.delivery.recent.extend(&events).await;
        failpoint::reached("projector.after-cache");
    }

    /// The record just before the position stays: the next start compares its checksum.
    async fn trim(&self, projected: u64) {
        if let Err(error) = self.delivery.log.trim(self.lane.partition, projected.saturating_sub(1)).await {
            tracing::warn!(%error, "the log was not trimmed");
        }
    }
}

/// Whoever says something has read up to it: the newest of each person in each channel.
fn said(events: &[ArchivedEvent]) -> Vec<ReadMark> {
    let mut newest = HashMap::new();
    for ArchivedEvent { event, n, author, .. } in events.iter().filter(|item| item.event.message().is_some()) {
        newest.insert((author, &event.channel), (event.pos, *n));
    }
    let mark = |((account, channel), (pos, n)): ((&AccountId, &ChannelId), _)| ReadMark {
        account: account.clone(),
        channel: channel.clone(),
        pos,
        n,
    };
    newest.into_iter().map(mark).collect()
}
