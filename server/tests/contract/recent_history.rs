//! The contract of [`RecentHistory`]: what it answers is contiguous, or nothing.

use std::path::Path;

use domain::ids::ChannelId;
use jimmy_server::{adapters::recent_history_none::NoRecentHistory, ports::RecentHistory};

use super::samples::message;

async fn none(_folder: &Path) -> Box<dyn RecentHistory> {
    Box::new(NoRecentHistory)
}

async fn what_it_answers_is_contiguous(open: impl AsyncFn() -> Box<dyn RecentHistory>) {
    let recent = open().await;
    let channel = ChannelId::generate();
    let chained: Vec<_> = (1..20).map(|offset| message(&channel, offset - 1, offset)).collect();
    recent.extend(&chained[..5]).await;
    recent.extend(&chained[9..]).await;
    if let Some(held) = recent.newest(&channel, 50).await {
        assert!(held.events.windows(2).all(|pair| pair[1].prev == pair[0].pos));
    }
    assert_eq!(recent.newest(&ChannelId::generate(), 50).await, None);
}

adapters! {
    none => [
        what_it_answers_is_contiguous,
    ],
}
