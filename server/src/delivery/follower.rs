//! ⑧ Reads a partition of the log, record by record, through the sequencer. Before it on a message's way: the log's adapter.
//! After it: the hub, which sends events to sockets; beside that the projector, which archives them. The verdict on a change is
//! resolved last, so that a client that gets an ack can already read the message. The ack takes this path: from here
//! through `verdicts` to the waiting `Submission::outcome`, then through `messages/post`, `gateway/inbound` and
//! `gateway/outbound` to the socket.

use std::time::{Duration, Instant};

use domain::{
    error::ErrorCode,
    record::Record,
    sequencer::{Broken, Decision, Outcome, Reading},
};

use super::{
    error::{LoadError, PartitionError},
    handle::Delivery,
    hub::Hub,
    partition::{BacklogRecord, PartitionState, RecordContent},
    partitions::HELD_BYTES_MAX,
    verdicts::{ChangeKey, Verdict},
};
use crate::{
    metrics::Metrics,
    ports::{
        archive::{Checksum, DeadLetter},
        event_log::{LogError, LogRecord},
    },
};

/// Copies of a record's body that are held in memory until it is archived: decoded in the event, and encoded in its frame. Ring,
/// sockets and projector share both.
const COPIES: usize = 2;
/// Bytes that an event costs in memory beside its body: names, ids, and the entries that point to it.
const OVERHEAD_BYTES: usize = 1_024;
/// How long after the start of catching up reads below the reported end may return nothing.
const END_WAIT: Duration = Duration::from_secs(5);
/// Poll interval while catching up has to wait.
const CATCH_UP_POLL: Duration = Duration::from_millis(100);
/// Records that are read at once while catching up.
const CATCH_UP_RECORDS: u32 = 512;
/// Bytes of backlog above which catching up waits for the projector. An old archive may be days behind the log.
const CATCH_UP_BYTES: usize = 16 * 1024 * 1024;

/// Reads a partition until it fails, and returns the reason.
pub(super) async fn follow(partition: &PartitionState, delivery: &Delivery) -> PartitionError {
    let mut records = delivery.log.follow(partition.number, partition.next_offset());
    loop {
        delivery.partitions.wait_for_room().await;
        let next = match records.next().await {
            Ok(next) => next,
            Err(error) => return PartitionError::Diverged(error.to_string()),
        };
        for record in next {
            if let Err(broken) = read(partition, &delivery.hub, &delivery.metrics, record) {
                return PartitionError::Fatal(broken.to_string());
            }
        }
    }
}

/// Reads everything that the log holds now. Clients are served afterwards only: a channel must not seem to end before a message
/// that was acknowledged before a crash. With `is_projected` a projector runs beside it, and is waited for when the backlog grows.
///
/// # Errors
/// [`LoadError::LogUnavailable`], [`LoadError::Refused`].
pub(super) async fn catch_up(
    partition: &PartitionState,
    delivery: &Delivery,
    is_projected: bool,
) -> Result<(), LoadError> {
    let log = &*delivery.log;
    let unavailable = |error: LogError| LoadError::LogUnavailable(error.to_string());
    // While the archive cannot be written, reading continues as long as memory has room: messages are delivered all the same.
    let partitions = log.partitions().await.map_err(unavailable)?.max(1);
    let stalled_bytes = CATCH_UP_BYTES.max(HELD_BYTES_MAX / partitions as usize);
    let began = Instant::now();
    let end = log.range(partition.number).await.map_err(unavailable)?.next;
    loop {
        let from = partition.next_offset();
        if from >= end {
            return Ok(());
        }
        let most = || if partition.is_stalled() { stalled_bytes } else { CATCH_UP_BYTES };
        while is_projected && partition.backlog_bytes() > most() {
            tokio::time::sleep(CATCH_UP_POLL).await;
        }
        let records = log.read(partition.number, from, CATCH_UP_RECORDS).await.map_err(unavailable)?;
        if records.is_empty() {
            // A broker that has just become the leader may be a moment behind the end that it reported.
            if began.elapsed() > END_WAIT {
                tracing::warn!(partition = partition.number, from, end, "the event log holds less than it reports");
                return Ok(());
            }
            tokio::time::sleep(CATCH_UP_POLL).await;
            continue;
        }
        for record in records {
            read(partition, &delivery.hub, &delivery.metrics, record)
                .map_err(|broken| LoadError::Refused(broken.to_string()))?;
        }
    }
}

fn read(partition: &PartitionState, hub: &Hub, metrics: &Metrics, record: LogRecord) -> Result<(), Broken> {
    let LogRecord { offset, bytes } = record;
    // The lock is held until the hub has the event: `submit` acknowledges any change that the sequencer knows, so its message must be
    // readable.
    let mut sequencer = partition.sequencer();
    let reading = sequencer.read(offset, &bytes)?;
    let window_floor = sequencer.window().floor();
    if let Some(word) = metric_label(&reading) {
        metrics.log_changes.add(word);
    }
    let (checksum, cost) = (Checksum::of(&bytes), COPIES * bytes.len() + OVERHEAD_BYTES);
    let mut resolved = None;
    let content = match reading {
        Reading::Skipped => RecordContent::Nothing,
        Reading::Rejected { reason } => {
            tracing::error!(partition = partition.number, offset, %reason, "record rejected and stored as a dead letter");
            refuse_rejected(partition, &bytes);
            RecordContent::DeadLetter(DeadLetter { offset, reason, record: bytes })
        }
        Reading::Change(Decision { channel, id, author, digest, outcome }) => {
            let (verdict, content) = match outcome {
                Outcome::Kept(event) => {
                    hub.deliver(partition.number, &event);
                    (Verdict::Sequenced(event.event.pos), RecordContent::Event(event))
                }
                Outcome::Repeat(pos) => (Verdict::Sequenced(pos), RecordContent::Nothing),
                Outcome::Conflict => (Verdict::Refused(ErrorCode::IdConflict), RecordContent::Nothing),
                Outcome::Stale => (Verdict::Retry, RecordContent::Nothing),
            };
            resolved = Some((ChangeKey { channel, id, author, digest }, verdict));
            content
        }
    };
    drop(sequencer);
    partition.push(BacklogRecord { offset, checksum, window_floor, content, bytes: cost });
    if let Some((key, verdict)) = resolved
        && let Some(waited) = partition.verdicts.resolve(&key, verdict)
    {
        metrics.read_back.observe(waited.as_secs_f64());
    }
    Ok(())
}

/// Returns the label under which a record is counted.
fn metric_label(reading: &Reading) -> Option<&'static str> {
    match reading {
        Reading::Skipped => None,
        Reading::Rejected { .. } => Some("unreadable"),
        Reading::Change(decision) => Some(match decision.outcome {
            Outcome::Kept(_) => "kept",
            Outcome::Repeat(_) => "repeat",
            Outcome::Conflict => "conflict",
            Outcome::Stale => "stale",
        }),
    }
}

/// Resolves the verdict on a change that can be decoded but does not fit its channel, so that its writer does not wait until a timeout.
fn refuse_rejected(partition: &PartitionState, bytes: &[u8]) {
    if let Ok(Record::Change(change)) = Record::decode(bytes) {
        let (author, digest) = (change.action.actor().clone(), change.action.digest());
        let key = ChangeKey { channel: change.channel, id: change.id, author, digest };
        partition.verdicts.resolve(&key, Verdict::Refused(ErrorCode::NotFound));
    }
}
