//! How far the log goes beyond what was read of it, and whether it answers at all. Beside `delivery/follower`, which never asks:
//! to it a log that cannot be reached is one in which nothing happens.

use std::time::Duration;

use futures_util::future::join_all;

use crate::{state::AppState, trouble::Trouble};

/// The log is asked so often.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// The log does not answer.
pub fn silence() -> Trouble {
    Trouble::new("the log does not answer: nothing new is heard or taken until it does", "the log answers again")
}

/// Asks where each partition ends, for as long as the server runs. One that does not answer keeps the end that it had. The log is
/// silent if any does not: who is in its channels hears nothing. One that no server reaches is silent for all, and all stay.
///
/// # Errors
/// None: it goes on.
pub async fn watch_ends(state: AppState) -> Result<(), String> {
    loop {
        let lanes = state.delivery.lanes.all();
        let ask = lanes.iter().map(|lane| async {
            let range = state.delivery.log.range(lane.partition).await;
            range.map(|range| lane.set_end(range.next)).is_ok()
        });
        let answers = join_all(ask).await;
        state.delivery.silence.note(!answers.contains(&false));
        tokio::time::sleep(ASK_EVERY).await;
    }
}
