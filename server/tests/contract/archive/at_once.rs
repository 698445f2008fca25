//! What several servers do to one archive in the same moment, batches as large as the projector's, and later generations.

use std::path::Path;

use domain::ids::{ChannelId, Pos};
use futures_util::future::{join, join_all};
use jimmy_server::{
    adapters::{postgres::PostgresArchive, sqlite::SqliteArchive},
    ports::{
        Archive,
        archive::{ApplyError, Cursor, Lease, LeaseKind},
    },
};

use super::{HOLDER, batch, change, offsets};

/// Number of concurrent calls.
const MANY: usize = 16;
/// Events in the largest batch that the projector writes.
const LARGEST: u64 = 512;

async fn sqlite(folder: &Path) -> Box<dyn Archive> {
    super::sqlite(folder).await
}

async fn postgres(folder: &Path) -> Box<dyn Archive> {
    super::postgres(folder).await
}

async fn concurrent_batches_are_written_once(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let channel = ChannelId::generate();
    let written = batch(&channel, 0, 1..4);
    let applied = join_all((0..MANY).map(|_| archive.apply(&written))).await;
    assert_eq!(applied.iter().filter(|applied| applied.is_ok()).count(), 1);
    assert!(applied.iter().all(|applied| matches!(applied, Ok(()) | Err(ApplyError::Moved))), "{applied:?}");
    assert_eq!(offsets(&*archive, &channel, Cursor::Newest, 9).await, [1, 2, 3]);
}

async fn concurrent_lease_requests_have_one_winner(open: impl AsyncFn() -> Box<dyn Archive>) {
    let (here, there) = (open().await, open().await);
    here.apply(&batch(&ChannelId::generate(), 0, 1..4)).await.expect("applied");
    assert!(
        here.lease(0, HOLDER, 0, LeaseKind::Active).await.expect("an answer").is_ours,
        "prolonged, here by nothing"
    );
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let names: Vec<String> = (0..MANY).map(|number| format!("server {number}")).collect();
    let ask = names
        .iter()
        .zip([&here, &there].into_iter().cycle())
        .map(|(name, archive)| archive.lease(0, name, 60, LeaseKind::Active));
    let leases: Vec<Lease> = join_all(ask).await.into_iter().map(|lease| lease.expect("an answer")).collect();
    assert_eq!(leases.iter().filter(|lease| lease.is_ours).count(), 1);
    assert!(leases.iter().all(|lease| lease.next == 4), "{leases:?}");
    let late = batch(&ChannelId::generate(), 4, 4..5);
    assert!(matches!(here.apply(&late).await, Err(ApplyError::Moved)), "the lease has passed to another");
}

async fn concurrent_loads_create_a_partition_once(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    for loaded in join_all((0..MANY).map(|_| archive.load(5))).await {
        let state = loaded.expect("a projection");
        assert_eq!((state.generation, state.next, state.checksum), (1, 0, None));
    }
}

async fn page_and_its_bound_are_one_snapshot(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let channel = ChannelId::generate();
    archive.apply(&batch(&channel, 0, 1..4)).await.expect("applied");
    let write = async {
        for first in (4..200).step_by(3) {
            archive.apply(&batch(&channel, first, first..first + 3)).await.expect("applied");
        }
    };
    let read = async {
        let mut seen = 0;
        while seen < 199 {
            let page = archive.page(0, &channel, Cursor::Newest, 2).await.expect("a page");
            let newest = page.events.last().expect("an event");
            assert_eq!(newest.pos.number() + 1, page.complete_to.number());
            let message = newest.message().expect("a message");
            let found = archive.find(0, &channel, message.id).await.expect("an answer");
            assert_eq!(found.kept.map(|(pos, ..)| pos), Some(newest.pos));
            assert!(found.complete_to >= page.complete_to);
            seen = newest.pos.offset();
        }
    };
    join(write, read).await;
}

async fn largest_batch_is_read_back_unchanged(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let channels: Vec<ChannelId> = (0..40).map(|_| ChannelId::generate()).collect();
    let mut written = batch(&channels[0], 0, 1..LARGEST + 1);
    for (item, channel) in written.events.iter_mut().zip(channels.iter().cycle()) {
        change(item, |event| event.channel = channel.clone());
    }
    archive.apply(&written).await.expect("applied");
    let state = archive.load(0).await.expect("a projection");
    assert_eq!((state.next, state.heads.len()), (LARGEST + 1, channels.len()));
    assert_eq!(state.window.entries().count(), LARGEST as usize);
    for channel in &channels {
        let events: Vec<_> = written.events.iter().filter(|item| item.event.channel == *channel).collect();
        let page = archive.page(0, channel, Cursor::Newest, LARGEST as usize).await.expect("a page");
        assert!(page.events.iter().eq(events.iter().map(|item| &item.event)));
        let last = events.last().expect("an event");
        assert_eq!((state.heads[channel].pos, state.heads[channel].n), (last.event.pos, last.n), "its newest");
        let kept = archive.find(0, channel, last.id).await.expect("an answer").kept;
        assert_eq!(kept, Some((last.event.pos, last.author.clone(), last.digest)));
    }
}

async fn new_partition_has_the_current_generation(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    assert_eq!(archive.load(7).await.expect("a projection").generation, 3);
    let channel = ChannelId::generate();
    let mut written = batch(&channel, 0, 1..6);
    for item in &mut written.events {
        change(item, |event| event.pos = Pos::new(3, event.pos.offset()));
    }
    written.window_floor = 4;
    archive.apply(&written).await.expect("applied");
    let state = archive.load(0).await.expect("a projection");
    let kept: Vec<Pos> = state.window.entries().map(|entry| entry.pos).collect();
    assert_eq!((state.generation, kept), (3, vec![Pos::new(3, 4), Pos::new(3, 5)]), "the floor is of its generation");
}

const THIRD: &str = "UPDATE projections SET generation = 3";

async fn sqlite_of_the_third_generation(folder: &Path) -> Box<dyn Archive> {
    let store = crate::sqlite(folder).await;
    let archive = super::ours(SqliteArchive(store.clone())).await;
    let mut tx = store.write().await.expect("ours");
    sqlx::query(THIRD).execute(&mut *tx).await.expect("raised");
    tx.commit().await.expect("written");
    archive
}

async fn postgres_of_the_third_generation(folder: &Path) -> Box<dyn Archive> {
    let store = crate::postgres::store(folder).await;
    let archive = super::ours(PostgresArchive(store.clone())).await;
    sqlx::query(THIRD).execute(store.pool()).await.expect("raised");
    archive
}

adapters! {
    sqlite => [
        concurrent_batches_are_written_once,
        concurrent_lease_requests_have_one_winner,
        concurrent_loads_create_a_partition_once,
        page_and_its_bound_are_one_snapshot,
        largest_batch_is_read_back_unchanged,
    ],
    postgres => [
        concurrent_batches_are_written_once,
        concurrent_lease_requests_have_one_winner,
        concurrent_loads_create_a_partition_once,
        page_and_its_bound_are_one_snapshot,
        largest_batch_is_read_back_unchanged,
    ],
    sqlite_of_the_third_generation => [new_partition_has_the_current_generation],
    postgres_of_the_third_generation => [new_partition_has_the_current_generation],
}
