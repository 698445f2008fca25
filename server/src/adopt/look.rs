//! What there is: where the database stands in each partition, and what the log holds there.

use std::fmt;

use domain::record::{Change, Record};

use crate::{
    delivery::checksum,
    ports::{
        Archive, EventLog,
        archive::Stand,
        event_log::{LogError, LogRange, LogRecord, Partition},
    },
};

/// Records at the end of a partition that are asked which generation they are of.
const TAIL: u32 = 16;

/// How a partition of the log and what the database has read of it go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// The log goes on where the database stands.
    GoesOn,
    /// It ends before.
    EndsBefore,
    /// The record before is another one.
    IsAnother,
    /// It is of a later generation.
    IsLater,
    /// It has fewer partitions.
    IsMissing,
    /// What came between is gone.
    BeginsLater,
}

/// One partition, on both sides.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) partition: Partition,
    /// The database has read everything before this record.
    next: u64,
    /// Of the database's positions.
    pub(super) generation: u32,
    /// What the log holds; `None` where it has no such partition.
    pub(super) range: Option<LogRange>,
    /// The newest generation that was seen in the log; 0 where none was.
    pub(super) in_log: u32,
    pub(super) fit: Fit,
}

/// Looks at all partitions that there are on either side.
///
/// # Errors
/// A sentence for the operator: one of the two does not answer.
pub(super) async fn all(archive: &dyn Archive, log: &dyn EventLog) -> Result<Vec<Look>, String> {
    let stands = archive.stands().await.map_err(|error| crate::chain(&error))?;
    let generation = stands.iter().map(|stand| stand.generation).max().unwrap_or(1);
    let count = log.partitions().await.map_err(|error| error.to_string())?;
    let known = stands.iter().map(|stand| stand.partition + 1).max().unwrap_or(0);
    let mut looks = Vec::new();
    for partition in 0..count.max(known) {
        // One that the database has not heard of yet is read from its beginning.
        let unknown = || Stand { partition, generation, next: 0, checksum: None };
        let stand = stands.iter().find(|stand| stand.partition == partition).cloned().unwrap_or_else(unknown);
        looks.push(match partition < count {
            true => look(stand, log).await.map_err(|error| error.to_string())?,
            false => Look {
                partition,
                next: stand.next,
                generation: stand.generation,
                range: None,
                in_log: 0,
                fit: Fit::IsMissing,
            },
        });
    }
    Ok(looks)
}

async fn look(stand: Stand, log: &dyn EventLog) -> Result<Look, LogError> {
    let Stand { partition, generation, next, .. } = stand;
    let range = log.range(partition).await?;
    let tail = range.next.saturating_sub(TAIL.into()).max(range.first);
    let records = if tail < range.next { log.read(partition, tail, TAIL).await? } else { Vec::new() };
    let in_log = records.iter().filter_map(generation_of).max().unwrap_or(0);
    let before = match next.checked_sub(1).filter(|before| (range.first..range.next).contains(before)) {
        Some(before) => log.read(partition, before, 1).await?.into_iter().next(),
        None => None,
    };
    let fit = fit(&stand, range, in_log, before.as_ref());
    Ok(Look { partition, next, generation, range: Some(range), in_log, fit })
}

fn fit(stand: &Stand, range: LogRange, in_log: u32, before: Option<&LogRecord>) -> Fit {
    let is_another = before.filter(|record| record.offset + 1 == stand.next).is_some_and(|record| {
        let stored = stand.checksum;
        stored.is_some_and(|stored| checksum(&record.bytes) != stored)
    });
    if in_log > stand.generation {
        Fit::IsLater
    } else if stand.next > range.next {
        Fit::EndsBefore
    } else if is_another {
        Fit::IsAnother
    } else if stand.next < range.first {
        Fit::BeginsLater
    } else {
        Fit::GoesOn
    }
}

/// Of a record that can be read.
fn generation_of(record: &LogRecord) -> Option<u32> {
    match Record::decode(&record.bytes).ok()? {
        Record::Marker { generation } | Record::Change(Change { generation, .. }) => Some(generation),
    }
}

impl Look {
    /// Records that the log has lost before the database read them.
    pub(super) fn gone(&self) -> Option<String> {
        let range = self.range.filter(|_| self.fit == Fit::BeginsLater)?;
        Some(format!("records {} to {} of partition {}", self.next, range.first - 1, self.partition))
    }

    /// Records that stand in the log and are not read.
    pub(super) fn passed_over(&self) -> Option<String> {
        let LogRange { first, next } = self.range?;
        (first < next).then(|| format!("records {first} to {} of partition {}", next - 1, self.partition))
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, next, generation, range, in_log, fit } = self;
        write!(f, "partition {partition}: the database has read it up to {next} (generation {generation}); ")?;
        let Some(LogRange { first, next: end }) = range else {
            return write!(f, "the log has no such partition, so positions below {next} are in the database alone");
        };
        match fit {
            Fit::GoesOn => write!(f, "the log holds {first} to {end} and goes on from there"),
            Fit::EndsBefore => {
                write!(f, "the log ends at {end}, so positions {end} to {} are in the database alone", next - 1)
            }
            Fit::IsAnother => write!(f, "the log holds {first} to {end}, and its record before {next} is another one"),
            Fit::IsLater => write!(f, "the log holds {first} to {end}, of generation {in_log}"),
            Fit::BeginsLater => write!(f, "the log begins at {first} and ends at {end}: what came between is gone"),
            Fit::IsMissing => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stand(next: u64, checksum: Option<[u8; 16]>) -> Stand {
        Stand { partition: 0, generation: 2, next, checksum }
    }

    #[test]
    fn a_log_is_told_from_another_one_and_from_what_is_left_of_it() {
        let record = LogRecord { offset: 4, bytes: b"record".to_vec() };
        let same = Some(checksum(&record.bytes));
        let range = |first, next| LogRange { first, next };
        for (stand, range, in_log, before, expected) in [
            (stand(0, None), range(0, 0), 0, None, Fit::GoesOn),
            (stand(5, same), range(0, 9), 2, Some(&record), Fit::GoesOn),
            (stand(5, same), range(5, 9), 2, None, Fit::GoesOn),
            (stand(5, same), range(5, 5), 0, None, Fit::GoesOn),
            (stand(5, same), range(0, 4), 2, None, Fit::EndsBefore),
            (stand(5, same), range(0, 0), 0, None, Fit::EndsBefore),
            (stand(5, Some([0; 16])), range(0, 9), 2, Some(&record), Fit::IsAnother),
            (stand(5, same), range(6, 9), 2, None, Fit::BeginsLater),
            (stand(5, same), range(0, 9), 3, Some(&record), Fit::IsLater),
        ] {
            assert_eq!(fit(&stand, range, in_log, before), expected, "{stand:?} {range:?}");
        }
    }
}
