//! The shapes to compare.

use std::{fmt, sync::atomic::AtomicU64};

use jimmy_server::ports::event_log::Partition;

use crate::figures::thousands;

/// Maximum records per transaction, as in the product (`delivery/projector`).
const BATCH_RECORDS: usize = 512;
/// Maximum number of messages in flight when writers do not wait: far below the sequencer's window, beyond which it would
/// refuse records as stale.
const IN_FLIGHT: usize = 8_192;
/// Numbers of writers; there are as many readers.
const WRITERS: [usize; 2] = [1, 4];
/// Numbers of partitions; the last is the product's default.
pub const PARTITIONS: [u32; 3] = [1, 4, 12];

/// The holder of the archive's lease.
pub const HOLDER: &str = "bench";

/// The reading progress of a partition, which writers put into their records.
pub struct PartitionProgress {
    /// The number of the partition.
    pub partition: Partition,
    /// The offset before which everything was read back.
    pub read_to: AtomicU64,
}

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Writing {
    /// Each writer waits until its message was read back before it sends the next; one row per transaction.
    OneAtATime,
    /// Writers do not wait; one row per transaction.
    RowByRow,
    /// Writers do not wait; all available rows, at most 512, per statement and transaction.
    Batches,
}

impl Writing {
    /// Returns the maximum number of rows per transaction.
    pub fn rows(self) -> usize {
        match self {
            Writing::OneAtATime | Writing::RowByRow => 1,
            Writing::Batches => BATCH_RECORDS,
        }
    }

    /// Returns the maximum number of messages in flight of one of `writers` writers.
    pub fn in_flight(self, writers: usize) -> usize {
        match self {
            Writing::OneAtATime => 1,
            Writing::RowByRow | Writing::Batches => IN_FLIGHT / writers,
        }
    }
}

impl fmt::Display for Writing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Writing::OneAtATime => "one at a time",
            Writing::RowByRow => "sent in a stream, row by row",
            Writing::Batches => "sent in a stream, batches",
        })
    }
}

/// One way to get messages through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The number of messages.
    pub messages: usize,
    /// How they are written.
    pub writing: Writing,
    /// The number of writers, and of readers.
    pub writers: usize,
    /// The number of partitions.
    pub partitions: u32,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { messages, writing, writers, partitions } = self;
        let messages = thousands(*messages as u64);
        write!(f, "{messages} messages, {writing}, {writers} + {writers}, {partitions} partitions")
    }
}

/// Returns all shapes. The first is the way of the original product.
pub fn shapes(few: usize, many: usize) -> Vec<Shape> {
    let all = [Writing::OneAtATime, Writing::RowByRow, Writing::Batches].map(|writing| (few, writing));
    let mut shapes = Vec::new();
    for (messages, writing) in all.into_iter().chain([(many, Writing::Batches)]).filter(|(messages, _)| *messages > 0) {
        for writers in WRITERS {
            shapes.extend(PARTITIONS.map(|partitions| Shape { messages, writing, writers, partitions }));
        }
    }
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_unique_and_start_with_the_original() {
        let shapes = shapes(1_000, 100_000);
        assert_eq!(shapes[0], Shape { messages: 1_000, writing: Writing::OneAtATime, writers: 1, partitions: 1 });
        assert_eq!(shapes.len(), 24);
        let different: std::collections::HashSet<_> = shapes.iter().collect();
        assert_eq!(different.len(), shapes.len());
    }
}
