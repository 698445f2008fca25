//! Copies an embedded install to PostgreSQL and Kafka: every table in batches, compared on both sides, and marked as finished.
//! Interrupted at any moment and run again, it continues, and the result is the same. The source is only read.
//!
//! | module | what it does |
//! | --- | --- |
//! | `tables` | what is copied, in which order, and how rows change on the way |
//! | `target` | the databases that it is copied into |
//! | `copy` | copies the rows in batches, from the last row of the target on |
//! | `compare` | compares counts and hashes of both sides |
//! | `key` | copies the key that signs sessions |
//! | `progress` | reports to the operator |

mod compare;
mod copy;
mod key;
mod progress;
mod tables;
mod target;

use std::{future::Future, sync::Arc};

use domain::ids::{ChannelId, Pos};

use crate::{
    delivery::{self, Continuity},
    error::OperatorError,
    ports::{
        EventLog,
        archive::Position,
        event_log::{LogError, LogRange, LogRecord},
        transfer::{BeginError, Migration, Source},
    },
};
pub use key::copy_key;
pub use progress::Progress;
use tables::Spread;
pub use target::To;
use target::{changed, failed};

/// Copies everything, and reports its progress.
///
/// `log` opens the new log, which must be empty, and creates it if it does not exist. It is awaited after the databases are known
/// to be free, so that a refused migration leaves no topic behind. `key` copies the signing key; it is called before the rows are
/// copied, so that it fails early.
///
/// # Errors
/// A sentence for the operator.
pub async fn migrate(
    from: &dyn Source,
    from_log: (LogRange, Option<LogRecord>),
    to: &To,
    log: impl Future<Output = Result<Arc<dyn EventLog>, OperatorError>>,
    key: impl FnOnce() -> Result<(), OperatorError>,
    progress: &mut Progress<'_>,
) -> Result<(), OperatorError> {
    let generation = next_generation(from, from_log).await?;
    let hall = from.hall().await.map_err(failed)?;
    let hall = hall.ok_or("--data holds no account, so there is nothing to copy: start on the new services")?;
    check(to, &hall).await?;
    let log = log.await?;
    let partitions = log.partitions().await.map_err(unread)?;
    let wanted = Migration { source: hall.clone(), generation, partitions, is_finished: false };
    let begun = begin(to, &wanted).await?;
    if begun.is_finished {
        progress.say("Everything was copied before: there is nothing to do.");
        return Ok(());
    }
    if begun.generation != generation {
        return Err(changed("the log of the source was replaced"));
    }
    is_empty(&*log, begun.partitions).await?;
    key()?;

    let spread = Spread { hall, partitions: begun.partitions };
    copy::all(from, to, &spread, progress).await?;
    compare::all(from, to, &spread, progress).await?;
    to.archive.begin_positions(generation, partitions).await.map_err(failed)?;
    to.archive.finish().await.map_err(failed)?;
    to.directory.finish().await.map_err(failed)?;
    progress.say(
        "Finished. The folder is unchanged: keep it until you know that everything works, and start no server on it.",
    );
    Ok(())
}

/// Returns the generation of the positions in the new log. The source's own log is not copied, so it must have been read to its
/// end.
async fn next_generation(
    from: &dyn Source,
    (range, last): (LogRange, Option<LogRecord>),
) -> Result<u32, OperatorError> {
    const SETTLE: &str = "start a server on --data, stop it with Ctrl+C after a few seconds, and try again";
    let positions = from.positions().await.map_err(failed)?;
    let next = positions.iter().map(|position| position.next).max().unwrap_or(0);
    if range.next > next {
        let count = range.next - next;
        return Err(OperatorError::new(format!(
            "the log in --data holds {count} records that its database has not: {SETTLE}"
        )));
    }
    let checksum = positions.first().and_then(|position| position.checksum);
    let position = Position { partition: 0, generation: 0, next, checksum };
    if delivery::compare(&position, range, last.as_ref()) != Continuity::Continues {
        return Err(OperatorError::new(format!(
            "the two files in --data do not belong together: {SETTLE}, or restore both from one backup"
        )));
    }
    let generation = positions.iter().map(|position| position.generation).max().unwrap_or(0) + 1;
    match generation <= Pos::GENERATION_MAX {
        true => Ok(generation),
        false => Err("positions have no later generation, so this install cannot be migrated".into()),
    }
}

/// Checks whether both databases are free. Changes nothing.
async fn check(to: &To, hall: &ChannelId) -> Result<(), OperatorError> {
    let [directory, archive] = &to.names;
    to.directory.check(hall).await.map_err(|error| refused(directory, error))?;
    to.archive.check(hall).await.map_err(|error| refused(archive, error))
}

/// Begins in both databases, which may be one.
async fn begin(to: &To, wanted: &Migration) -> Result<Migration, OperatorError> {
    let [directory, archive] = &to.names;
    let begun = to.directory.begin(wanted).await.map_err(|error| refused(directory, error))?;
    to.archive.begin(&begun).await.map_err(|error| refused(archive, error))?;
    Ok(begun)
}

fn refused(name: &str, error: BeginError) -> OperatorError {
    match error {
        BeginError::Occupied => OperatorError::new(format!(
            "{name} holds data already, which do not come from this migration: name an empty database (createdb creates one)"
        )),
        BeginError::Store(error) => OperatorError::caused_by(name, error),
    }
}

/// Checks that the new log holds nothing, and has the partitions that channels are spread over.
async fn is_empty(log: &dyn EventLog, partitions: u32) -> Result<(), OperatorError> {
    let count = log.partitions().await.map_err(unread)?;
    if count < partitions {
        return Err(OperatorError::new(format!(
            "--event-log has {count} partitions now, and had {partitions} when the migration began: name the topic that it began with"
        )));
    }
    for partition in 0..count {
        let range = log.range(partition).await.map_err(unread)?;
        if range.next > 0 {
            return Err(OperatorError::new(format!(
                "partition {partition} of --event-log holds, or held, {} records: name a topic that does not exist yet, which is then created",
                range.next
            )));
        }
    }
    Ok(())
}

fn unread(error: LogError) -> OperatorError {
    OperatorError::new(error.to_string())
}
