//! An embedded install moves to PostgreSQL and Kafka: every table is copied in batches, compared on both sides, and marked as
//! whole. Killed at any moment and run again it goes on, and ends the same. The source is only read.
//!
//! | module | what it does |
//! | --- | --- |
//! | `tables` | what is moved, in which order, and what becomes of it on the way |
//! | `copy` | the rows, batch by batch, from where the target ends |
//! | `compare` | counts and hashes of both sides |
//! | `key` | the key that signs sessions |
//! | `progress` | what the operator sees meanwhile |

mod compare;
mod copy;
mod key;
mod progress;
mod tables;

use std::sync::Arc;

use domain::ids::{ChannelId, Pos};

use crate::{
    delivery::checksum,
    ports::{
        EventLog, StoreError,
        event_log::{LogError, LogRange, LogRecord},
        moving::{BeginError, Move, Source, Target},
    },
};
pub use key::take_along;
pub use progress::Progress;
use tables::{Part, Spread};

/// Where the install is moved to.
pub struct To {
    /// The place of the directory.
    pub directory: Arc<dyn Target>,
    /// The place of the archive; it may be the same.
    pub archive: Arc<dyn Target>,
    /// What the operator calls the two: the flag, and the address without its password.
    pub names: [String; 2],
}

impl To {
    fn place(&self, part: Part) -> &dyn Target {
        match part {
            Part::Directory => &*self.directory,
            Part::Archive => &*self.archive,
        }
    }
}

/// Moves everything, and says so meanwhile. `log` opens the new log, which is empty, and makes it where it is not there: not
/// before the databases are known to be free, for who is refused shall not find a topic that was made in vain. `key` copies the signing key, before the rows: whether it can be is known soon.
///
/// # Errors
/// A sentence for the operator.
pub async fn migrate(
    from: &dyn Source,
    from_log: (LogRange, Option<LogRecord>),
    to: &To,
    log: impl Future<Output = Result<Arc<dyn EventLog>, String>>,
    key: impl FnOnce() -> Result<(), String>,
    progress: &mut Progress<'_>,
) -> Result<(), String> {
    let generation = next_generation(from, from_log).await?;
    let hall = from.hall().await.map_err(told)?;
    let hall = hall.ok_or("nobody has signed up in --data: there is nothing to move; start on the new services")?;
    look(to, &hall).await?;
    let log = log.await?;
    let partitions = log.partitions().await.map_err(unread)?;
    let wanted = Move { source: hall.clone(), generation, partitions, is_finished: false };
    let begun = begin(to, &wanted).await?;
    if begun.is_finished {
        progress.say("Everything was moved before: there is nothing to do.");
        return Ok(());
    }
    if begun.generation != generation {
        return Err(changed("the log was adopted"));
    }
    is_empty(&*log, begun.partitions).await?;
    key()?;

    let spread = Spread { hall, partitions: begun.partitions };
    copy::all(from, to, &spread, progress).await?;
    compare::all(from, to, &spread, progress).await?;
    to.archive.begin_positions(generation, partitions).await.map_err(told)?;
    to.archive.finish().await.map_err(told)?;
    to.directory.finish().await.map_err(told)?;
    progress.say("Moved. The folder is as it was: keep it until you know that all is well, and start no server on it.");
    Ok(())
}

/// The generation of the positions to come. The source's log must have been read to its end: it stays behind.
async fn next_generation(from: &dyn Source, (range, last): (LogRange, Option<LogRecord>)) -> Result<u32, String> {
    const SETTLE: &str =
        "start a server on --data, stop it after a few seconds in an orderly way (Ctrl+C), and try again";
    let stands = from.stands().await.map_err(told)?;
    let next = stands.iter().map(|stand| stand.next).max().unwrap_or(0);
    if range.next > next {
        let count = range.next - next;
        return Err(format!("the log in --data holds {count} records that its database has not: {SETTLE}"));
    }
    let is_another = last.as_ref().is_some_and(|last| {
        let stored = stands.first().and_then(|stand| stand.checksum);
        last.offset + 1 == next && stored.is_some_and(|stored| checksum(&last.bytes) != stored)
    });
    if range.next < next || is_another {
        return Err(format!(
            "the two files in --data do not belong together: {SETTLE}, or restore both from one back-up"
        ));
    }
    let generation = stands.iter().map(|stand| stand.generation).max().unwrap_or(0) + 1;
    match generation <= Pos::GENERATION_MAX {
        true => Ok(generation),
        false => Err("no later generation of positions is left".into()),
    }
}

/// Whether both places are free. Nothing is changed.
async fn look(to: &To, hall: &ChannelId) -> Result<(), String> {
    let [directory, archive] = &to.names;
    to.directory.look(hall).await.map_err(|error| refused(directory, error))?;
    to.archive.look(hall).await.map_err(|error| refused(archive, error))
}

/// In both places; they may be one.
async fn begin(to: &To, wanted: &Move) -> Result<Move, String> {
    let [directory, archive] = &to.names;
    let begun = to.directory.begin(wanted).await.map_err(|error| refused(directory, error))?;
    to.archive.begin(&begun).await.map_err(|error| refused(archive, error))?;
    Ok(begun)
}

fn refused(name: &str, error: BeginError) -> String {
    match error {
        BeginError::Occupied => format!(
            "{name} holds data already, and they are not this install's on its way: name an empty database (createdb makes one)"
        ),
        BeginError::Store(error) => told(error),
    }
}

/// Nobody has written into the new log, and it has the partitions that channels are spread over.
async fn is_empty(log: &dyn EventLog, partitions: u32) -> Result<(), String> {
    let count = log.partitions().await.map_err(unread)?;
    if count < partitions {
        return Err(format!(
            "--event-log has {count} partitions now, and had {partitions} when this began: name the topic that it began with"
        ));
    }
    for partition in 0..count {
        let range = log.range(partition).await.map_err(unread)?;
        if range.next > 0 {
            return Err(format!(
                "partition {partition} of --event-log holds, or held, {} records: name a topic that is not there yet, it is made",
                range.next
            ));
        }
    }
    Ok(())
}

/// The operator's sentence when the two sides do not agree.
fn changed(what: &str) -> String {
    format!(
        "{what} since this began, or something else writes into the target: make the database of the target anew (dropdb, createdb), and begin again; the source is as it was"
    )
}

fn told(error: StoreError) -> String {
    crate::chain(&error)
}

fn unread(error: LogError) -> String {
    error.to_string()
}
