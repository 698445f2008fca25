//! The contract of [`Archive`].

use std::{path::Path, sync::Arc};

mod at_once;
mod replace_log;

use domain::{
    event::Event,
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::Digest,
    sequencer::SequencedEvent,
};
use jimmy_server::{
    adapters::{postgres::PostgresArchive, sqlite::SqliteArchive},
    ports::{
        Archive,
        archive::{ApplyError, Batch, Checksum, Cursor, DeadLetter, LeaseKind},
    },
};

use super::samples::message;

const HOLDER: &str = "a";

async fn sqlite(folder: &Path) -> Box<dyn Archive> {
    ours(SqliteArchive(super::sqlite(folder).await)).await
}

async fn postgres(folder: &Path) -> Box<dyn Archive> {
    ours(PostgresArchive(super::postgres::store(folder).await)).await
}

async fn ours(archive: impl Archive + 'static) -> Box<dyn Archive> {
    archive.load(0).await.expect("a projection");
    assert!(archive.lease(0, HOLDER, 60, LeaseKind::Active).await.expect("an answer").is_ours);
    Box::new(archive)
}

/// A batch of one message at each of these offsets, chained.
fn batch(channel: &ChannelId, from: u64, offsets: std::ops::Range<u64>) -> Batch {
    let archived = |offset: u64| {
        let event = message(channel, offset - 1, offset);
        let said = event.message().expect("a message");
        let (id, author) = (said.id, said.author.id.clone());
        Arc::new(SequencedEvent::new(event, offset, id, author, Digest([offset as u8; 16])))
    };
    let next = offsets.end;
    Batch {
        holder: HOLDER.into(),
        partition: 0,
        from,
        next,
        checksum: Checksum([7; 16]),
        window_floor: 0,
        events: offsets.map(archived).collect(),
        dead_letters: Vec::new(),
    }
}

/// Changes an event, and encodes it again.
fn change(item: &mut Arc<SequencedEvent>, change: impl FnOnce(&mut Event)) {
    let mut event = item.event.clone();
    change(&mut event);
    *item = Arc::new(SequencedEvent::new(event, item.n, item.id, item.author.clone(), item.digest));
}

async fn offsets(archive: &dyn Archive, channel: &ChannelId, cursor: Cursor, limit: usize) -> Vec<u64> {
    let page = archive.page(0, channel, cursor, limit).await.expect("a page");
    page.events.iter().map(|event| event.pos.offset()).collect()
}

async fn pages_are_contiguous_and_ascending(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let (channel, other) = (ChannelId::generate(), ChannelId::generate());
    archive.apply(&batch(&channel, 0, 1..8)).await.expect("applied");
    archive.apply(&batch(&other, 8, 8..9)).await.expect("applied");
    assert_eq!(offsets(&*archive, &channel, Cursor::Newest, 3).await, [5, 6, 7]);
    assert_eq!(offsets(&*archive, &channel, Cursor::Before(Pos::new(1, 5)), 3).await, [2, 3, 4]);
    assert_eq!(offsets(&*archive, &channel, Cursor::After(Pos::new(1, 2)), 3).await, [3, 4, 5]);
    assert_eq!(offsets(&*archive, &other, Cursor::Newest, 3).await, [8]);
    let page = archive.page(0, &ChannelId::generate(), Cursor::Newest, 3).await.expect("a page");
    assert_eq!((page.events.len(), page.complete_to), (0, Pos::new(1, 9)));
}

async fn batch_is_written_once_at_the_expected_position(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let channel = ChannelId::generate();
    let first = batch(&channel, 0, 1..4);
    archive.apply(&first).await.expect("applied");
    assert!(matches!(archive.apply(&first).await, Err(ApplyError::Moved)), "the position has moved");
    let mut gap = batch(&channel, 5, 5..6);
    assert!(matches!(archive.apply(&gap).await, Err(ApplyError::Moved)), "a batch with a gap before it");
    gap.from = 4;
    gap.holder = "b".into();
    assert!(matches!(archive.apply(&gap).await, Err(ApplyError::Moved)), "not the holder of the lease");
    assert_eq!(offsets(&*archive, &channel, Cursor::Newest, 9).await, [1, 2, 3]);
}

async fn lease_has_one_holder(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    assert!(!archive.lease(0, "b", 60, LeaseKind::Active).await.expect("an answer").is_ours);
    assert!(
        archive.lease(0, HOLDER, 0, LeaseKind::Active).await.expect("an answer").is_ours,
        "prolonged, here by nothing"
    );
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert!(
        archive.lease(0, "b", 60, LeaseKind::Active).await.expect("an answer").is_ours,
        "the first one's has ended"
    );
    assert!(
        archive.lease(0, "b", 60, LeaseKind::Idle).await.expect("an answer").is_ours,
        "it has nothing to write any more"
    );
    assert!(
        !archive.lease(0, HOLDER, 60, LeaseKind::Idle).await.expect("an answer").is_ours,
        "one that rests waits for its end"
    );
    assert!(
        archive.lease(0, HOLDER, 60, LeaseKind::Active).await.expect("an answer").is_ours,
        "one that has something to write does not"
    );
    assert!(!archive.lease(0, "b", 60, LeaseKind::Active).await.expect("an answer").is_ours, "it writes");
}

async fn sequencer_state_matches_the_projection(open: impl AsyncFn() -> Box<dyn Archive>) {
    let channel = ChannelId::generate();
    let written = {
        let archive = open().await;
        let mut written = batch(&channel, 0, 1..6);
        written.window_floor = 3;
        written.dead_letters = vec![DeadLetter { offset: 0, reason: "odd: \0".into(), record: vec![0xff, 0] }];
        archive.apply(&written).await.expect("applied");
        written
    };
    let state = open().await.load(0).await.expect("a projection");
    assert_eq!((state.generation, state.next, state.checksum), (1, 6, Some(Checksum([7; 16]))));
    let head = state.heads[&channel];
    assert_eq!((head.pos, head.n), (Pos::new(1, 5), 5));
    assert_eq!(state.window.floor(), 3);
    let kept: Vec<u64> = state.window.entries().map(|entry| entry.pos.offset()).collect();
    assert_eq!(kept, [3, 4, 5], "ids below the floor are forgotten");
    let last = &written.events[4];
    assert_eq!(state.window.find(&channel, last.id).map(|entry| entry.digest), Some(last.digest));
}

async fn id_lookup_returns_author_and_digest(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let channel = ChannelId::generate();
    let written = batch(&channel, 0, 1..3);
    archive.apply(&written).await.expect("applied");
    let SequencedEvent { event, id, author, digest, .. } = &*written.events[1];
    let found = archive.find(0, &channel, *id).await.expect("an answer");
    assert_eq!(found.kept, Some((event.pos, author.clone(), *digest)));
    assert_eq!(found.complete_to, Pos::new(1, 3));
    let nothing: Option<(Pos, AccountId, Digest)> = None;
    assert_eq!(archive.find(0, &channel, MessageId::generate()).await.expect("an answer").kept, nothing);
    assert_eq!(archive.find(0, &ChannelId::generate(), *id).await.expect("an answer").kept, nothing);
}

async fn counts_messages_up_to_any_position(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let channel = ChannelId::generate();
    archive.apply(&batch(&channel, 0, 3..8)).await.expect("applied");
    for (offset, n) in [(0, 0), (2, 0), (3, 3), (7, 7), (99, 7)] {
        assert_eq!(archive.count_to(&channel, Pos::new(1, offset)).await.expect("an answer"), n, "up to {offset}");
    }
    assert_eq!(archive.count_to(&ChannelId::generate(), Pos::new(1, 5)).await.expect("an answer"), 0);
}

adapters! {
    sqlite => [
        counts_messages_up_to_any_position,
        pages_are_contiguous_and_ascending,
        batch_is_written_once_at_the_expected_position,
        lease_has_one_holder,
        sequencer_state_matches_the_projection,
        id_lookup_returns_author_and_digest,
    ],
    postgres => [
        counts_messages_up_to_any_position,
        pages_are_contiguous_and_ascending,
        batch_is_written_once_at_the_expected_position,
        lease_has_one_holder,
        sequencer_state_matches_the_projection,
        id_lookup_returns_author_and_digest,
    ],
}
