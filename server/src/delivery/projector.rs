//! ⑨ Writes kept events into the archive, in batches, the position moved in the same transaction; then the recent cache.
//! Beside the hub on a message's way: nobody waits for it, and what it has not written stays in memory.

use std::{collections::HashMap, sync::Arc, time::Duration};

use domain::ids::{AccountId, ChannelId};

use super::{
    Hub, Lane,
    lane::{Item, Sequenced},
};
use crate::{
    failpoint,
    ports::{
        Archive, Directory, EventLog, RecentHistory,
        archive::{ApplyError, ArchivedEvent, Batch},
        directory::ReadMark,
    },
};

/// Records in one transaction.
const BATCH_RECORDS: usize = 512;
/// Seconds for which a server may write a partition without asking again.
const LEASE_S: u32 = 15;
/// How long to wait before trying a failed write again.
const RETRY: Duration = Duration::from_millis(500);
/// The log may forget projected records; it is told once in so many.
const TRIM_EVERY: u64 = 1_024;

/// What the projector works with.
pub struct Projector {
    /// The partition.
    pub lane: Arc<Lane>,
    /// Where it writes.
    pub archive: Arc<dyn Archive>,
    /// Who has read up to what they said.
    pub directory: Arc<dyn Directory>,
    /// What it tells that the newest events are safe.
    pub recent: Arc<dyn RecentHistory>,
    /// What may forget.
    pub log: Arc<dyn EventLog>,
    /// What may forget, too.
    pub hub: Arc<Hub>,
    /// This server's name.
    pub server: String,
}

impl Projector {
    /// Writes for as long as this server may.
    ///
    /// # Errors
    /// The sentence that the process ends with.
    pub async fn run(self) -> Result<(), String> {
        let mut trimmed = self.lane.projected();
        self.hub.forget(self.lane.partition, trimmed);
        loop {
            let Some(batch) = self.lane.peek(BATCH_RECORDS, |records| self.batch(records)) else {
                self.lane.work.notified().await;
                continue;
            };
            match self.write(&batch).await {
                Ok(true) => self.wrote(&batch).await,
                // Another server writes at present; this one only takes over when its lease has ended.
                Ok(false) => tokio::time::sleep(RETRY).await,
                Err(ApplyError::Moved) => {
                    return Err("another server has written this data; only one may use a data folder".into());
                }
                Err(ApplyError::Store(error)) => {
                    if !self.lane.is_stalled() {
                        tracing::error!(error = %crate::chain(&error), "the archive cannot be written; what is said meanwhile is kept in the log");
                    }
                    self.lane.set_stalled(true);
                    tokio::time::sleep(RETRY).await;
                }
            }
            if self.lane.projected() >= trimmed + TRIM_EVERY {
                trimmed = self.lane.projected();
                self.trim(trimmed).await;
            }
        }
    }

    fn batch(&self, records: &mut dyn Iterator<Item = &Sequenced>) -> Batch {
        let from = self.lane.projected();
        let mut batch = Batch {
            holder: self.server.clone(),
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

    /// False while another server holds the lease.
    async fn write(&self, batch: &Batch) -> Result<bool, ApplyError> {
        let ours = self.archive.lease(batch.partition, &batch.holder, LEASE_S).await?.is_ours;
        if ours {
            // Before the position moves: after a crash in between it is done once more, and a marker never goes back.
            failpoint::reached("projector.before-read-marks");
            self.directory.mark_read(&said(&batch.events)).await?;
            failpoint::reached("projector.before-apply");
            self.archive.apply(batch).await?;
            failpoint::reached("projector.after-apply");
        }
        Ok(ours)
    }

    async fn wrote(&self, batch: &Batch) {
        if self.lane.is_stalled() {
            tracing::info!("the archive can be written again");
            self.lane.set_stalled(false);
        }
        self.lane.set_projected(batch.next);
        self.hub.forget(batch.partition, batch.next);
        let events = batch.events.iter().map(|item| item.event.clone()).collect::<Vec<_>>();
        failpoint::reached("projector.before-cache");
        self.recent.extend(&events).await;
        failpoint::reached("projector.after-cache");
    }

    /// The record just before the position stays: the next start compares its checksum.
    async fn trim(&self, projected: u64) {
        if let Err(error) = self.log.trim(self.lane.partition, projected.saturating_sub(1)).await {
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
