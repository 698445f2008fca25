//! A client may have heard more on the server that it comes from than this one has read yet.

use std::time::{Duration, Instant};

use domain::{
    ids::{ChannelId, Pos},
    wire::close,
};

use crate::state::AppState;

/// A server that is a moment behind is waited for so long.
const READ_WAIT: Duration = Duration::from_secs(2);
/// So often it is looked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Waits until this server has read what the client holds. A place that the log does not have is not waited for: it begins anew.
///
/// # Errors
/// The code to close with: a channel is read anew at present, or this server is far behind.
pub async fn catch_up(state: &AppState, channels: &[(ChannelId, Option<Pos>)]) -> Result<(), u16> {
    let began = Instant::now();
    for (channel, since) in channels {
        // A channel of which nothing was read yet has nothing live either; its beginning is announced.
        let Some(partition) = state.hub.partition(channel) else { continue };
        let lane = state.delivery.lane(partition).map_err(|_| close::GOING_AWAY)?;
        let Some(since) = since.filter(|since| !lane.has_read(*since)) else { continue };
        if began.elapsed() > READ_WAIT {
            // A log that does not say what it has is not asked for each channel.
            return Ok(());
        }
        let exists = state.delivery.log.range(partition).await.is_ok_and(|range| since < lane.place(range.next));
        while exists && !lane.has_read(since) {
            if began.elapsed() > READ_WAIT {
                return Err(close::GOING_AWAY);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
    Ok(())
}
