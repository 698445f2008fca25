//! The contract of [`RecentHistory`]: what it answers is contiguous, or nothing.

use domain::ids::ChannelId;
use jimmy_server::{adapters::recent_history_none::NoRecentHistory, ports::RecentHistory};

use super::samples::message;

fn none() -> Box<dyn RecentHistory> {
    Box::new(NoRecentHistory)
}

#[tokio::test]
async fn what_it_answers_is_contiguous() {
    let recent = none();
    let channel = ChannelId::generate();
    let chained: Vec<_> = (1..20).map(|offset| message(&channel, offset - 1, offset)).collect();
    recent.extend(&chained[..5]).await;
    recent.extend(&chained[9..]).await;
    if let Some(held) = recent.newest(&channel, 50).await {
        assert!(held.events.windows(2).all(|pair| pair[1].prev == pair[0].pos));
    }
    assert_eq!(recent.newest(&ChannelId::generate(), 50).await, None);
}
