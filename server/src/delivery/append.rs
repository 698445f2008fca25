//! From a change that is wanted to the verdict on it: looked for first, appended once, answered by what is read back.

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
    Delivery, Lane,
    waiting::{Answer, Key},
};
use crate::ports::event_log::{AppendError, Partition};

/// How long a verdict is waited for. After it the outcome is unknown: the record may still come. A person is told within five
/// seconds that something is wrong.
const VERDICT_WAIT: Duration = Duration::from_secs(4);
/// An id that is further than so many milliseconds from now is looked for in the archive, whatever its sender says.
const FRESH_MS: i64 = 60_000;
/// How often a stale record is appended again before its sender is asked to.
const LOOKS_MAX: usize = 3;

/// A change that somebody wants.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where.
    pub channel: ChannelId,
    /// Its id.
    pub id: MessageId,
    /// When it was taken.
    pub at: Timestamp,
    /// What.
    pub action: Action,
}

/// A change that is known already, or on its way in the order in which it was begun.
pub enum Begun {
    /// It stands there.
    Known(Pos),
    /// It stands there, and this server has not read so far yet.
    Ahead(oneshot::Receiver<Answer>),
    /// It is on its way.
    OnItsWay(oneshot::Receiver<Answer>),
}

impl Delivery {
    /// Looks for a change and appends it if it is not there. Changes begun one after another keep their order. `retry`:
    /// it may have been appended long ago, so the archive is asked too.
    ///
    /// # Errors
    /// [`ErrorCode::IdConflict`], [`ErrorCode::TryAgain`], [`ErrorCode::StorageFull`].
    pub async fn begin(&self, partition: Partition, wanted: &Wanted, retry: bool) -> Result<Begun, ErrorCode> {
        let lane = self.lane(partition)?;
        if self.lanes.are_full() {
            return Err(ErrorCode::TryAgain);
        }
        let author = wanted.action.actor().clone();
        let (channel, id, digest) = (wanted.channel.clone(), wanted.id, wanted.action.digest());
        let key = Key { channel, id, author, digest };
        let look = lane.look(&key.channel, id);
        if let Some(first) = look.found {
            return same(&key, first.pos, &first.author, first.digest).map(Begun::Known);
        }
        // Whoever sends an old id, or one from a clock that is far ahead, as if for the first time may have sent it long ago.
        let may_be_old = retry || (wanted.at.millis() - id.made_at().millis()).abs() > FRESH_MS;
        if may_be_old && !faults::is_seeded(faults::REPEATS) {
            let found = self.archive.find(partition, &key.channel, id).await.map_err(self.metrics.archive_failed())?;
            if let Some((pos, author, digest)) = found.kept {
                return same(&key, pos, &author, digest).map(|pos| read_here(&lane, &key, pos));
            }
            if found.complete_to < look.window_floor {
                return Err(ErrorCode::TryAgain);
            }
        }
        let (answer, first) = lane.waiting.join(&key);
        if first {
            self.append(&lane, key, wanted, look.after).await?;
        }
        Ok(Begun::OnItsWay(answer))
    }

    /// Waits for the verdict on a change that was begun.
    ///
    /// # Errors
    /// As [`Delivery::begin`]; [`ErrorCode::TryAgain`] when the outcome is unknown.
    pub async fn outcome(&self, partition: Partition, wanted: &Wanted, mut begun: Begun) -> Result<Pos, ErrorCode> {
        for _ in 0..LOOKS_MAX {
            let answer = match begun {
                Begun::Known(pos) => return Ok(pos),
                Begun::Ahead(answer) | Begun::OnItsWay(answer) => tokio::time::timeout(VERDICT_WAIT, answer).await,
            };
            match answer {
                Ok(Ok(Answer::At(pos))) => return Ok(pos),
                Ok(Ok(Answer::Refused(code))) => return Err(code),
                Ok(Ok(Answer::LookAgain)) => begun = self.begin(partition, wanted, true).await?,
                Ok(Err(_)) | Err(_) => return Err(ErrorCode::TryAgain),
            }
        }
        Err(ErrorCode::TryAgain)
    }

    async fn append(&self, lane: &Arc<Lane>, key: Key, wanted: &Wanted, after: u64) -> Result<(), ErrorCode> {
        let change = Change {
            generation: lane.sequencer().generation(),
            channel: wanted.channel.clone(),
            id: wanted.id,
            at: wanted.at,
            after,
            action: wanted.action.clone(),
        };
        match self.log.append(lane.partition, Record::Change(change).encode()).await {
            Ok(receipt) => {
                let lane = lane.clone();
                if faults::is_seeded(faults::DURABLE) {
                    lane.waiting.answer(&key, Answer::At(Pos::new(lane.sequencer().generation(), after)));
                }
                // Ends with the commit: the receipt says only that it failed, success is read back.
                tokio::spawn(async move {
                    if let Ok(error) = receipt.await {
                        lane.waiting.answer(&key, Answer::Refused(told(&error)));
                    }
                });
                Ok(())
            }
            Err(error) => {
                let code = told(&error);
                lane.waiting.answer(&key, Answer::Refused(code));
                Err(code)
            }
        }
    }
}

/// What the archive holds, another server may have read before this one: whoever gets an ack must be able to read it here.
fn read_here(lane: &Lane, key: &Key, pos: Pos) -> Begun {
    let (answer, _) = lane.waiting.join(key);
    if lane.has_read(pos) {
        // Others may have joined in that moment.
        lane.waiting.answer(key, Answer::At(pos));
        return Begun::Known(pos);
    }
    Begun::Ahead(answer)
}

fn same(key: &Key, pos: Pos, author: &AccountId, digest: Digest) -> Result<Pos, ErrorCode> {
    if *author == key.author && digest == key.digest { Ok(pos) } else { Err(ErrorCode::IdConflict) }
}

fn told(error: &AppendError) -> ErrorCode {
    match error {
        AppendError::Busy | AppendError::Unknown => ErrorCode::TryAgain,
        AppendError::Full => ErrorCode::StorageFull,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_archive_holds_is_acknowledged_once_it_was_read_here() {
        let sequencer = domain::sequencer::Sequencer::restore(1, 5, Default::default(), Default::default());
        let lane = Lane::new(0, sequencer);
        let id = MessageId::generate();
        let key = Key {
            channel: "c".parse().expect("an id"),
            id,
            author: "ann".parse().expect("an id"),
            digest: Digest([0; 16]),
        };
        assert!(matches!(read_here(&lane, &key, Pos::new(1, 4)), Begun::Known(pos) if pos == Pos::new(1, 4)));
        assert_eq!(lane.waiting.count(), 0, "nobody is left behind");
        let Begun::Ahead(mut ahead) = read_here(&lane, &key, Pos::new(1, 7)) else { panic!("not read here") };
        assert!(ahead.try_recv().is_err(), "another server has read further than this one");
        lane.waiting.answer(&key, Answer::At(Pos::new(1, 7)));
        assert_eq!(ahead.try_recv(), Ok(Answer::At(Pos::new(1, 7))));
    }
}
