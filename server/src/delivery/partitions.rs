//! Keeps the partitions going: each is loaded, followed and projected, and built anew from the archive and the log when the two
//! no longer stand where this server thinks. New partitions are taken in while it runs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::ids::ChannelId;
use futures_util::future::try_join_all;
use tokio::task::JoinSet;

use super::{
    Delivery, Lane,
    follower::{catch_up, follow},
    projector::Projector,
    start::{LoadError, load},
};
use crate::ports::{EventLog, event_log::Partition};

/// New partitions are looked for so often.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A partition that has to be built anew twice within so long has a fault that building it anew does not mend.
const REBUILDS_APART: Duration = Duration::from_secs(60);
/// A log that does not answer while a partition is built anew is waited for so long; then it may be gone for good.
const LOG_WAIT: Duration = Duration::from_secs(10);
/// How long to wait for an archive that does not answer before it is asked again.
const RETRY: Duration = Duration::from_millis(500);
/// Members of a new partition's channel that are looked through one by one.
const MEMBERS_MAX: usize = 10_000;

/// Why a partition is followed no further.
#[derive(Debug)]
pub enum Stopped {
    /// The archive or the log no longer stands where this server thinks: begin anew from what they hold.
    Misplaced(String),
    /// The sentence that the process ends with.
    Broken(String),
}

impl Delivery {
    /// Brings all partitions that the log has to where it ends. Nobody is served before.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn start(self: &Arc<Self>) -> Result<(), String> {
        let count = count(&*self.log).await?;
        for (lane, _) in
            try_join_all((0..count).map(|partition| self.open(partition))).await.map_err(LoadError::told)?
        {
            self.lanes.push(lane);
        }
        Ok(())
    }

    /// Keeps them going.
    ///
    /// # Errors
    /// The sentence that the process ends with.
    pub async fn run(self: Arc<Self>) -> Result<(), String> {
        let mut going = JoinSet::new();
        for lane in self.lanes.all() {
            going.spawn(self.clone().keep(lane));
        }
        loop {
            tokio::select! {
                ended = going.join_next() => return match ended {
                    Some(Ok(why)) => Err(why),
                    Some(Err(panic)) => Err(format!("a partition's task has failed: {panic}")),
                    None => Err("the log has no partition".into()),
                },
                () = tokio::time::sleep(LOOK_EVERY) => self.take_in(&mut going).await?,
            }
        }
    }

    /// Follows partitions that are new. What cannot be read now is taken in later.
    async fn take_in(self: &Arc<Self>, going: &mut JoinSet<String>) -> Result<(), String> {
        let lanes = &self.lanes;
        let Ok(count) = self.log.partitions().await else { return Ok(()) };
        for partition in lanes.count()..count {
            let opened = match self.open(partition).await {
                Ok((lane, channels)) => self.announce(&channels).await.map(|()| lane),
                Err(error) => Err(error),
            };
            let lane = match opened {
                Ok(lane) => lane,
                Err(LoadError::Refused(why)) => return Err(why),
                Err(LoadError::NoArchive(why) | LoadError::NoLog(why)) => {
                    tracing::warn!(partition, %why, "a new partition is taken in later");
                    return Ok(());
                }
            };
            tracing::info!(partition, "the log has a new partition");
            lanes.push(lane.clone());
            going.spawn(self.clone().keep(lane));
        }
        Ok(())
    }

    /// Makes channels live on the sockets that are open. Another server may have taken the partition in earlier: who joined
    /// there before this one did is in the archive, and no event of it is told here.
    async fn announce(&self, channels: &[ChannelId]) -> Result<(), LoadError> {
        let (directory, hub) = (&self.directory, &self.hub);
        for channel in channels {
            let members = directory.member_ids(channel, MEMBERS_MAX).await;
            let members = members.map_err(|error| LoadError::NoArchive(crate::chain(&error)))?;
            if members.len() == MEMBERS_MAX {
                // All resume, which finds out for each.
                hub.close_all();
                return Ok(());
            }
            members.iter().for_each(|member| hub.announce(member, channel));
        }
        Ok(())
    }

    /// A partition that stands where the log ends, and the channels that the archive held of it.
    async fn open(self: &Arc<Self>, partition: Partition) -> Result<(Arc<Lane>, Vec<ChannelId>), LoadError> {
        let (sequencer, heads) = load(partition, &*self.archive, &*self.log).await?;
        self.hub.restore(partition, &heads);
        let lane = Arc::new(Lane::new(partition, sequencer));
        self.read_to_the_end(&lane).await?;
        lane.set_ready(true);
        Ok((lane, heads.into_keys().collect()))
    }

    /// Keeps one partition going; says with which sentence it cannot.
    async fn keep(self: Arc<Self>, lane: Arc<Lane>) -> String {
        let mut rebuilt: Option<Instant> = None;
        loop {
            let projector = Projector { lane: lane.clone(), delivery: self.clone() };
            let stopped = tokio::select! {
                stopped = follow(&lane, &self) => stopped,
                stopped = projector.run() => stopped,
            };
            let why = match stopped {
                Stopped::Broken(why) => return why,
                Stopped::Misplaced(why) => why,
            };
            if rebuilt.is_some_and(|at| at.elapsed() < REBUILDS_APART) {
                return why;
            }
            tracing::error!(partition = lane.partition, %why, "the partition is read anew");
            if let Err(why) = self.rebuild(&lane).await {
                return why;
            }
            rebuilt = Some(Instant::now());
            tracing::info!(partition = lane.partition, "the partition is ready again");
        }
    }

    /// Begins anew from the archive and the log. Sockets are closed: they resume by what they hold.
    async fn rebuild(self: &Arc<Self>, lane: &Arc<Lane>) -> Result<(), String> {
        let mut silent_since: Option<Instant> = None;
        lane.set_ready(false);
        // What cannot be read now cannot be heard either: elsewhere, or here later, it can.
        self.hub.close_partition(lane.partition);
        loop {
            match self.begin_anew(lane).await {
                Ok(()) => break,
                Err(LoadError::Refused(why)) => return Err(why),
                Err(LoadError::NoLog(why)) => {
                    if silent_since.get_or_insert_with(Instant::now).elapsed() > LOG_WAIT {
                        return Err(why);
                    }
                }
                Err(LoadError::NoArchive(_)) => silent_since = None,
            }
            tokio::time::sleep(RETRY).await;
        }
        // What was written by another server meanwhile is not read here.
        lane.set_ready(true);
        lane.waiting.look_again();
        Ok(())
    }

    async fn begin_anew(self: &Arc<Self>, lane: &Arc<Lane>) -> Result<(), LoadError> {
        let (sequencer, heads) = load(lane.partition, &*self.archive, &*self.log).await?;
        // What this process has told and acknowledged belongs to the log before: it must not go on with another one.
        if sequencer.generation() != lane.sequencer().generation() {
            let why = "another log was adopted while this server ran: start it again, on that log";
            return Err(LoadError::Refused(why.into()));
        }
        self.hub.restore(lane.partition, &heads);
        lane.reset(sequencer);
        self.read_to_the_end(lane).await
    }

    /// Reads a partition as far as the log goes now, its projector beside it: what is read does not pile up in memory.
    async fn read_to_the_end(self: &Arc<Self>, lane: &Arc<Lane>) -> Result<(), LoadError> {
        let hall = self.directory.hall().await.map_err(|error| LoadError::NoArchive(crate::chain(&error)))?;
        if hall.is_none() {
            // Nothing is written into a database that may not belong to this log.
            return catch_up(lane, self, false).await;
        }
        let projector = Projector { lane: lane.clone(), delivery: self.clone() };
        tokio::select! {
            read = catch_up(lane, self, true) => read,
            stopped = projector.run() => Err(match stopped {
                Stopped::Misplaced(why) => LoadError::NoArchive(why),
                Stopped::Broken(why) => LoadError::Refused(why),
            }),
        }
    }
}

async fn count(log: &dyn EventLog) -> Result<u32, String> {
    log.partitions().await.map_err(|error| error.to_string())
}
