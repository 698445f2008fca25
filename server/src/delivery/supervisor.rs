//! Runs the partitions: each is loaded, followed and projected, and reloaded from the archive and the log when these are not
//! where this server's state says. Partitions that the log gets while the server runs are added.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    ids::ChannelId,
    record::Record,
    sequencer::{Head, Sequencer},
};
use futures_util::future::try_join_all;
use tokio::task::JoinSet;

use super::{
    continuity::check_continuity,
    error::{LoadError, PartitionError},
    follower::{catch_up, follow},
    handle::Delivery,
    partition::PartitionState,
    projector::Projector,
};
use crate::{
    error::{OperatorError, chain},
    ports::{
        Archive, EventLog,
        archive::Projection,
        event_log::{AppendError, Partition},
    },
};

/// Poll interval for new partitions.
const NEW_PARTITIONS_POLL: Duration = Duration::from_secs(5);
/// A failure this soon after a reload means that reloading does not help: the server exits.
const RELOADS_APART: Duration = Duration::from_secs(60);
/// How long a reload waits for a log that does not answer, which may be lost.
const LOG_WAIT: Duration = Duration::from_secs(10);
/// How long to wait before a failed reload is tried again.
const RETRY: Duration = Duration::from_millis(500);
/// Members of one channel from which on all sockets are closed, instead of announcing the channel to each member.
const MEMBERS_MAX: usize = 10_000;

/// Reads all partitions of the log to their ends. It has to be done before clients are served.
///
/// # Errors
/// A sentence for the operator.
pub async fn start(delivery: &Arc<Delivery>) -> Result<(), OperatorError> {
    let count = delivery.log.partitions().await.map_err(|error| error.to_string())?;
    let opened = try_join_all((0..count).map(|number| open(delivery, number))).await;
    for (partition, _) in opened.map_err(|error| error.to_string())? {
        delivery.partitions.push(partition);
    }
    Ok(())
}

/// Follows and projects all partitions, and those that are added to the log, until one fails.
///
/// # Errors
/// The sentence for the operator with which the process ends.
pub async fn run(delivery: Arc<Delivery>) -> Result<(), OperatorError> {
    let mut running = JoinSet::new();
    for partition in delivery.partitions.all() {
        running.spawn(run_partition(delivery.clone(), partition));
    }
    loop {
        tokio::select! {
            ended = running.join_next() => return match ended {
                Some(Ok(error)) => Err(error),
                Some(Err(panic)) => Err(OperatorError::caused_by("a partition's task has failed", panic)),
                None => Err("the log has no partition".into()),
            },
            () = tokio::time::sleep(NEW_PARTITIONS_POLL) => add_new_partitions(&delivery, &mut running).await?,
        }
    }
}

/// Opens and runs partitions that were added to the log. One that cannot be read now is tried again later.
async fn add_new_partitions(
    delivery: &Arc<Delivery>,
    running: &mut JoinSet<OperatorError>,
) -> Result<(), OperatorError> {
    let Ok(count) = delivery.log.partitions().await else { return Ok(()) };
    for number in delivery.partitions.count()..count {
        let opened = match open(delivery, number).await {
            Ok((partition, channels)) => announce_to_members(delivery, &channels).await.map(|()| partition),
            Err(error) => Err(error),
        };
        let partition = match opened {
            Ok(partition) => partition,
            Err(LoadError::Refused(why)) => return Err(why.into()),
            Err(LoadError::ArchiveUnavailable(why) | LoadError::LogUnavailable(why)) => {
                tracing::warn!(partition = number, %why, "a new partition cannot be read yet");
                return Ok(());
            }
        };
        tracing::info!(partition = number, "new partition");
        delivery.partitions.push(partition.clone());
        running.spawn(run_partition(delivery.clone(), partition));
    }
    Ok(())
}

/// Announces channels of a new partition to the open sockets of their members. Another server may have added the partition
/// earlier: joins that it has archived by now are not read as events here.
async fn announce_to_members(delivery: &Delivery, channels: &[ChannelId]) -> Result<(), LoadError> {
    for channel in channels {
        let members = delivery.directory.member_ids(channel, MEMBERS_MAX).await;
        let members = members.map_err(|error| LoadError::ArchiveUnavailable(chain(&error)))?;
        if members.len() == MEMBERS_MAX {
            // Resuming finds the channels of each user.
            delivery.hub.close_all();
            return Ok(());
        }
        members.iter().for_each(|member| delivery.hub.announce_join(member, channel));
    }
    Ok(())
}

/// Loads a partition and reads it to its end. Returns it with the channels that its archive held.
async fn open(delivery: &Arc<Delivery>, number: Partition) -> Result<(Arc<PartitionState>, Vec<ChannelId>), LoadError> {
    let (sequencer, heads) = load(number, &*delivery.archive, &*delivery.log).await?;
    delivery.hub.restore(number, &heads);
    let partition = Arc::new(PartitionState::new(number, sequencer));
    read_to_end(delivery, &partition).await?;
    partition.set_ready(true);
    Ok((partition, heads.into_keys().collect()))
}

/// Runs one partition until a fatal error, and returns that error.
async fn run_partition(delivery: Arc<Delivery>, partition: Arc<PartitionState>) -> OperatorError {
    let mut reloaded: Option<Instant> = None;
    loop {
        let projector = Projector { partition: partition.clone(), delivery: delivery.clone() };
        let ended = tokio::select! {
            ended = follow(&partition, &delivery) => ended,
            ended = projector.run() => ended,
        };
        let why = match ended {
            PartitionError::Fatal(why) => return why.into(),
            PartitionError::Diverged(why) => why,
        };
        if reloaded.is_some_and(|at| at.elapsed() < RELOADS_APART) {
            return why.into();
        }
        tracing::error!(partition = partition.number, %why, "reloading the partition");
        if let Err(error) = reload_until_ready(&delivery, &partition).await {
            return error;
        }
        reloaded = Some(Instant::now());
        tracing::info!(partition = partition.number, "the partition is ready again");
    }
}

/// Reloads a partition, and tries again while the archive, or for a while the log, does not answer.
async fn reload_until_ready(delivery: &Arc<Delivery>, partition: &Arc<PartitionState>) -> Result<(), OperatorError> {
    let mut unavailable_since: Option<Instant> = None;
    partition.set_ready(false);
    // The clients of the closed sockets resume, here or on another server, from the positions that they have.
    delivery.hub.close_partition(partition.number);
    loop {
        match reload(delivery, partition).await {
            Ok(()) => break,
            Err(LoadError::Refused(why)) => return Err(why.into()),
            Err(LoadError::LogUnavailable(why)) => {
                if unavailable_since.get_or_insert_with(Instant::now).elapsed() > LOG_WAIT {
                    return Err(why.into());
                }
            }
            Err(LoadError::ArchiveUnavailable(_)) => unavailable_since = None,
        }
        tokio::time::sleep(RETRY).await;
    }
    partition.set_ready(true);
    // Records that another server has archived meanwhile are not read here.
    partition.verdicts.retry_all();
    Ok(())
}

async fn reload(delivery: &Arc<Delivery>, partition: &Arc<PartitionState>) -> Result<(), LoadError> {
    let (sequencer, heads) = load(partition.number, &*delivery.archive, &*delivery.log).await?;
    // What this process has delivered and acknowledged belongs to the earlier log: it must not continue with another one.
    if sequencer.generation() != partition.sequencer().generation() {
        let why = "a different log was adopted while this server was running: restart this server with that log";
        return Err(LoadError::Refused(why.into()));
    }
    delivery.hub.restore(partition.number, &heads);
    partition.reset(sequencer);
    read_to_end(delivery, partition).await
}

/// Reads a partition to its present end. A projector runs beside it, so that the backlog stays small.
async fn read_to_end(delivery: &Arc<Delivery>, partition: &Arc<PartitionState>) -> Result<(), LoadError> {
    let hall = delivery.directory.hall().await;
    let hall = hall.map_err(|error| LoadError::ArchiveUnavailable(chain(&error)))?;
    if hall.is_none() {
        // Nothing is written into a new database, which may not belong to this log.
        return catch_up(partition, delivery, false).await;
    }
    let projector = Projector { partition: partition.clone(), delivery: delivery.clone() };
    tokio::select! {
        read = catch_up(partition, delivery, true) => read,
        ended = projector.run() => Err(match ended {
            PartitionError::Diverged(why) => LoadError::ArchiveUnavailable(why),
            PartitionError::Fatal(why) => LoadError::Refused(why),
        }),
    }
}

/// Loads what the archive holds of a partition, once it is certain that the log continues there: the sequencer in the state that
/// it had then, and the heads of the channels. A log without records gets its marker.
async fn load(
    partition: Partition,
    archive: &dyn Archive,
    log: &dyn EventLog,
) -> Result<(Sequencer, HashMap<ChannelId, Head>), LoadError> {
    let (projection, range) = check_continuity(partition, archive, log).await?;
    let Projection { generation, next, heads, window, .. } = projection;
    if range.next == 0 {
        append_marker(generation, partition, log).await.map_err(|error| {
            LoadError::LogUnavailable(format!("the first record of the log cannot be written: {error}"))
        })?;
    }
    Ok((Sequencer::restore(generation, next, heads.clone(), window), heads))
}

async fn append_marker(generation: u32, partition: Partition, log: &dyn EventLog) -> Result<(), AppendError> {
    let receipt = log.append(partition, Record::Marker { generation }.encode()).await?;
    // The receipt only reports a failure. Without one, the follower reads the marker back.
    match receipt.await {
        Ok(error) => Err(error),
        Err(_written) => Ok(()),
    }
}
