//! ⑧ Reads a partition of the log, record by record, through the sequencer. Before it on a message's way: the log's
//! adapter. After it: the hub, which tells people; beside that the projector, which keeps; last those who wait for the
//! verdict, so that whoever gets an ack can read what was acked.

use std::time::{Duration, Instant};

use domain::{
    record::Record,
    sequencer::{Decision, Outcome, Verdict},
};
use sha2::{Digest as _, Sha256};

use super::{
    Delivery, Hub, Lane,
    backlog::HELD_BYTES_MAX,
    lane::{Item, Sequenced},
    partitions::Stopped,
    start::LoadError,
    waiting::{Answer, Key},
};
use crate::{
    metrics::Metrics,
    ports::{
        archive::{ArchivedEvent, Checksum, DeadLetter},
        event_log::{LogError, LogRecord},
    },
};

/// So often the text of a record is held until the archive has it: in the event for the projector, in the ring's event and in its frame.
const COPIES: usize = 3;
/// What an event costs in memory beside that: the entries that point to it, names, ids.
const OVERHEAD_BYTES: usize = 1_024;

/// Follows a partition for as long as it can be followed; says why it cannot.
pub async fn follow(lane: &Lane, delivery: &Delivery) -> Stopped {
    let from = lane.sequencer().next();
    let mut records = delivery.log.follow(lane.partition, from);
    loop {
        delivery.lanes.have_room().await;
        let next = match records.next().await {
            Ok(next) => next,
            Err(error) => return Stopped::Misplaced(error.to_string()),
        };
        for record in next {
            if let Err(why) = read(lane, &delivery.hub, &delivery.metrics, record) {
                return Stopped::Broken(why);
            }
        }
    }
}

/// How long the records up to the log's end are waited for.
const END_WAIT: Duration = Duration::from_secs(5);
/// So often they are asked for.
const END_LOOK: Duration = Duration::from_millis(100);
/// Records that are read at once while a start catches up.
const CATCH_UP_RECORDS: u32 = 512;
/// What a partition may hold in memory meanwhile that the archive does not: an old state of it may have days to catch up.
const CATCH_UP_BYTES: usize = 16 * 1024 * 1024;

/// Reads everything that the log holds now, before anybody is served: whoever got an ack before a crash must not be told
/// that the channel ends earlier. Waits for the projector beside it, if it `is_projected`, whenever it is far ahead.
///
/// # Errors
/// [`LoadError::NoLog`], [`LoadError::Refused`].
pub async fn catch_up(lane: &Lane, delivery: &Delivery, is_projected: bool) -> Result<(), LoadError> {
    let log = &*delivery.log;
    let no_log = |error: LogError| LoadError::NoLog(error.to_string());
    // An archive that cannot be written keeps nobody from hearing what is said now, as long as memory has room for it.
    let partitions = log.partitions().await.map_err(no_log)?.max(1);
    let stalled_bytes = CATCH_UP_BYTES.max(HELD_BYTES_MAX / partitions as usize);
    let began = Instant::now();
    let end = log.range(lane.partition).await.map_err(no_log)?.next;
    loop {
        let from = lane.sequencer().next();
        if from >= end {
            return Ok(());
        }
        while is_projected && lane.backlog_bytes() > if lane.is_stalled() { stalled_bytes } else { CATCH_UP_BYTES } {
            tokio::time::sleep(END_LOOK).await;
        }
        let records = log.read(lane.partition, from, CATCH_UP_RECORDS).await.map_err(no_log)?;
        if records.is_empty() {
            // A broker that has just begun to lead may be a moment behind what it said of its end.
            if began.elapsed() > END_WAIT {
                tracing::warn!(partition = lane.partition, from, end, "the log holds less than it says");
                return Ok(());
            }
            tokio::time::sleep(END_LOOK).await;
            continue;
        }
        for record in records {
            read(lane, &delivery.hub, &delivery.metrics, record).map_err(LoadError::Refused)?;
        }
    }
}

/// A fingerprint of a record.
pub fn checksum(bytes: &[u8]) -> Checksum {
    let mut checksum = [0; 16];
    checksum.copy_from_slice(&Sha256::digest(bytes)[..16]);
    checksum
}

fn read(lane: &Lane, hub: &Hub, metrics: &Metrics, LogRecord { offset, bytes }: LogRecord) -> Result<(), String> {
    // Held until the hub has told of it: an ack for what the sequencer knows comes from what can be read.
    let mut sequencer = lane.sequencer();
    let verdict = sequencer.read(offset, &bytes).map_err(|broken| broken.to_string())?;
    let window_floor = sequencer.window().floor();
    if let Some(word) = word(&verdict) {
        metrics.log_changes.add(word);
    }
    let (checksum, cost) = (checksum(&bytes), COPIES * bytes.len() + OVERHEAD_BYTES);
    let mut answer = None;
    let item = match verdict {
        Verdict::Skipped => Item::Nothing,
        Verdict::Unreadable { reason } => {
            tracing::error!(partition = lane.partition, offset, %reason, "a record of the log was parked");
            refuse_unreadable(lane, &bytes);
            Item::DeadLetter(DeadLetter { offset, reason, record: bytes })
        }
        Verdict::Change(Decision { channel, id, author, digest, outcome }) => {
            let n = sequencer.head(&channel).map_or(0, |head| head.n);
            let key = Key { channel, id, author: author.clone(), digest };
            match outcome {
                Outcome::Kept(event) => {
                    answer = Some((key, Answer::At(event.pos)));
                    hub.deliver(lane.partition, &event, n);
                    Item::Event(Box::new(ArchivedEvent { event: *event, n, id, author, digest }))
                }
                Outcome::Repeat(pos) => {
                    answer = Some((key, Answer::At(pos)));
                    Item::Nothing
                }
                Outcome::Conflict => {
                    answer = Some((key, Answer::Refused(domain::error::ErrorCode::IdConflict)));
                    Item::Nothing
                }
                Outcome::Stale => {
                    answer = Some((key, Answer::LookAgain));
                    Item::Nothing
                }
            }
        }
    };
    drop(sequencer);
    lane.push(Sequenced { offset, checksum, window_floor, item, bytes: cost });
    if let Some((key, answer)) = answer
        && let Some(waited) = lane.waiting.answer(&key, answer)
    {
        metrics.read_back.observe(waited.as_secs_f64());
    }
    Ok(())
}

/// What a record of this verdict is counted as.
fn word(verdict: &Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Skipped => None,
        Verdict::Unreadable { .. } => Some("unreadable"),
        Verdict::Change(decision) => Some(match decision.outcome {
            Outcome::Kept(_) => "kept",
            Outcome::Repeat(_) => "repeat",
            Outcome::Conflict => "conflict",
            Outcome::Stale => "stale",
        }),
    }
}

/// Whoever wrote a record that was parked must not wait for ever.
fn refuse_unreadable(lane: &Lane, bytes: &[u8]) {
    if let Ok(Record::Change(change)) = Record::decode(bytes) {
        let (author, digest) = (change.action.actor().clone(), change.action.digest());
        let key = Key { channel: change.channel, id: change.id, author, digest };
        lane.waiting.answer(&key, Answer::Refused(domain::error::ErrorCode::NotFound));
    }
}
