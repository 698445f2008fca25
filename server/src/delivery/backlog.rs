//! What is kept in memory because it is not in the archive yet, of all partitions together, and what happens when that is too much.

use std::time::Duration;

use super::Lanes;
use crate::trouble::Trouble;

/// Beyond so many bytes sends are told to try again, and people are led to servers that fare better: all servers hold the same, so when
/// the archive is away for all it ends there, and all stay.
const BACKLOG_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Beyond so many the log is not read on: the archive is away for this server alone, and others go on. What they had on their way when
/// all of them refused more fits in between.
pub(super) const HELD_BYTES_MAX: usize = 384 * 1024 * 1024;
/// So often it is looked whether it has become less.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// So much waits for the archive that nothing more is taken.
pub fn full() -> Trouble {
    Trouble::new(
        "the archive has been away for so long that nothing more is taken: too much waits for it in memory",
        "there is room in memory again: what is said is taken",
    )
}

impl Lanes {
    /// Bytes that are held because they are not in the archive yet.
    fn backlog_bytes(&self) -> usize {
        self.read().iter().map(|lane| lane.backlog_bytes()).sum()
    }

    /// Whether so much waits for the archive that nothing more may be appended.
    pub fn are_full(&self) -> bool {
        self.backlog_bytes() > BACKLOG_BYTES_MAX
    }

    /// Takes note of whether they are.
    pub fn look(&self) {
        self.full.note(!self.are_full());
    }

    /// Waits while so much waits for the archive that no more may be read.
    pub(super) async fn have_room(&self) {
        while self.backlog_bytes() > HELD_BYTES_MAX {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::sequencer::Sequencer;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::delivery::{
        Lane,
        lane::{Item, Sequenced},
    };

    /// Two partitions, of which each holds so many bytes in its record 0.
    fn lanes(bytes: usize) -> Lanes {
        let lanes = Lanes::default();
        for partition in 0..2 {
            let lane = Lane::new(partition, Sequencer::restore(1, 0, Default::default(), Default::default()));
            lane.push(Sequenced { offset: 0, checksum: [0; 16], window_floor: 0, item: Item::Nothing, bytes });
            lanes.push(Arc::new(lane));
        }
        lanes
    }

    #[test]
    fn what_all_partitions_hold_together_has_one_bound() {
        assert!(!lanes(BACKLOG_BYTES_MAX / 2).are_full());
        let lanes = lanes(BACKLOG_BYTES_MAX / 2 + 1);
        assert!(lanes.are_full());
        lanes.look();
        assert!(lanes.full.lasts().is_some());
        lanes.get(0).expect("a partition").set_projected(1);
        lanes.look();
        assert!(lanes.full.lasts().is_none());
    }

    #[tokio::test]
    async fn the_log_is_read_on_once_the_archive_has_taken_something() {
        let lanes = lanes(HELD_BYTES_MAX / 2 + 1);
        let mut waits = Box::pin(lanes.have_room());
        assert!(waits.as_mut().now_or_never().is_none());
        lanes.get(1).expect("a partition").set_projected(1);
        waits.await;
    }
}
