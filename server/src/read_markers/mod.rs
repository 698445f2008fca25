//! Read markers: the position up to which a user has read a channel. A marker never moves back, and never beyond the channel's
//! head.
//!
//! | module | what it does |
//! | --- | --- |
//! | `queue` | queues the markers that a socket reports |
//! | `authors` | moves the markers of authors when their messages are archived |

mod authors;
mod queue;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    error::ErrorCode,
    ids::{AccountId, ChannelId, Pos},
};

pub use authors::AuthorMarkers;
pub use queue::MarkerQueue;

use crate::{
    channels::Channels,
    cluster::{Cluster, SignalHandler},
    delivery::Delivery,
    metrics::Metrics,
    ports::{Directory, directory::ReadMark, ephemeral::Signal},
};

/// Moves read markers that users report, for what they have seen on a screen.
pub struct ReadMarkers {
    directory: Arc<dyn Directory>,
    delivery: Arc<Delivery>,
    cluster: Arc<Cluster>,
    channels: Arc<Channels>,
    metrics: Arc<Metrics>,
}

impl ReadMarkers {
    /// Returns the handle.
    pub fn new(
        directory: Arc<dyn Directory>,
        delivery: Arc<Delivery>,
        cluster: Arc<Cluster>,
        channels: Arc<Channels>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { directory, delivery, cluster, channels, metrics }
    }

    /// Moves a user's marker and notifies the user's other devices. A marker that is further already stays.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::NotMember`], [`ErrorCode::InvalidRequest`] for a number that is no position,
    /// [`ErrorCode::TryAgain`].
    pub async fn mark(&self, account: &AccountId, channel: &str, pos: u64) -> Result<(), ErrorCode> {
        let channel: ChannelId = channel.parse()?;
        let pos = Pos::from_number(pos).ok_or(ErrorCode::InvalidRequest)?;
        let seen = self.channels.view(account, &channel).await?;
        if !seen.joined {
            return Err(ErrorCode::NotMember);
        }
        let pos = pos.min(seen.head);
        if pos <= seen.read {
            return Ok(());
        }
        let n = self.count_to(&channel, pos).await?;
        let mark = ReadMark { account: account.clone(), channel: channel.clone(), pos, n };
        self.directory.mark_read(&[mark]).await.map_err(self.metrics.directory_failed())?;
        self.cluster.publish(Signal::Read { account: account.clone(), channel, pos, n }).await;
        Ok(())
    }

    /// Counts a channel's messages up to a position that is not beyond its head.
    async fn count_to(&self, channel: &ChannelId, pos: Pos) -> Result<u64, ErrorCode> {
        let ring = self.delivery.hub.ring(channel);
        if pos < ring.archived_to() {
            return self.delivery.archive.count_to(channel, pos).await.map_err(self.metrics.archive_failed());
        }
        let after = ring.events.iter().filter(|event| event.event.pos > pos && event.event.message().is_some()).count();
        Ok(ring.n.saturating_sub(after as u64))
    }
}

#[async_trait]
impl SignalHandler for ReadMarkers {
    async fn handle(&self, signal: &Signal) {
        if let Signal::Read { account, channel, pos, n } = signal {
            self.delivery.hub.send_read_marker(account, channel, *pos, *n);
        }
    }
}
