//! A client may have heard more on the server that it comes from than this one has read yet.

use std::time::Duration;

use domain::{
    ids::{ChannelId, Pos},
    wire::CloseCode,
};
use tokio::time::{Instant, sleep, timeout_at};

use super::state::Gateway;
use crate::delivery::PartitionState;

/// A server that is a moment behind is waited for so long, and so is a log that does not say what it has.
const READ_WAIT: Duration = Duration::from_secs(2);
/// So often it is looked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Waits until this server has read what the client holds. A place that the log does not have is not waited for: it begins anew.
///
/// # Errors
/// The code to close with: a channel is read anew at present, this server is far behind, or the log tells others more than it.
pub async fn catch_up(gateway: &Gateway, channels: &[(ChannelId, Option<Pos>)]) -> Result<(), CloseCode> {
    let deadline = Instant::now() + READ_WAIT;
    for (channel, since) in channels {
        // A channel of which nothing was read yet has nothing live either; its beginning is announced.
        let Some(partition) = gateway.delivery.hub.partition(channel) else { continue };
        let partition = gateway.delivery.partition(partition).map_err(|_| CloseCode::GoingAway)?;
        let Some(since) = since.filter(|since| !partition.has_read(*since)) else { continue };
        let Some(end) = end(gateway, &partition, since, deadline).await else {
            // Where nobody fares better, what was read here is all that can be had.
            return if gateway.cluster.has_others().await == Some(true) { Err(CloseCode::GoingAway) } else { Ok(()) };
        };
        let exists = since < end;
        while exists && !partition.has_read(since) {
            if Instant::now() >= deadline {
                return Err(CloseCode::GoingAway);
            }
            sleep(LOOK_EVERY).await;
        }
    }
    Ok(())
}

/// Where the log ends, as far as it matters to who holds this place; `None` when the log does not say.
async fn end(gateway: &Gateway, partition: &PartitionState, since: Pos, deadline: Instant) -> Option<Pos> {
    let known = partition.pos_at(partition.high_watermark());
    if since < known {
        return Some(known);
    }
    if gateway.delivery.health.log_unreachable.duration().is_some() {
        return None;
    }
    let range = timeout_at(deadline, gateway.delivery.log.range(partition.number)).await.ok()?.ok()?;
    Some(partition.pos_at(range.next))
}
