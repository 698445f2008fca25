//! Whether the log continues where the archive ends. Without that, positions would be given twice, or records be skipped.

use super::error::LoadError;
use crate::{
    error::chain,
    ports::{
        Archive, EventLog,
        archive::{Checksum, Position, Projection},
        event_log::{LogError, LogRange, LogRecord, Partition},
    },
};

/// How a partition of the log relates to the position up to which it was archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    /// The next record to archive is the next one of the log, or will be.
    Continues,
    /// The log ends before the position.
    EndsBefore,
    /// The log's record before the position is not the one that was archived.
    Differs,
    /// The log starts after the position: records in between are gone.
    StartsAfter,
}

/// Compares an archived position with what the log holds. `before` is the first record of the log from offset
/// `position.next - 1` on, if there is one; it is compared if it is the one just before the position.
pub fn compare(position: &Position, range: LogRange, before: Option<&LogRecord>) -> Continuity {
    let before = before.filter(|record| record.offset + 1 == position.next);
    let differs = before.zip(position.checksum).is_some_and(|(record, stored)| Checksum::of(&record.bytes) != stored);
    if position.next > range.next {
        Continuity::EndsBefore
    } else if differs {
        Continuity::Differs
    } else if position.next < range.first {
        Continuity::StartsAfter
    } else {
        Continuity::Continues
    }
}

/// Checks that a partition of the log continues where its archive ends. Returns what the archive holds, which it creates if
/// there is nothing yet, and what the log holds.
///
/// # Errors
/// [`LoadError::Refused`] when it does not; [`LoadError`] when one of the two does not answer.
pub async fn check_continuity(
    partition: Partition,
    archive: &dyn Archive,
    log: &dyn EventLog,
) -> Result<(Projection, LogRange), LoadError> {
    let projection = archive.load(partition).await.map_err(|error| archive_unavailable(&error))?;
    let Projection { generation, next, checksum, .. } = projection;
    let range = check(&Position { partition, generation, next, checksum }, log).await?;
    Ok((projection, range))
}

/// Checks all partitions of the log, and creates nothing. No log counts as an empty one.
///
/// # Errors
/// As [`check_continuity`].
pub async fn check_all(archive: &dyn Archive, log: Option<&dyn EventLog>) -> Result<(), LoadError> {
    let positions = archive.positions().await.map_err(|error| archive_unavailable(&error))?;
    let Some(log) = log else {
        let empty = LogRange { first: 0, next: 0 };
        return positions.iter().try_for_each(|position| explain(position, empty, compare(position, empty, None)));
    };
    for partition in 0..log.partitions().await.map_err(log_unavailable)? {
        let known = positions.iter().find(|position| position.partition == partition).cloned();
        // A partition that the archive does not have yet is read from its beginning.
        let position = known.unwrap_or(Position { partition, generation: 1, next: 0, checksum: None });
        check(&position, log).await?;
    }
    Ok(())
}

async fn check(position: &Position, log: &dyn EventLog) -> Result<LogRange, LoadError> {
    let range = log.range(position.partition).await.map_err(log_unavailable)?;
    explain(position, range, compare(position, range, None))?;
    let before = match position.next.checked_sub(1) {
        Some(before) => log.read(position.partition, before, 1).await.map_err(log_unavailable)?,
        None => Vec::new(),
    };
    explain(position, range, compare(position, range, before.first()))?;
    Ok(range)
}

/// What the operator can do about a log that does not continue where the database ends.
const REMEDY: &str = "bring back the one that belongs to it, or, if that is lost for good, stop all servers and run jimmy-chat replace-log with the same settings, which says first what would be lost";

fn explain(position: &Position, range: LogRange, continuity: Continuity) -> Result<(), LoadError> {
    let (next, LogRange { first, next: end }) = (position.next, range);
    let why = match continuity {
        Continuity::Continues => return Ok(()),
        Continuity::EndsBefore => format!(
            "the database has read the log up to {next}, but the log ends at {end}: one of the two was exchanged or restored alone"
        ),
        Continuity::StartsAfter => {
            format!(
                "the database has read the log up to {next}, but the log begins at {first}: the records between are gone"
            )
        }
        Continuity::Differs => format!(
            "record {} of the log is not the one that the database has read: the log or the database was exchanged",
            next - 1
        ),
    };
    Err(LoadError::Refused(format!("{why}; {REMEDY}")))
}

fn archive_unavailable(error: &(dyn std::error::Error + 'static)) -> LoadError {
    LoadError::ArchiveUnavailable(chain(error))
}

fn log_unavailable(error: LogError) -> LoadError {
    LoadError::LogUnavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_the_log_with_the_archived_position() {
        let record = LogRecord { offset: 4, bytes: b"record".to_vec() };
        let other = LogRecord { offset: 4, bytes: b"another".to_vec() };
        let later = LogRecord { offset: 5, ..other.clone() };
        let checksum = Some(Checksum::of(&record.bytes));
        let position = |next, checksum| Position { partition: 0, generation: 2, next, checksum };
        for (position, (first, next), before, expected) in [
            (position(0, None), (0, 0), None, Continuity::Continues),
            (position(5, checksum), (0, 9), Some(&record), Continuity::Continues),
            (position(5, None), (0, 9), Some(&other), Continuity::Continues),
            (position(5, checksum), (5, 9), Some(&later), Continuity::Continues),
            (position(5, checksum), (5, 5), None, Continuity::Continues),
            (position(5, checksum), (0, 4), None, Continuity::EndsBefore),
            (position(5, checksum), (0, 9), Some(&other), Continuity::Differs),
            (position(5, checksum), (6, 9), None, Continuity::StartsAfter),
        ] {
            assert_eq!(compare(&position, LogRange { first, next }, before), expected, "{position:?} {first} {next}");
        }
    }
}
