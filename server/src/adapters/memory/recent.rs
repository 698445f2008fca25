//! No cache: on one machine the hub's ring is the newest part of history.

use async_trait::async_trait;
use domain::{api::History, event::Event, ids::ChannelId};

use crate::ports::RecentHistory;

/// Holds nothing.
pub struct NoRecentHistory;

#[async_trait]
impl RecentHistory for NoRecentHistory {
    async fn newest(&self, _channel: &ChannelId, _limit: usize) -> Option<History> {
        None
    }

    async fn extend(&self, _events: &[Event]) {}
}
