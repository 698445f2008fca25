//! Submits a change and waits for its verdict. The change is searched for first, appended if it is not found, and decided by its record
//! as read back.

use std::{sync::Arc, time::Duration};

use domain::{
    clock::Timestamp,
    error::ErrorCode,
    faults,
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::{Action, Change, Digest, Record},
};
use tokio::sync::oneshot;

use super::{
    handle::Delivery,
    partition::PartitionState,
    verdicts::{ChangeKey, Verdict},
};
use crate::ports::event_log::{AppendError, Partition};

/// How long each attempt waits for its verdict. After that the outcome is unknown: the record may still be read. It is shorter than the
/// five seconds after which a user has to learn that something is wrong.
const VERDICT_WAIT: Duration = Duration::from_secs(4);
/// Milliseconds between the time in an id and now, above which the archive is searched even for a first attempt.
const FRESH_MS: i64 = 60_000;
/// Times a change is appended before its sender is asked to try again.
const ATTEMPTS_MAX: usize = 3;

/// A change to a channel that a user or the directory's outbox requests.
#[derive(Clone, Debug)]
pub struct ChangeRequest {
    pub(crate) channel: ChannelId,
    /// Identity within the channel: the same id with the same author and content is the same change.
    pub(crate) id: MessageId,
    /// When this server received the request, or the directory stored it.
    pub(crate) at: Timestamp,
    pub(crate) action: Action,
}

/// A submitted change: known already, or on its way in the order of submission.
pub struct Submission {
    delivery: Arc<Delivery>,
    partition: Partition,
    request: ChangeRequest,
    submitted: Submitted,
}

enum Submitted {
    /// It was sequenced before, and this server has read it.
    Known(Pos),
    /// It was sequenced before, and this server has not read so far yet.
    NotYetRead(oneshot::Receiver<Verdict>),
    /// It was appended, by this submission or by an earlier one.
    Pending(oneshot::Receiver<Verdict>),
}

/// Searches for a change, and appends it if it is not found. Changes that are submitted one after another keep their order. With
/// `is_retry` the change may have been appended long ago, so the archive is searched too.
///
/// # Errors
/// [`ErrorCode::IdConflict`] when the id belongs to another change, [`ErrorCode::TryAgain`], [`ErrorCode::StorageFull`].
pub async fn submit(
    delivery: &Arc<Delivery>,
    partition: Partition,
    request: ChangeRequest,
    is_retry: bool,
) -> Result<Submission, ErrorCode> {
    let submitted = begin(delivery, partition, &request, is_retry).await?;
    Ok(Submission { delivery: delivery.clone(), partition, request, submitted })
}

impl Submission {
    /// Returns whether the change had been sequenced before it was submitted.
    pub fn was_known(&self) -> bool {
        matches!(self.submitted, Submitted::Known(_) | Submitted::NotYetRead(_))
    }

    /// Waits for the verdict, and returns the position of the change's event, which can be read on this server.
    ///
    /// # Errors
    /// As [`submit`]; also [`ErrorCode::TryAgain`] when the outcome is unknown.
    pub async fn outcome(self) -> Result<Pos, ErrorCode> {
        let Self { delivery, partition, request, mut submitted } = self;
        for attempt in 1..=ATTEMPTS_MAX {
            let verdict = match submitted {
                Submitted::Known(pos) => return Ok(pos),
                Submitted::NotYetRead(verdict) | Submitted::Pending(verdict) => verdict,
            };
            match tokio::time::timeout(VERDICT_WAIT, verdict).await {
                Ok(Ok(Verdict::Sequenced(pos))) => return Ok(pos),
                Ok(Ok(Verdict::Refused(code))) => return Err(code),
                Ok(Ok(Verdict::Retry)) if attempt < ATTEMPTS_MAX => {
                    submitted = begin(&delivery, partition, &request, true).await?;
                }
                Ok(Ok(Verdict::Retry) | Err(_)) | Err(_) => return Err(ErrorCode::TryAgain),
            }
        }
        Err(ErrorCode::TryAgain)
    }
}

async fn begin(
    delivery: &Delivery,
    partition: Partition,
    request: &ChangeRequest,
    is_retry: bool,
) -> Result<Submitted, ErrorCode> {
    let partition = delivery.partition(partition)?;
    if delivery.partitions.is_backlog_full() {
        return Err(ErrorCode::TryAgain);
    }
    let author = request.action.actor().clone();
    let (channel, id, digest) = (request.channel.clone(), request.id, request.action.digest());
    let key = ChangeKey { channel, id, author, digest };
    let lookup = partition.find(&key.channel, id);
    if let Some(first) = lookup.found {
        return same_change(&key, first.pos, &first.author, first.digest).map(Submitted::Known);
    }
    // An old id, or one from a clock that is far ahead, may have been sent before even if its sender does not know that.
    let may_be_old = is_retry || (request.at.millis() - id.made_at().millis()).abs() > FRESH_MS;
    if may_be_old && !faults::is_seeded(faults::REPEATS) {
        let found = delivery.archive.find(partition.number, &key.channel, id).await;
        let found = found.map_err(delivery.metrics.archive_failed())?;
        if let Some((pos, author, digest)) = found.kept {
            let pos = same_change(&key, pos, &author, digest)?;
            return Ok(known_or_not_yet_read(&partition, &key, pos));
        }
        if found.complete_to < lookup.window_floor {
            return Err(ErrorCode::TryAgain);
        }
    }
    let (verdict, is_first) = partition.verdicts.join(&key);
    if is_first {
        append(delivery, &partition, key, request, lookup.searched_to).await?;
    }
    Ok(Submitted::Pending(verdict))
}

async fn append(
    delivery: &Delivery,
    partition: &Arc<PartitionState>,
    key: ChangeKey,
    request: &ChangeRequest,
    searched_to: u64,
) -> Result<(), ErrorCode> {
    let generation = partition.sequencer().generation();
    let change = Change {
        generation,
        channel: request.channel.clone(),
        id: request.id,
        at: request.at,
        after: searched_to,
        action: request.action.clone(),
    };
    match delivery.log.append(partition.number, Record::Change(change).encode()).await {
        Ok(receipt) => {
            let partition = partition.clone();
            if faults::is_seeded(faults::DURABLE) {
                partition.verdicts.resolve(&key, Verdict::Sequenced(Pos::new(generation, searched_to)));
            }
            // The receipt only reports a failure, and is dropped without one. Success is read back by the follower.
            tokio::spawn(async move {
                if let Ok(error) = receipt.await {
                    partition.verdicts.resolve(&key, Verdict::Refused(error_code(&error)));
                }
            });
            Ok(())
        }
        Err(error) => {
            let code = error_code(&error);
            partition.verdicts.resolve(&key, Verdict::Refused(code));
            Err(code)
        }
    }
}

/// Returns `Known` if this server has read an archived change, otherwise a submission that resolves when it has: another server may
/// have archived it earlier, and a client that gets an ack must be able to read the message here.
fn known_or_not_yet_read(partition: &PartitionState, key: &ChangeKey, pos: Pos) -> Submitted {
    let (verdict, _) = partition.verdicts.join(key);
    if partition.has_read(pos) {
        // Other submissions of the same change may have joined in between.
        partition.verdicts.resolve(key, Verdict::Sequenced(pos));
        return Submitted::Known(pos);
    }
    Submitted::NotYetRead(verdict)
}

fn same_change(key: &ChangeKey, pos: Pos, author: &AccountId, digest: Digest) -> Result<Pos, ErrorCode> {
    if *author == key.author && digest == key.digest { Ok(pos) } else { Err(ErrorCode::IdConflict) }
}

fn error_code(error: &AppendError) -> ErrorCode {
    match error {
        AppendError::Busy | AppendError::Unknown => ErrorCode::TryAgain,
        AppendError::Full => ErrorCode::StorageFull,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archived_change_is_acknowledged_once_read_here() {
        let sequencer = domain::sequencer::Sequencer::restore(1, 5, Default::default(), Default::default());
        let partition = PartitionState::new(0, sequencer);
        let key = ChangeKey {
            channel: "c".parse().expect("an id"),
            id: MessageId::generate(),
            author: "ann".parse().expect("an id"),
            digest: Digest([0; 16]),
        };
        let read = known_or_not_yet_read(&partition, &key, Pos::new(1, 4));
        assert!(matches!(read, Submitted::Known(pos) if pos == Pos::new(1, 4)));
        assert_eq!(partition.verdicts.len(), 0, "no waiter is left");
        let Submitted::NotYetRead(mut verdict) = known_or_not_yet_read(&partition, &key, Pos::new(1, 7)) else {
            panic!("not read here")
        };
        assert!(verdict.try_recv().is_err(), "another server has read further than this one");
        partition.verdicts.resolve(&key, Verdict::Sequenced(Pos::new(1, 7)));
        assert_eq!(verdict.try_recv(), Ok(Verdict::Sequenced(Pos::new(1, 7))));
    }
}
