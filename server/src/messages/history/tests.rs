use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    event::{Account, EventKind},
    ids::MessageId,
    names::{AccountName, DisplayName},
    record::Digest,
    sequencer::SequencedEvent,
};

use super::*;
use crate::ports::{
    StoreError,
    archive::{
        ApplyError, ArchivePage, Batch, Found, Lease, LeaseKind, LogReplacement, Position, Projection, ReplaceLogError,
    },
};

/// Events of the channel here.
const ALL: u64 = 12;

fn channel() -> ChannelId {
    "c".parse().expect("an id")
}

fn pos(number: u64) -> Pos {
    if number == 0 { Pos::ZERO } else { Pos::new(1, 3 * number) }
}

/// The place behind a place.
fn after(pos: Pos) -> Pos {
    Pos::from_number(pos.number() + 1).expect("a place")
}

/// The `number`-th event, from 1 on; places have gaps.
fn event(number: u64) -> Event {
    let who = Account {
        id: "ann".parse().expect("an id"),
        name: AccountName::parse("ann").expect("a name"),
        display_name: DisplayName::parse("ann").expect("a name"),
    };
    let kind = EventKind::Joined { who };
    Event { channel: channel(), pos: pos(number), prev: pos(number - 1), at: Timestamp::default(), kind }
}

fn sequenced(number: u64) -> SequencedEvent {
    let author = "ann".parse().expect("an id");
    SequencedEvent::new(event(number), 0, MessageId::generate(), author, Digest([0; 16]))
}

/// A ring that holds what follows the first `archived` events.
fn ring(archived: u64) -> RingView {
    let events = (archived + 1..=ALL).map(|number| Arc::new(sequenced(number))).collect();
    RingView { head: pos(ALL), n: ALL, events }
}

/// A cache that holds some events, and remembers what it was offered.
#[derive(Default)]
struct Recent {
    held: Vec<Event>,
    asked: AtomicUsize,
    offered: Mutex<Vec<Event>>,
}

impl Recent {
    fn of(events: impl IntoIterator<Item = u64>) -> Self {
        Self { held: events.into_iter().map(event).collect(), ..Self::default() }
    }
}

#[async_trait]
impl RecentHistory for Recent {
    async fn newest(&self, channel: &ChannelId, limit: usize) -> Option<History> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let events = self.held[self.held.len().saturating_sub(limit)..].to_vec();
        let (from, to) = (events.first()?.prev, events.last()?.pos);
        Some(History { channel: channel.clone(), from, to, events, has_older: from > Pos::ZERO, has_newer: false })
    }

    async fn extend(&self, _events: &[Arc<SequencedEvent>]) {
        unreachable!("history is read")
    }

    async fn fill(&self, events: &[Event]) {
        self.offered.lock().expect("ours").extend_from_slice(events);
    }
}

/// An archive of the first `events` events.
struct Archived {
    events: u64,
    complete_to: Pos,
    asked: AtomicUsize,
}

impl Archived {
    fn of(events: u64) -> Self {
        Self { events, complete_to: after(pos(events)), asked: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl Archive for Archived {
    async fn page(
        &self,
        _partition: Partition,
        _channel: &ChannelId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<ArchivePage, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut events: Vec<Event> = (1..=self.events).map(event).collect();
        match cursor {
            Cursor::Newest => {}
            Cursor::Before(before) => events.retain(|event| event.pos < before),
            Cursor::After(after) => events.retain(|event| event.pos > after),
        }
        match cursor {
            Cursor::After(_) => events.truncate(limit),
            _ => drop(events.drain(..events.len().saturating_sub(limit))),
        }
        Ok(ArchivePage { events, complete_to: self.complete_to })
    }

    async fn load(&self, _partition: Partition) -> Result<Projection, StoreError> {
        unreachable!("history is read")
    }
    async fn lease(
        &self,
        _partition: Partition,
        _holder: &str,
        _seconds: u32,
        _kind: LeaseKind,
    ) -> Result<Lease, StoreError> {
        unreachable!("history is read")
    }
    async fn apply(&self, _batch: &Batch) -> Result<(), ApplyError> {
        unreachable!("history is read")
    }
    async fn count_to(&self, _channel: &ChannelId, _pos: Pos) -> Result<u64, StoreError> {
        unreachable!("history is read")
    }
    async fn find(&self, _: Partition, _: &ChannelId, _: MessageId) -> Result<Found, StoreError> {
        unreachable!("history is read")
    }
    async fn positions(&self) -> Result<Vec<Position>, StoreError> {
        unreachable!("history is read")
    }
    async fn replace_log(&self, _: &LogReplacement) -> Result<(), ReplaceLogError> {
        unreachable!("history is read")
    }
}

async fn read(
    ring: &RingView,
    recent: &Recent,
    archive: &Archived,
    range: Range,
    limit: usize,
) -> Result<History, ErrorCode> {
    PageReader::new(&channel(), 0, ring, recent, archive, &Metrics::default()).read(range, limit).await
}

fn ranges() -> Vec<Range> {
    // Events, places between them, and one beyond all.
    let places = (0..=3 * ALL + 1).map(|offset| if offset == 0 { Pos::ZERO } else { Pos::new(1, offset) });
    let at = |pos| [Range::Before(pos), Range::After(pos), Range::Around(pos)];
    places.flat_map(at).chain([Range::Newest]).collect()
}

/// The answer of the archive alone.
async fn truth(range: Range, limit: usize) -> History {
    read(&ring(ALL), &Recent::default(), &Archived::of(ALL), range, limit).await.expect("whole")
}

#[tokio::test]
async fn an_answer_is_the_same_from_wherever_it_comes() {
    // Some of what a cache may hold: nothing, a piece, a piece that reaches further than this server has read.
    let mut caches = vec![Vec::new()];
    for from in [1, 2, 5, 11] {
        caches
            .extend([1, 4, 10, 11, ALL, ALL + 2].into_iter().filter(|to| from <= *to).map(|to| (from..=to).collect()));
    }
    // And what it must not hold: holes.
    caches.extend([vec![2, 3, 5, 6], vec![8, 9, 10, ALL], vec![1, ALL], vec![9, 11, ALL, ALL + 1]]);
    for limit in [1, 3, 50] {
        for range in ranges() {
            let truth = truth(range, limit).await;
            for archived in [0, 1, 4, 10, ALL] {
                for cache in &caches {
                    let recent = Recent::of(cache.iter().copied());
                    let answer = read(&ring(archived), &recent, &Archived::of(ALL), range, limit).await;
                    assert_eq!(answer.as_ref(), Ok(&truth), "{range:?} {limit}: archived {archived}, cached {cache:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_nearest_that_has_it_is_asked_last() {
    // What is archived, what is cached, the range, and how many reads cache and archive get.
    let cases = [
        (8, 1..=8, Range::Newest, (0, 0), "the ring has it"),
        (10, 5..=12, Range::Newest, (1, 0), "the cache reaches into the ring"),
        (10, 5..=10, Range::Newest, (1, 0), "the cache ends where the ring begins"),
        (12, 5..=12, Range::Newest, (1, 0), "the cache ends at the head"),
        (12, 5..=14, Range::Before(pos(12)), (1, 0), "the cache is ahead"),
        (10, 5..=9, Range::Newest, (1, 1), "the cache does not reach the ring"),
        (12, 5..=11, Range::Newest, (1, 1), "the cache does not reach the head"),
        (12, 10..=12, Range::Newest, (1, 1), "the cache has no whole page"),
        (12, 1..=12, Range::Before(pos(3)), (1, 0), "the cache has all that there is"),
        (12, 5..=12, Range::After(pos(4)), (1, 0), "no event is in between"),
        (12, 5..=12, Range::After(pos(3)), (1, 1), "an event is in between"),
        (12, 5..=12, Range::Before(pos(8)), (1, 1), "older ones are wanted"),
        (12, 1..=12, Range::Around(pos(6)), (1, 0), "asked once for both halves"),
    ];
    for (archived, cached, range, asked, why) in cases {
        let (recent, archive) = (Recent::of(cached), Archived::of(ALL));
        let answer = read(&ring(archived), &recent, &archive, range, 4).await;
        assert_eq!(answer, Ok(truth(range, 4).await), "{why}");
        let was_asked = (recent.asked.load(Ordering::Relaxed), archive.asked.load(Ordering::Relaxed));
        assert_eq!(was_asked, asked, "{why}");
    }
}

#[tokio::test]
async fn the_newest_page_of_the_archive_is_offered_to_the_cache() {
    let recent = Recent::default();
    // The ring's events may be archived or not: only archived ones are offered to the cache.
    read(&ring(8), &recent, &Archived::of(9), Range::Newest, 6).await.expect("whole");
    let page: Vec<Event> = (4..=9).map(event).collect();
    assert_eq!(std::mem::take(&mut *recent.offered.lock().expect("ours")), page);
    for range in [Range::Before(pos(6)), Range::After(pos(2)), Range::Around(pos(4))] {
        read(&ring(ALL), &recent, &Archived::of(ALL), range, 4).await.expect("whole");
    }
    assert!(recent.offered.lock().expect("ours").is_empty(), "older pages are not");
}

#[tokio::test]
async fn an_archive_that_is_behind_the_ring_is_refused_and_so_is_what_does_not_join() {
    let behind = read(&ring(8), &Recent::default(), &Archived::of(7), Range::Newest, 6).await;
    assert_eq!(behind, Err(ErrorCode::TryAgain));
    // With the cache the archive is not needed.
    let recent = read(&ring(8), &Recent::of(1..=8), &Archived::of(7), Range::Newest, 6).await;
    assert_eq!(recent, Ok(truth(Range::Newest, 6).await));
}

#[tokio::test]
async fn what_was_said_before_another_log_began_is_read_however_little_of_that_is_archived() {
    // Everything is archived, and the next log has just begun: its offsets are lower than the newest event's.
    for begun in [0, 1] {
        let archive = Archived { complete_to: Pos::new(2, begun), ..Archived::of(ALL) };
        for range in [Range::Newest, Range::Before(pos(9)), Range::After(pos(3))] {
            let answer = read(&ring(ALL), &Recent::default(), &archive, range, 4).await;
            assert_eq!(answer, Ok(truth(range, 4).await), "{range:?}");
        }
    }
}
