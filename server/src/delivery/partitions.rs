//! The partitions that this server follows.

use std::{sync::Arc, time::Duration};

use domain::error::ErrorCode;
use parking_lot::RwLock;

use super::partition::PartitionState;
use crate::ports::event_log::Partition;

/// Bytes of records that are not archived yet, of all partitions together. Above this, sends get `try_again` and clients are
/// moved to healthier servers. Every server holds the same records, so when the archive is away for all, all stop here.
const BACKLOG_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Bytes above which reading the log pauses: the archive is away for this server alone. Larger than [`BACKLOG_BYTES_MAX`], to
/// leave room for records that were in flight when all servers stopped taking more.
pub(super) const HELD_BYTES_MAX: usize = 384 * 1024 * 1024;
/// Poll interval while reading is paused.
const ROOM_POLL: Duration = Duration::from_millis(100);

/// The partitions that this server follows, by number. New ones are added, none is removed.
#[derive(Default)]
pub struct PartitionSet {
    all: RwLock<Vec<Arc<PartitionState>>>,
}

impl PartitionSet {
    /// Returns all partitions, in the order of their numbers.
    pub(crate) fn all(&self) -> Vec<Arc<PartitionState>> {
        self.all.read().clone()
    }

    /// Returns how many partitions there are.
    pub(crate) fn count(&self) -> u32 {
        self.all.read().len() as u32
    }

    /// Returns a partition, whether it is ready or not.
    pub(crate) fn get(&self, number: Partition) -> Option<Arc<PartitionState>> {
        self.all.read().get(usize::try_from(number).ok()?).cloned()
    }

    /// Returns a partition that is up to date.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`] while the partition is being reloaded, or when this server does not follow it yet.
    pub(crate) fn ready(&self, number: Partition) -> Result<Arc<PartitionState>, ErrorCode> {
        self.get(number).filter(|partition| partition.is_ready()).ok_or(ErrorCode::TryAgain)
    }

    /// Adds the partition with the next number.
    pub(super) fn push(&self, partition: Arc<PartitionState>) {
        self.all.write().push(partition);
    }

    /// Returns the bytes that are held because they are not archived yet.
    fn backlog_bytes(&self) -> usize {
        self.all.read().iter().map(|partition| partition.backlog_bytes()).sum()
    }

    /// Returns whether the backlog is so large that nothing more may be appended.
    pub(crate) fn is_backlog_full(&self) -> bool {
        self.backlog_bytes() > BACKLOG_BYTES_MAX
    }

    /// Waits until the backlog has room for more records.
    pub(super) async fn wait_for_room(&self) {
        while self.backlog_bytes() > HELD_BYTES_MAX {
            tokio::time::sleep(ROOM_POLL).await;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use domain::sequencer::Sequencer;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::{
        delivery::partition::{BacklogRecord, RecordContent},
        ports::archive::Checksum,
    };

    /// Returns two partitions, each with a record 0 of this many bytes.
    fn partitions(bytes: usize) -> PartitionSet {
        let partitions = PartitionSet::default();
        for number in 0..2 {
            let sequencer = Sequencer::restore(1, 0, Default::default(), Default::default());
            let partition = PartitionState::new(number, sequencer);
            let (checksum, content) = (Checksum([0; 16]), RecordContent::Nothing);
            partition.push(BacklogRecord { offset: 0, checksum, window_floor: 0, content, bytes });
            partitions.push(Arc::new(partition));
        }
        partitions
    }

    /// Returns partitions whose backlog is just too large, until [`free`] is called.
    pub fn full() -> PartitionSet {
        partitions(BACKLOG_BYTES_MAX / 2 + 1)
    }

    /// Archives the record of one partition.
    pub fn free(partitions: &PartitionSet, number: Partition) {
        partitions.get(number).expect("a partition").set_projected(1);
    }

    #[test]
    fn backlog_bound_holds_for_all_partitions_together() {
        assert!(!partitions(BACKLOG_BYTES_MAX / 2).is_backlog_full());
        let partitions = full();
        assert!(partitions.is_backlog_full());
        free(&partitions, 0);
        assert!(!partitions.is_backlog_full());
    }

    #[tokio::test]
    async fn reading_continues_once_something_is_archived() {
        let partitions = partitions(HELD_BYTES_MAX / 2 + 1);
        let mut waits = Box::pin(partitions.wait_for_room());
        assert!(waits.as_mut().now_or_never().is_none());
        free(&partitions, 1);
        waits.await;
    }
}
