//! Keeps the partitions going: each is loaded, followed and projected, and built anew from the archive and the log when the two
//! no longer stand where this server thinks. New partitions are taken in while it runs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use tokio::task::JoinSet;

use super::{
    Lane,
    follower::{catch_up, follow},
    projector::Projector,
    start::{LoadError, load},
};
use crate::{
    ports::{EventLog, event_log::Partition},
    state::AppState,
};

/// New partitions are looked for so often.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A partition that has to be built anew twice within so long has a fault that building it anew does not mend.
const REBUILDS_APART: Duration = Duration::from_secs(60);
/// A log that does not answer while a partition is built anew is waited for so long; then it may be gone for good.
const LOG_WAIT: Duration = Duration::from_secs(10);
/// How long to wait for an archive that does not answer before it is asked again.
const RETRY: Duration = Duration::from_millis(500);

/// Why a partition is followed no further.
#[derive(Debug)]
pub enum Stopped {
    /// The archive or the log no longer stands where this server thinks: begin anew from what they hold.
    Misplaced(String),
    /// The sentence that the process ends with.
    Broken(String),
}

/// What each partition is kept going with.
#[derive(Clone)]
pub struct Partitions {
    /// Everything.
    pub state: AppState,
}

impl Partitions {
    /// Brings all partitions that the log has to where it ends. Nobody is served before.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn start(&self) -> Result<(), String> {
        let count = count(&*self.state.delivery.log).await?;
        for lane in try_join_all((0..count).map(|partition| self.open(partition))).await? {
            self.state.delivery.lanes.push(lane);
        }
        Ok(())
    }

    /// Keeps them going.
    ///
    /// # Errors
    /// The sentence that the process ends with.
    pub async fn run(self) -> Result<(), String> {
        let mut going = JoinSet::new();
        for lane in self.state.delivery.lanes.all() {
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

    /// Follows partitions that are new.
    async fn take_in(&self, going: &mut JoinSet<String>) -> Result<(), String> {
        let lanes = &self.state.delivery.lanes;
        // A log that cannot say so now says so later.
        let Ok(count) = self.state.delivery.log.partitions().await else { return Ok(()) };
        for partition in lanes.count()..count {
            let lane = self.open(partition).await?;
            tracing::info!(partition, "the log has a new partition");
            lanes.push(lane.clone());
            going.spawn(self.clone().keep(lane));
        }
        Ok(())
    }

    async fn open(&self, partition: Partition) -> Result<Arc<Lane>, String> {
        let (delivery, hub) = (&self.state.delivery, &self.state.hub);
        let (sequencer, heads) = load(partition, &*delivery.archive, &*delivery.log).await.map_err(LoadError::told)?;
        hub.restore(partition, &heads);
        let lane = Arc::new(Lane::new(partition, sequencer));
        catch_up(&lane, &*delivery.log, hub, &self.state.metrics).await?;
        lane.set_ready(true);
        Ok(lane)
    }

    /// Keeps one partition going; says with which sentence it cannot.
    async fn keep(self, lane: Arc<Lane>) -> String {
        let mut rebuilt: Option<Instant> = None;
        loop {
            let projector = Projector { lane: lane.clone(), state: self.state.clone() };
            let stopped = tokio::select! {
                stopped = follow(&lane, &*self.state.delivery.log, &self.state.hub, &self.state.metrics) => stopped,
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
    async fn rebuild(&self, lane: &Lane) -> Result<(), String> {
        let (delivery, hub) = (&self.state.delivery, &self.state.hub);
        let began = Instant::now();
        lane.set_ready(false);
        let (sequencer, heads) = loop {
            match load(lane.partition, &*delivery.archive, &*delivery.log).await {
                Ok(loaded) => break loaded,
                Err(LoadError::Refused(why)) => return Err(why),
                Err(LoadError::NoLog(why)) if began.elapsed() > LOG_WAIT => return Err(why),
                Err(LoadError::NoLog(_) | LoadError::NoArchive(_)) => tokio::time::sleep(RETRY).await,
            }
        };
        // What this process has told and acknowledged belongs to the log before: it must not go on with another one.
        if sequencer.generation() != lane.sequencer().generation() {
            return Err("another log was adopted while this server ran: start it again, on that log".into());
        }
        hub.restore(lane.partition, &heads);
        lane.reset(sequencer);
        catch_up(lane, &*delivery.log, hub, &self.state.metrics).await?;
        lane.set_ready(true);
        Ok(())
    }
}

async fn count(log: &dyn EventLog) -> Result<u32, String> {
    log.partitions().await.map_err(|error| error.to_string())
}
