//! How far the log goes beyond what was read of it. Beside `delivery/follower`, which never asks.

use std::time::Duration;

use futures_util::future::join_all;

use crate::state::AppState;

/// The log is asked so often.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// Asks where each partition ends, for as long as the server runs. One that does not answer keeps the end that it had.
///
/// # Errors
/// None: it goes on.
pub async fn watch_ends(state: AppState) -> Result<(), String> {
    loop {
        let lanes = state.delivery.lanes.all();
        let ask = lanes.iter().map(|lane| async {
            if let Ok(range) = state.delivery.log.range(lane.partition).await {
                lane.set_end(range.next);
            }
        });
        join_all(ask).await;
        tokio::time::sleep(ASK_EVERY).await;
    }
}
