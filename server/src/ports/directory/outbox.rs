//! The outbox: changes whose events are not in the event log yet.

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    ids::{ChannelId, MessageId},
    record::Action,
};

use super::super::{StoreError, event_log::Partition};

/// A change whose event is not in the event log yet.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    /// The order in which changes leave, within a channel.
    pub seq: i64,
    /// The channel that the change belongs to.
    pub channel: ChannelId,
    /// The partition of the channel's events.
    pub partition: Partition,
    /// The id of the change. An event that was appended twice has the same id twice, by which the second one is dropped.
    pub id: MessageId,
    /// When the change was made.
    pub at: Timestamp,
    /// What the event announces.
    pub action: Action,
}

/// The outbox. A change is written into it in the transaction that makes the change, and stays until its event has been read back
/// from the log: each leaves at least once, and those of a channel in order.
#[async_trait]
pub trait OutboxStore: Send + Sync {
    /// Returns the oldest change of each channel that has any, at most `limit`, by `seq`.
    async fn outbox(&self, limit: usize) -> Result<Vec<OutboxRow>, StoreError>;

    /// Takes or renews the lease of the outbox for a number of seconds. Returns false while another holder has it. Time is the
    /// database's, not the callers'.
    async fn lease_outbox(&self, holder: &str, seconds: u32) -> Result<bool, StoreError>;

    /// Removes changes whose events have been read back from the log. Unknown numbers are ignored.
    async fn outbox_done(&self, seqs: &[i64]) -> Result<(), StoreError>;

    /// Puts a channel's `created` event into the outbox again under a new id, before everything that is waiting, after the log lost
    /// it: without that event no message can be sent in the channel.
    async fn reannounce(&self, channel: &ChannelId, id: MessageId, at: Timestamp) -> Result<(), StoreError>;
}
