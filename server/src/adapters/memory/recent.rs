//! No cache: with one server, the hub's ring already holds the newest events.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{api::History, event::Event, ids::ChannelId, sequencer::SequencedEvent};

use crate::ports::RecentHistory;

/// A cache that is always empty.
pub struct NoRecentHistory;

#[async_trait]
impl RecentHistory for NoRecentHistory {
    async fn newest(&self, _channel: &ChannelId, _limit: usize) -> Option<History> {
        None
    }

    async fn extend(&self, _events: &[Arc<SequencedEvent>]) {}

    async fn fill(&self, _events: &[Event]) {}
}
