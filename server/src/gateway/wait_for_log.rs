//! Waits for the log on behalf of a client that received more from its last server than this one has read yet.

use std::time::Duration;

use domain::{
    ids::{ChannelId, Pos},
    wire::CloseCode,
};
use tokio::time::{Instant, sleep, timeout_at};

use super::state::Gateway;
use crate::delivery::PartitionState;

/// Longest wait for a server that is behind, or for a log that does not report its end.
const WAIT: Duration = Duration::from_secs(2);
/// Poll interval.
const POLL: Duration = Duration::from_millis(20);

/// Waits until this server has read the positions that the client holds. A position that the log does not have is not waited for: the client
/// loads the channel again.
///
/// # Errors
/// [`CloseCode::GoingAway`] while a partition is reloaded, when this server is far behind, or when the log does not answer and a peer
/// accepts clients.
pub(super) async fn wait_until_read(gateway: &Gateway, channels: &[(ChannelId, Option<Pos>)]) -> Result<(), CloseCode> {
    let deadline = Instant::now() + WAIT;
    for (channel, since) in channels {
        // A channel without events here has no subscription either. Its `created` event announces it.
        let Some(partition) = gateway.delivery.hub.partition(channel) else { continue };
        let partition = gateway.delivery.partition(partition).map_err(|_| CloseCode::GoingAway)?;
        let Some(since) = since.filter(|since| !partition.has_read(*since)) else { continue };
        let Some(end) = log_end(gateway, &partition, since, deadline).await else {
            // Without a healthier peer the client gets what was read here.
            return if gateway.cluster.has_peers().await == Some(true) { Err(CloseCode::GoingAway) } else { Ok(()) };
        };
        let exists = since < end;
        while exists && !partition.has_read(since) {
            if Instant::now() >= deadline {
                return Err(CloseCode::GoingAway);
            }
            sleep(POLL).await;
        }
    }
    Ok(())
}

/// Returns the last known end of the log if that is beyond `since`, otherwise the log's present end; `None` if the log does not answer.
async fn log_end(gateway: &Gateway, partition: &PartitionState, since: Pos, deadline: Instant) -> Option<Pos> {
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
