//! Posting messages, and reading them back.
//!
//! | module | what it does |
//! | --- | --- |
//! | `post` | ⑥ checks a message and submits it to the log |
//! | `history` | reads pages of a channel from ring, cache and archive |

mod history;
mod post;

use std::sync::Arc;

use domain::{api, error::ErrorCode, event::Account, ids::ChannelId};

use crate::{cluster::Cluster, delivery::Delivery, metrics::Metrics, ports::Directory};

pub use history::Range;
use post::Sender;
pub use post::{Post, Posting};

/// Posts messages and reads history. Whether a user may read a channel is decided by the caller.
pub struct Messages {
    sender: Sender,
    delivery: Arc<Delivery>,
    cluster: Arc<Cluster>,
    metrics: Arc<Metrics>,
}

impl Messages {
    /// Returns the handle. Without `has_rate_limits` users may post as fast as they can.
    pub fn new(
        delivery: Arc<Delivery>,
        directory: Arc<dyn Directory>,
        cluster: Arc<Cluster>,
        has_rate_limits: bool,
        metrics: Arc<Metrics>,
    ) -> Self {
        let sender = Sender::new(delivery.clone(), directory, has_rate_limits, metrics.clone());
        Self { sender, delivery, cluster, metrics }
    }

    /// Checks a message and submits it. Messages that are posted one after another keep their order. The returned future waits
    /// until the message is durable and has its position.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidId`], [`ErrorCode::InvalidBody`], [`ErrorCode::TooLong`], [`ErrorCode::NotFound`], [`ErrorCode::NotMember`],
    /// [`ErrorCode::RateLimited`], [`ErrorCode::IdConflict`], [`ErrorCode::TryAgain`], [`ErrorCode::StorageFull`]. The future: as these;
    /// [`ErrorCode::TryAgain`] also when the outcome is unknown.
    pub async fn post(&self, author: &Account, post: Post<'_>) -> Result<Posting, ErrorCode> {
        self.sender.post(author, post).await
    }

    /// Reads a page of at most `limit` events. It has no gap, or it is refused.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`] when a page without gaps cannot be read now; also for a channel whose `created` event was not read yet.
    pub async fn history(&self, channel: &ChannelId, range: Range, limit: usize) -> Result<api::History, ErrorCode> {
        let partition = self.delivery.hub.partition(channel).ok_or(ErrorCode::TryAgain)?;
        // This server may lack what others have received.
        if self.cluster.is_evacuating() {
            return Err(ErrorCode::TryAgain);
        }
        // While its partition is reloaded, a channel seems to end where the archive does.
        self.delivery.partition(partition)?;
        history::read(&self.delivery, &self.metrics, channel, partition, range, limit).await
    }
}
