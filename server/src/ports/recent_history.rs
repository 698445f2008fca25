//! A shared cache of the newest events of each channel. Losing it costs latency and nothing else.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{api::History, event::Event, ids::ChannelId, sequencer::SequencedEvent};

/// Most events that are cached of a channel: a few pages.
pub const RECENT_EVENTS: usize = 200;

/// The newest part of the projection. Calls are short and never fail: a cache that does not answer is empty.
#[async_trait]
pub trait RecentHistory: Send + Sync {
    /// Returns the newest cached events of a channel without a gap, at most `limit`. They may be older than the newest projected
    /// event.
    async fn newest(&self, channel: &ChannelId, limit: usize) -> Option<History>;

    /// Adds projected events, in log order. In each channel, events that continue the cached ones are added to them, newer ones
    /// that do not continue them replace them, and older ones are ignored.
    async fn extend(&self, events: &[Arc<SequencedEvent>]);

    /// Does the same with projected events that were read from the archive, and have to be encoded again.
    async fn fill(&self, events: &[Event]);
}
