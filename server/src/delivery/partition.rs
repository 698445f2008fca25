//! What the follower, the projector and the writers of one partition share.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    ids::{ChannelId, MessageId, Pos},
    sequencer::{Head, SequencedEvent, Sequencer, WindowEntry},
};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use super::verdicts::PendingVerdicts;
use crate::ports::{
    archive::{Checksum, DeadLetter},
    event_log::Partition,
};

/// A record that was read from the log and is not archived yet.
pub(super) struct BacklogRecord {
    pub(super) offset: u64,
    pub(super) checksum: Checksum,
    /// The sequencer's window floor after this record.
    pub(super) window_floor: u64,
    pub(super) content: RecordContent,
    /// Bytes that it costs to hold the record.
    pub(super) bytes: usize,
}

/// What the archive has to store of a record.
pub(super) enum RecordContent {
    Event(Arc<SequencedEvent>),
    /// A record that cannot be decoded or applied.
    DeadLetter(DeadLetter),
    /// Nothing but the new position.
    Nothing,
}

#[derive(Default)]
struct Backlog {
    records: VecDeque<BacklogRecord>,
    bytes: usize,
}

/// What this server knows of a change.
pub(crate) struct Lookup {
    /// Offset up to which the log was searched.
    pub(super) searched_to: u64,
    /// The sequenced change with this id, if it is in the window.
    pub(crate) found: Option<WindowEntry>,
    /// Changes before this position are in the archive only.
    pub(super) window_floor: Pos,
}

/// The state of one partition on this server.
pub struct PartitionState {
    pub(crate) number: Partition,
    pub(crate) verdicts: PendingVerdicts,
    sequencer: Mutex<Sequencer>,
    backlog: Mutex<Backlog>,
    /// Notified when the backlog has a new record.
    pub(super) work: Notify,
    projected: AtomicU64,
    high_watermark: AtomicU64,
    lease_ends: Mutex<Option<Instant>>,
    stalled: AtomicBool,
    ready: AtomicBool,
}

impl PartitionState {
    /// Returns a partition whose archive is at the sequencer's position. It is not ready: the log may hold more.
    pub(super) fn new(number: Partition, sequencer: Sequencer) -> Self {
        Self {
            number,
            verdicts: PendingVerdicts::default(),
            projected: AtomicU64::new(sequencer.next()),
            high_watermark: AtomicU64::default(),
            sequencer: Mutex::new(sequencer),
            backlog: Mutex::default(),
            work: Notify::new(),
            lease_ends: Mutex::default(),
            stalled: AtomicBool::new(false),
            ready: AtomicBool::new(false),
        }
    }

    /// Starts again from the archive's position. Pending verdicts stay: the records are read once more.
    pub(super) fn reset(&self, sequencer: Sequencer) {
        let mut backlog = self.backlog.lock();
        self.projected.store(sequencer.next(), Ordering::Release);
        *self.sequencer.lock() = sequencer;
        *backlog = Backlog::default();
    }

    /// Returns whether this server has read the log to its end since it started, or since the partition was reloaded.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    pub(super) fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    /// Locks the sequencer. The follower holds it while it handles one record.
    pub(super) fn sequencer(&self) -> MutexGuard<'_, Sequencer> {
        self.sequencer.lock()
    }

    /// Returns the offset of the next record to read. Everything before it was read.
    pub(crate) fn next_offset(&self) -> u64 {
        self.sequencer.lock().next()
    }

    /// Searches the window of the newest sequenced changes for an id.
    pub(crate) fn find(&self, channel: &ChannelId, id: MessageId) -> Lookup {
        let sequencer = self.sequencer.lock();
        let window = sequencer.window();
        let window_floor = Pos::new(sequencer.generation(), window.floor());
        Lookup { searched_to: sequencer.next(), found: window.find(channel, id).cloned(), window_floor }
    }

    /// Returns the newest event of a channel.
    pub(crate) fn head(&self, channel: &ChannelId) -> Option<Head> {
        self.sequencer.lock().head(channel)
    }

    /// Returns the offset before which everything is archived.
    pub(crate) fn projected(&self) -> u64 {
        self.projected.load(Ordering::Acquire)
    }

    /// Returns how many records, counted by offsets, were read and are not archived.
    pub(crate) fn projector_lag_records(&self) -> u64 {
        self.next_offset().saturating_sub(self.projected())
    }

    pub(super) fn set_high_watermark(&self, offset: u64) {
        self.high_watermark.store(offset, Ordering::Relaxed);
    }

    /// Returns the offset at which the log ended when it was last asked; 0 before that.
    pub(crate) fn high_watermark(&self) -> u64 {
        self.high_watermark.load(Ordering::Relaxed)
    }

    /// Returns whether this position was read. Positions of earlier generations were.
    pub(crate) fn has_read(&self, pos: Pos) -> bool {
        let sequencer = self.sequencer.lock();
        pos < Pos::new(sequencer.generation(), sequencer.next())
    }

    /// Returns the position of an offset in the current generation.
    pub(crate) fn pos_at(&self, offset: u64) -> Pos {
        Pos::new(self.sequencer.lock().generation(), offset)
    }

    /// Returns how many records, counted by offsets, the log held beyond what was read, when it was last asked.
    pub(crate) fn lag_records(&self) -> u64 {
        self.high_watermark().saturating_sub(self.next_offset())
    }

    /// Returns whether the last attempt to write into the archive failed.
    pub(crate) fn is_stalled(&self) -> bool {
        self.stalled.load(Ordering::Relaxed)
    }

    pub(super) fn set_stalled(&self, stalled: bool) {
        self.stalled.store(stalled, Ordering::Relaxed);
    }

    /// Returns whether this server holds the archive's lease of the partition.
    pub(crate) fn is_leased(&self) -> bool {
        self.lease_ends.lock().is_some_and(|ends| ends > Instant::now())
    }

    /// Records for how long this server holds the lease. `None`: it does not hold it.
    pub(super) fn set_leased(&self, remaining: Option<Duration>) {
        *self.lease_ends.lock() = remaining.map(|remaining| Instant::now() + remaining);
    }

    /// Returns the bytes that are held in memory because they are not archived yet.
    pub(crate) fn backlog_bytes(&self) -> usize {
        self.backlog.lock().bytes
    }

    /// Hands a record to the projector.
    pub(super) fn push(&self, record: BacklogRecord) {
        let mut backlog = self.backlog.lock();
        if record.offset < self.projected() {
            // Another server has archived it already.
            return;
        }
        backlog.bytes += record.bytes;
        backlog.records.push_back(record);
        drop(backlog);
        self.work.notify_one();
    }

    /// Passes the oldest records of the backlog, at most `limit`, to `make`. Returns `None` when there are none.
    pub(super) fn peek<T>(
        &self,
        limit: usize,
        make: impl FnOnce(&mut dyn Iterator<Item = &BacklogRecord>) -> T,
    ) -> Option<T> {
        let backlog = self.backlog.lock();
        (!backlog.records.is_empty()).then(|| make(&mut backlog.records.iter().take(limit)))
    }

    /// Records that everything before offset `next` is archived, and drops it from the backlog.
    pub(super) fn set_projected(&self, next: u64) {
        let mut backlog = self.backlog.lock();
        while backlog.records.front().is_some_and(|record| record.offset < next) {
            let bytes = backlog.records.pop_front().map_or(0, |record| record.bytes);
            backlog.bytes -= bytes;
        }
        self.projected.store(next, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_counts_no_records_read_since_the_last_poll() {
        let partition = PartitionState::new(0, Sequencer::restore(1, 5, Default::default(), Default::default()));
        assert_eq!(partition.lag_records(), 0, "the log was not asked yet");
        partition.set_high_watermark(12);
        assert_eq!(partition.lag_records(), 7);
        partition.reset(Sequencer::restore(1, 20, Default::default(), Default::default()));
        assert_eq!(partition.lag_records(), 0);
    }
}
