//! What is compared.

use std::fmt;

use crate::figures::thousands;

/// Records that the product writes in one transaction (`delivery/projector`).
const BATCH_RECORDS: usize = 512;
/// Messages that may be under way between writers and readers when nobody waits for each: far fewer than the ids that the
/// sequencer remembers, which would refuse what lies further back.
const UNDER_WAY: usize = 8_192;
/// Writers, and as many readers.
const HANDS: [usize; 2] = [1, 4];
/// Partitions of the topic; the last is the product's default.
pub const PARTITIONS: [u32; 3] = [1, 4, 12];

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Writing {
    /// Each writer waits until its message is read back before it sends the next; each row is a transaction of its own.
    OneAtATime,
    /// Writers do not wait; each row is a transaction of its own.
    RowByRow,
    /// Writers do not wait; as many rows as are there, at most 512, are one statement and one transaction.
    Batches,
}

impl Writing {
    /// Rows in one transaction, at most.
    pub fn rows(self) -> usize {
        match self {
            Writing::OneAtATime | Writing::RowByRow => 1,
            Writing::Batches => BATCH_RECORDS,
        }
    }

    /// Messages of one of so many writers that may be under way.
    pub fn under_way(self, writers: usize) -> usize {
        match self {
            Writing::OneAtATime => 1,
            Writing::RowByRow | Writing::Batches => UNDER_WAY / writers,
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
    /// How many.
    pub messages: usize,
    /// How.
    pub writing: Writing,
    /// By so many writers, and as many readers.
    pub hands: usize,
    /// Through so many partitions.
    pub partitions: u32,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { messages, writing, hands, partitions } = self;
        let messages = thousands(*messages as u64);
        write!(f, "{messages} messages, {writing}, {hands} + {hands}, {partitions} partitions")
    }
}

/// All of them; the first is how the original did it.
pub fn shapes(few: usize, many: usize) -> Vec<Shape> {
    let all = [Writing::OneAtATime, Writing::RowByRow, Writing::Batches].map(|writing| (few, writing));
    let mut shapes = Vec::new();
    for (messages, writing) in all.into_iter().chain([(many, Writing::Batches)]).filter(|(messages, _)| *messages > 0) {
        for hands in HANDS {
            shapes.extend(PARTITIONS.map(|partitions| Shape { messages, writing, hands, partitions }));
        }
    }
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_shape_is_the_originals_and_none_comes_twice() {
        let shapes = shapes(1_000, 100_000);
        assert_eq!(shapes[0], Shape { messages: 1_000, writing: Writing::OneAtATime, hands: 1, partitions: 1 });
        assert_eq!(shapes.len(), 24);
        let different: std::collections::HashSet<_> = shapes.iter().collect();
        assert_eq!(different.len(), shapes.len());
    }
}
