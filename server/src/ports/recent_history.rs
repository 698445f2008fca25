//! A shared cache of the newest events of a channel. Losing it changes latency, nothing else.

use async_trait::async_trait;
use domain::{api::History, event::Event, ids::ChannelId};

/// Most events that are held of a channel: a few pages.
pub const RECENT_EVENTS: usize = 200;

/// The newest part of the projection. Calls are short and never fail: a cache that does not answer holds nothing.
#[async_trait]
pub trait RecentHistory: Send + Sync {
    /// The newest events held of a channel, contiguous, at most `limit`.
    async fn newest(&self, channel: &ChannelId, limit: usize) -> Option<History>;

    /// Takes projected events, in order; keeps them only where they join what is held.
    async fn extend(&self, events: &[Event]);
}
