//! Whether this server reads and accepts records in time: whether the log answers, how far its end is ahead of what was read, and
//! whether the backlog is full. The follower cannot detect this: to it, a log that does not answer has no new records.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use parking_lot::Mutex;

use super::{partition::PartitionState, partitions::PartitionSet};
use crate::ports::EventLog;

/// Poll interval while the log does not answer. It is short so that all servers notice at about the same time that it is back.
const RETRY: Duration = Duration::from_millis(300);
/// Poll interval while the log answers.
const POLL: Duration = Duration::from_secs(5);

/// A state in which something is missing that this server needs. Its beginning and its end are logged.
pub struct Outage {
    since: Mutex<Option<Instant>>,
    begins: &'static str,
    ends: &'static str,
}

impl Outage {
    /// Returns an outage that has not begun, with the log lines for its beginning and its end.
    pub fn new(begins: &'static str, ends: &'static str) -> Self {
        Self { since: Mutex::default(), begins, ends }
    }

    /// Returns for how long the outage has lasted, or `None` when there is none.
    pub fn duration(&self) -> Option<Duration> {
        self.since.lock().map(|since| since.elapsed())
    }

    /// Begins or ends the outage, if that is a change.
    pub fn set(&self, is_out: bool) {
        let mut since = self.since.lock();
        if !is_out && since.take().is_some() {
            tracing::info!("{}", self.ends);
        }
        if is_out && since.is_none() {
            tracing::error!("{}", self.begins);
            *since = Some(Instant::now());
        }
    }
}

/// The outages that keep this server from receiving events, or from accepting messages.
pub struct Health {
    /// At least one partition of the log does not answer.
    pub log_unreachable: Outage,
    /// Records that the log held ten seconds ago were not read yet.
    pub lagging: Outage,
    /// The backlog is full.
    pub backlog_full: Outage,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            log_unreachable: Outage::new(
                "the event log does not answer; no events are received and no messages are accepted",
                "the event log answers again",
            ),
            lagging: Outage::new(
                "this server is more than ten seconds behind the event log; events arrive late",
                "this server has caught up with the event log",
            ),
            backlog_full: Outage::new(
                "the backlog of events that are not archived is full; no messages are accepted",
                "the backlog has room again; messages are accepted",
            ),
        }
    }
}

impl Health {
    /// Returns for how long this server could not read records of other servers, or could not accept messages; `None` while it
    /// can do both.
    pub fn degraded_for(&self) -> Option<Duration> {
        [&self.log_unreachable, &self.lagging, &self.backlog_full].into_iter().filter_map(Outage::duration).max()
    }

    /// Records whether the backlog is full.
    pub fn check_backlog(&self, partitions: &PartitionSet) {
        self.backlog_full.set(partitions.is_backlog_full());
    }
}

/// Asks the log for the end of each partition until the process ends. A partition that does not answer keeps the end that was
/// read before. The log counts as unreachable when any partition does not answer: members of its channels receive nothing.
pub(super) async fn poll(log: &dyn EventLog, partitions: &PartitionSet, health: &Health) -> ! {
    // The answers of the last two polls.
    let (mut older, mut last) = (Vec::new(), Vec::new());
    loop {
        let partitions = partitions.all();
        let ask = partitions.iter().map(|partition| async {
            let range = log.range(partition.number).await;
            range.map(|range| partition.set_high_watermark(range.next)).is_ok()
        });
        let has_answered = join_all(ask).await.iter().all(|has_answered| *has_answered);
        health.log_unreachable.set(!has_answered);
        if !has_answered {
            tokio::time::sleep(RETRY).await;
            continue;
        }
        health.lagging.set(!have_read(&partitions, &older));
        let ends = partitions.iter().map(|partition| partition.high_watermark());
        older = std::mem::replace(&mut last, ends.collect());
        tokio::time::sleep(POLL).await;
    }
}

/// Returns whether each partition was read up to the end that it had. Partitions without one are new since then.
fn have_read(partitions: &[Arc<PartitionState>], ends: &[u64]) -> bool {
    partitions.iter().zip(ends).all(|(partition, end)| partition.next_offset() >= *end)
}

#[cfg(test)]
mod tests {
    use domain::sequencer::Sequencer;

    use super::{super::partitions::tests as backlog, *};

    #[test]
    fn outage_lasts_from_its_beginning() {
        let outage = Outage::new("", "");
        assert_eq!(outage.duration(), None);
        outage.set(true);
        let since = *outage.since.lock();
        outage.set(true);
        assert_eq!(*outage.since.lock(), since);
        assert!(outage.duration().is_some());
        outage.set(false);
        assert_eq!(outage.duration(), None);
    }

    #[test]
    fn is_degraded_while_the_backlog_is_full() {
        let (partitions, health) = (backlog::full(), Health::default());
        health.check_backlog(&partitions);
        assert!(health.degraded_for().is_some() && health.backlog_full.duration().is_some());
        backlog::free(&partitions, 0);
        health.check_backlog(&partitions);
        assert!(health.degraded_for().is_none());
    }

    #[test]
    fn lags_while_a_partition_is_not_read_to_its_earlier_end() {
        let partition = |next| {
            let sequencer = Sequencer::restore(1, next, Default::default(), Default::default());
            Arc::new(PartitionState::new(0, sequencer))
        };
        let partitions = [partition(5), partition(9)];
        assert!(have_read(&partitions, &[]), "the log was not asked yet");
        assert!(have_read(&partitions, &[5, 8]));
        assert!(have_read(&partitions, &[5]), "the second partition is new");
        assert!(!have_read(&partitions, &[5, 10]));
    }
}
