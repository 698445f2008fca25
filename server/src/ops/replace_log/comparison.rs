//! How far the database has read each partition, compared with what the log holds there.

use std::fmt;

use domain::record::{Change, Record};

use crate::{
    delivery::{self, Continuity},
    error::{OperatorError, chain},
    ports::{
        Archive, EventLog,
        archive::Position,
        event_log::{LogError, LogRange, LogRecord, Partition},
    },
};

/// Records at the end of a partition whose generation is read.
const TAIL: u32 = 16;

/// How a partition of the log fits the database's position in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// The log continues at the position.
    Continues,
    /// The log ends before the position.
    EndsBefore,
    /// The record before the position is another one than the database has read.
    IsAnother,
    /// The log is of a later generation.
    IsLater,
    /// The log has no such partition.
    IsMissing,
    /// The log begins after the position: the records in between are gone.
    BeginsLater,
}

/// One partition, in the database and in the log.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    pub(super) partition: Partition,
    /// The first offset that the database has not read.
    next: u64,
    /// The generation of the database's positions.
    pub(super) generation: u32,
    /// What the log holds; `None` if it has no such partition.
    pub(super) range: Option<LogRange>,
    /// The newest generation that was found in the log, or 0.
    pub(super) in_log: u32,
    pub(super) fit: Fit,
}

/// Compares all partitions that either side has.
///
/// # Errors
/// A sentence for the operator: one of the two does not answer.
pub(super) async fn all(archive: &dyn Archive, log: &dyn EventLog) -> Result<Vec<Comparison>, OperatorError> {
    let positions = archive.positions().await.map_err(|error| OperatorError::new(chain(&error)))?;
    let generation = positions.iter().map(|position| position.generation).max().unwrap_or(1);
    let count = log.partitions().await.map_err(|error| OperatorError::new(error.to_string()))?;
    let known = positions.iter().map(|position| position.partition + 1).max().unwrap_or(0);
    let mut compared = Vec::new();
    for partition in 0..count.max(known) {
        // The database reads a partition that is new to it from the beginning.
        let new = || Position { partition, generation, next: 0, checksum: None };
        let position = positions.iter().find(|position| position.partition == partition).cloned().unwrap_or_else(new);
        compared.push(match partition < count {
            true => compare(position, log).await.map_err(|error| OperatorError::new(error.to_string()))?,
            false => Comparison {
                partition,
                next: position.next,
                generation: position.generation,
                range: None,
                in_log: 0,
                fit: Fit::IsMissing,
            },
        });
    }
    Ok(compared)
}

async fn compare(position: Position, log: &dyn EventLog) -> Result<Comparison, LogError> {
    let Position { partition, generation, next, .. } = position;
    let range = log.range(partition).await?;
    let tail = range.next.saturating_sub(TAIL.into()).max(range.first);
    let records = if tail < range.next { log.read(partition, tail, TAIL).await? } else { Vec::new() };
    let in_log = records.iter().filter_map(generation_of).max().unwrap_or(0);
    let before = match next.checked_sub(1).filter(|before| (range.first..range.next).contains(before)) {
        Some(before) => log.read(partition, before, 1).await?.into_iter().next(),
        None => None,
    };
    let fit = fit(&position, range, in_log, before.as_ref());
    Ok(Comparison { partition, next, generation, range: Some(range), in_log, fit })
}

fn fit(position: &Position, range: LogRange, in_log: u32, before: Option<&LogRecord>) -> Fit {
    if in_log > position.generation {
        return Fit::IsLater;
    }
    match delivery::compare(position, range, before) {
        Continuity::Continues => Fit::Continues,
        Continuity::EndsBefore => Fit::EndsBefore,
        Continuity::Differs => Fit::IsAnother,
        Continuity::StartsAfter => Fit::BeginsLater,
    }
}

/// Returns the generation of a record that can be decoded.
fn generation_of(record: &LogRecord) -> Option<u32> {
    match Record::decode(&record.bytes).ok()? {
        Record::Marker { generation } | Record::Change(Change { generation, .. }) => Some(generation),
    }
}

impl Comparison {
    /// Returns the records that the log has lost before the database had read them.
    pub(super) fn lost(&self) -> Option<String> {
        let range = self.range.filter(|_| self.fit == Fit::BeginsLater)?;
        Some(format!("records {} to {} of partition {}", self.next, range.first - 1, self.partition))
    }

    /// Returns the records of another log, which are not read.
    pub(super) fn skipped(&self) -> Option<String> {
        let LogRange { first, next } = self.range?;
        (first < next).then(|| format!("records {first} to {} of partition {}", next - 1, self.partition))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, next, generation, range, in_log, fit } = self;
        write!(f, "partition {partition}: the database has read it up to {next} (generation {generation}); ")?;
        let Some(LogRange { first, next: end }) = range else {
            return write!(f, "the log has no such partition, so positions below {next} are in the database alone");
        };
        match fit {
            Fit::Continues => write!(f, "the log holds {first} to {end} and continues from there"),
            Fit::EndsBefore => {
                write!(f, "the log ends at {end}, so positions {end} to {} are in the database alone", next - 1)
            }
            Fit::IsAnother => write!(f, "the log holds {first} to {end}, and its record before {next} is another one"),
            Fit::IsLater => write!(f, "the log holds {first} to {end}, of generation {in_log}"),
            Fit::BeginsLater => {
                write!(f, "the log begins at {first} and ends at {end}: the records in between are gone")
            }
            Fit::IsMissing => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::archive::Checksum;

    fn position(next: u64, checksum: Option<Checksum>) -> Position {
        Position { partition: 0, generation: 2, next, checksum }
    }

    #[test]
    fn tells_another_log_from_a_truncated_one() {
        let record = LogRecord { offset: 4, bytes: b"record".to_vec() };
        let same = Some(Checksum::of(&record.bytes));
        let range = |first, next| LogRange { first, next };
        for (position, range, in_log, before, expected) in [
            (position(0, None), range(0, 0), 0, None, Fit::Continues),
            (position(5, same), range(0, 9), 2, Some(&record), Fit::Continues),
            (position(5, same), range(5, 9), 2, None, Fit::Continues),
            (position(5, same), range(5, 5), 0, None, Fit::Continues),
            (position(5, same), range(0, 4), 2, None, Fit::EndsBefore),
            (position(5, same), range(0, 0), 0, None, Fit::EndsBefore),
            (position(5, Some(Checksum([0; 16]))), range(0, 9), 2, Some(&record), Fit::IsAnother),
            (position(5, same), range(6, 9), 2, None, Fit::BeginsLater),
            (position(5, same), range(0, 9), 3, Some(&record), Fit::IsLater),
        ] {
            assert_eq!(fit(&position, range, in_log, before), expected, "{position:?} {range:?}");
        }
    }
}
