//! Another log than the one that was projected, or what is left of it.

use std::path::Path;

use domain::ids::{ChannelId, Pos};
use jimmy_server::ports::{
    Archive,
    archive::{Batch, Checksum, Cursor, DeadLetter, LeaseKind, LogReplacement, Position, ReplaceLogError},
};

use super::{HOLDER, batch, change, offsets};

async fn sqlite(folder: &Path) -> Box<dyn Archive> {
    super::sqlite(folder).await
}

async fn postgres(folder: &Path) -> Box<dyn Archive> {
    super::postgres(folder).await
}

fn new_log(generation: u32, starts: &[u64]) -> LogReplacement {
    LogReplacement::NewLog { generation, starts: starts.to_vec() }
}

/// As when the server has ended.
async fn let_go(archive: &dyn Archive, partition: u32) {
    archive.load(partition).await.expect("a projection");
    archive.lease(partition, HOLDER, 0, LeaseKind::Active).await.expect("an answer");
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
}

async fn take(archive: &dyn Archive, partition: u32) {
    assert!(archive.lease(partition, HOLDER, 60, LeaseKind::Active).await.expect("an answer").is_ours);
}

/// A batch of what follows in a later log.
fn later(batch: Batch, generation: u32, prev: Pos) -> Batch {
    let mut batch = batch;
    let mut prev = prev;
    for item in &mut batch.events {
        let pos = Pos::new(generation, item.event.pos.offset());
        change(item, |event| (event.prev, event.pos) = (prev, pos));
        prev = pos;
    }
    batch
}

async fn new_log_continues_after_the_channel_head(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let channel = ChannelId::generate();
    let mut old = batch(&channel, 0, 1..6);
    old.dead_letters = vec![DeadLetter { offset: 0, reason: "odd".into(), record: vec![1] }];
    archive.apply(&old).await.expect("applied");
    let_go(&*archive, 0).await;
    archive.replace_log(&new_log(2, &[0, 40])).await.expect("adopted");

    let stand = |partition, next| Position { partition, generation: 2, next, checksum: None };
    assert_eq!(archive.positions().await.expect("an answer"), [stand(0, 0), stand(1, 40)]);
    let state = archive.load(0).await.expect("a projection");
    assert_eq!((state.generation, state.next, state.checksum), (2, 0, None));
    assert_eq!(state.heads[&channel].pos, Pos::new(1, 5));
    assert_eq!((state.window.floor(), state.window.entries().count()), (0, 0), "older ids are in the archive");
    let page = archive.page(0, &channel, Cursor::Newest, 9).await.expect("a page");
    assert_eq!((page.events.len(), page.complete_to), (5, Pos::new(2, 0)), "complete beyond all of the older log");

    take(&*archive, 0).await;
    let mut new = later(batch(&channel, 0, 2..5), 2, Pos::new(1, 5));
    new.window_floor = 3;
    new.dead_letters = vec![DeadLetter { offset: 0, reason: "odd again".into(), record: vec![2] }];
    archive.apply(&new).await.expect("applied");
    assert_eq!(offsets(&*archive, &channel, Cursor::Newest, 4).await, [5, 2, 3, 4], "positions go on rising");
    let state = archive.load(0).await.expect("a projection");
    assert_eq!(state.heads[&channel].pos, Pos::new(2, 4));
    let kept: Vec<Pos> = state.window.entries().map(|entry| entry.pos).collect();
    assert_eq!(kept, [Pos::new(2, 3), Pos::new(2, 4)]);
    let old_one = archive.find(0, &channel, old.events[2].id).await.expect("an answer");
    assert_eq!(old_one.kept.map(|(pos, ..)| pos), Some(Pos::new(1, 3)), "an old id is found at its old place");
}

async fn fewer_partitions_take_over_channels(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let channels: Vec<ChannelId> = (0..5).map(|_| ChannelId::generate()).collect();
    for (partition, channel) in (0..5).zip(&channels) {
        archive.load(partition).await.expect("a projection");
        take(&*archive, partition).await;
        archive.apply(&Batch { partition, ..batch(channel, 0, 1..3) }).await.expect("applied");
        let_go(&*archive, partition).await;
    }
    archive.replace_log(&new_log(2, &[0, 0])).await.expect("adopted");
    assert_eq!(archive.positions().await.expect("an answer").len(), 2);
    for (partition, its) in [(0, vec![0, 2, 4]), (1, vec![1, 3])] {
        let heads = archive.load(partition).await.expect("a projection").heads;
        assert_eq!(heads.len(), its.len());
        assert!(its.iter().all(|channel| heads.contains_key(&channels[*channel])), "partition {partition}");
    }
}

async fn running_server_blocks_replacing_the_log(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let channel = ChannelId::generate();
    archive.apply(&batch(&channel, 0, 1..4)).await.expect("applied");
    let before = archive.positions().await.expect("an answer");
    for adoption in [new_log(2, &[0]), LogReplacement::Truncated(vec![(0, 9)])] {
        let refused = archive.replace_log(&adoption).await;
        assert!(matches!(&refused, Err(ReplaceLogError::InUse(holder)) if holder == HOLDER), "{refused:?}");
    }
    let_go(&*archive, 0).await;
    archive.replace_log(&new_log(5, &[0])).await.expect("adopted");
    for generation in [1, 5] {
        let refused = archive.replace_log(&new_log(generation, &[0])).await;
        assert!(matches!(refused, Err(ReplaceLogError::Later(_))), "{refused:?}");
    }
    assert_eq!((before[0].generation, before[0].next, before[0].checksum), (1, 4, Some(Checksum([7; 16]))));
    assert_eq!(archive.positions().await.expect("an answer")[0].generation, 5);
}

async fn truncated_log_continues(open: impl AsyncFn() -> Box<dyn Archive>) {
    let archive = open().await;
    let channel = ChannelId::generate();
    let mut written = batch(&channel, 0, 1..6);
    written.window_floor = 2;
    archive.apply(&written).await.expect("applied");
    let_go(&*archive, 0).await;
    archive.replace_log(&LogReplacement::Truncated(vec![(0, 12)])).await.expect("adopted");
    archive.replace_log(&LogReplacement::Truncated(vec![(0, 9)])).await.expect("nothing to do");
    let state = archive.load(0).await.expect("a projection");
    assert_eq!((state.generation, state.next, state.checksum), (1, 12, None), "it does not go back");
    assert_eq!((state.heads[&channel].pos, state.window.entries().count()), (Pos::new(1, 5), 4), "the rest stays");
}

adapters! {
    sqlite => [
        new_log_continues_after_the_channel_head,
        fewer_partitions_take_over_channels,
        running_server_blocks_replacing_the_log,
        truncated_log_continues,
    ],
    postgres => [
        new_log_continues_after_the_channel_head,
        fewer_partitions_take_over_channels,
        running_server_blocks_replacing_the_log,
        truncated_log_continues,
    ],
}
