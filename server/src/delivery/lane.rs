//! What the follower, the projector and the writers of one partition share.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    ids::{ChannelId, MessageId, Pos},
    sequencer::{Head, Sequencer, WindowEntry},
};
use tokio::sync::Notify;

use super::waiting::Waiting;
use crate::ports::{
    archive::{ArchivedEvent, Checksum, DeadLetter},
    event_log::Partition,
};

/// One record, as the projector needs it.
pub struct Sequenced {
    /// Its place.
    pub offset: u64,
    /// Of its bytes.
    pub checksum: Checksum,
    /// The window's floor after it.
    pub window_floor: u64,
    /// What has to be written.
    pub item: Item,
    /// What it costs to hold it.
    pub bytes: usize,
}

/// What has to be written of one record.
pub enum Item {
    /// A kept event.
    Event(Box<ArchivedEvent>),
    /// A record that nobody could read.
    DeadLetter(DeadLetter),
    /// Nothing but the position.
    Nothing,
}

/// The shared state of one partition.
pub struct Lane {
    /// Its number.
    pub partition: Partition,
    /// Those who wait for a verdict.
    pub waiting: Waiting,
    sequencer: Mutex<Sequencer>,
    backlog: Mutex<Backlog>,
    /// There is something to project.
    pub work: Notify,
    projected: AtomicU64,
    /// Where the log ended when it was last asked.
    end: AtomicU64,
    /// Until when this server may write.
    lease_ends: Mutex<Option<Instant>>,
    stalled: AtomicBool,
    ready: AtomicBool,
}

#[derive(Default)]
struct Backlog {
    items: VecDeque<Sequenced>,
    bytes: usize,
}

/// What this server knows of an id, and up to where it has looked.
pub struct Look {
    /// The log had been looked through up to this offset.
    pub after: u64,
    /// What stands under the id.
    pub found: Option<WindowEntry>,
    /// Ids before this place are in the archive alone.
    pub window_floor: Pos,
}

impl Lane {
    /// A partition whose sequencer and projection stand at the same place. Not ready: the log may hold more.
    pub fn new(partition: Partition, sequencer: Sequencer) -> Self {
        Self {
            partition,
            waiting: Waiting::default(),
            projected: AtomicU64::new(sequencer.next()),
            end: AtomicU64::default(),
            sequencer: Mutex::new(sequencer),
            backlog: Mutex::default(),
            work: Notify::new(),
            lease_ends: Mutex::default(),
            stalled: AtomicBool::new(false),
            ready: AtomicBool::new(false),
        }
    }

    /// Begins anew where the archive stands. Those who wait go on waiting: what they appended is read once more.
    pub fn reset(&self, sequencer: Sequencer) {
        let mut backlog = self.backlog();
        self.projected.store(sequencer.next(), Ordering::Release);
        *self.sequencer() = sequencer;
        *backlog = Backlog::default();
    }

    /// Whether what is known here is what the log holds.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// What is known here is, or is not, what the log holds.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    /// The sequencer. Held for the time of one record.
    pub fn sequencer(&self) -> MutexGuard<'_, Sequencer> {
        self.sequencer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for an id in the newest kept ones.
    pub fn look(&self, channel: &ChannelId, id: MessageId) -> Look {
        let sequencer = self.sequencer();
        let window = sequencer.window();
        let window_floor = Pos::new(sequencer.generation(), window.floor());
        Look { after: sequencer.next(), found: window.find(channel, id).cloned(), window_floor }
    }

    /// The newest event of a channel.
    pub fn head(&self, channel: &ChannelId) -> Option<Head> {
        self.sequencer().head(channel)
    }

    /// Everything before this offset is in the archive.
    pub fn projected(&self) -> u64 {
        self.projected.load(Ordering::Acquire)
    }

    /// The log ends there now.
    pub fn set_end(&self, end: u64) {
        self.end.store(end, Ordering::Relaxed);
    }

    /// Where the log ended when it was last asked.
    pub fn end(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    /// Whether a place is in what has been read, or of an earlier generation, which all has been.
    pub fn has_read(&self, pos: Pos) -> bool {
        let sequencer = self.sequencer();
        pos < Pos::new(sequencer.generation(), sequencer.next())
    }

    /// The place of a record, in the generation that is read.
    pub fn place(&self, offset: u64) -> Pos {
        Pos::new(self.sequencer().generation(), offset)
    }

    /// How many records, by their offsets, the log held beyond what has been read, when it was last asked.
    pub fn unread(&self) -> u64 {
        self.end().saturating_sub(self.sequencer().next())
    }

    /// Whether the archive cannot be written at present.
    pub fn is_stalled(&self) -> bool {
        self.stalled.load(Ordering::Relaxed)
    }

    /// The archive can, or cannot, be written at present.
    pub fn set_stalled(&self, stalled: bool) {
        self.stalled.store(stalled, Ordering::Relaxed);
    }

    /// Whether this server may write the partition.
    pub fn is_leased(&self) -> bool {
        self.lease_ends().is_some_and(|ends| ends > Instant::now())
    }

    /// This server may write the partition for so long; `None`: another one may.
    pub fn set_leased(&self, lasts: Option<Duration>) {
        *self.lease_ends() = lasts.map(|lasts| Instant::now() + lasts);
    }

    fn lease_ends(&self) -> MutexGuard<'_, Option<Instant>> {
        self.lease_ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that are held because they are not in the archive yet.
    pub fn backlog_bytes(&self) -> usize {
        self.backlog().bytes
    }

    /// Hands one record to the projector.
    pub fn push(&self, sequenced: Sequenced) {
        let mut backlog = self.backlog();
        if sequenced.offset < self.projected() {
            // Another server was faster.
            return;
        }
        backlog.bytes += sequenced.bytes;
        backlog.items.push_back(sequenced);
        drop(backlog);
        self.work.notify_one();
    }

    /// Looks at the oldest records that are not projected, at most `most`, and makes one thing of them.
    pub fn peek<T>(&self, most: usize, make: impl FnOnce(&mut dyn Iterator<Item = &Sequenced>) -> T) -> Option<T> {
        let backlog = self.backlog();
        (!backlog.items.is_empty()).then(|| make(&mut backlog.items.iter().take(most)))
    }

    /// Everything before `next` is in the archive.
    pub fn set_projected(&self, next: u64) {
        let mut backlog = self.backlog();
        while backlog.items.front().is_some_and(|item| item.offset < next) {
            let bytes = backlog.items.pop_front().map_or(0, |item| item.bytes);
            backlog.bytes -= bytes;
        }
        self.projected.store(next, Ordering::Release);
    }

    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_since_the_log_was_asked_is_not_unread() {
        let lane = Lane::new(0, Sequencer::restore(1, 5, Default::default(), Default::default()));
        assert_eq!(lane.unread(), 0, "nobody has asked yet");
        lane.set_end(12);
        assert_eq!(lane.unread(), 7);
        lane.reset(Sequencer::restore(1, 20, Default::default(), Default::default()));
        assert_eq!(lane.unread(), 0);
    }
}
