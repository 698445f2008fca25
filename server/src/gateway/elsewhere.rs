//! A server that the log does not answer hears nothing of what is said on others, and nobody on it would know; one whose database is
//! away for so long that nothing more fits into its memory can take nothing. People are led to servers that fare better. Where
//! none does, all stay: what was said can still be read.

use std::time::{Duration, Instant};

use super::drain::hand_over;
use crate::http::AppState;

/// After so long others are told that nobody should come here: brokers that choose a leader are silent for less.
const AVOIDED_AFTER: Duration = Duration::from_secs(10);
/// After so long everybody is sent elsewhere. Until then a server that fares no better has said so, too.
const MOVE_AFTER: Duration = Duration::from_secs(25);
/// Others have fared better for so long: when all could hear nothing, the first that hears again does not draw everybody to it.
const BETTER_FOR: Duration = Duration::from_secs(12);
/// It is looked so often.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The directory is asked so often whether it answers.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// Whether nobody new should come here, as other servers are told.
pub fn is_avoided(state: &AppState) -> bool {
    let troubles = [state.delivery.health.degraded_for(), state.cluster.evacuation.no_directory.duration()];
    troubles.into_iter().flatten().any(|lasts| lasts >= AVOIDED_AFTER)
}

/// Sends everybody to servers that hear what is said, whenever this one has not for long.
///
/// # Errors
/// None: it goes on.
pub async fn lead_elsewhere(state: AppState) -> Result<(), String> {
    let mut better_since: Option<Instant> = None;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        state.delivery.health.check_backlog(&state.delivery.partitions);
        let deaf_for = state.delivery.health.degraded_for();
        let fare_better = deaf_for.is_some() && state.cluster.has_others().await.unwrap_or_else(|| is_cut_off(&state));
        better_since = fare_better.then(|| better_since.unwrap_or_else(Instant::now));
        let is_better = deaf_for.is_some_and(|lasts| lasts >= MOVE_AFTER)
            && better_since.is_some_and(|since| since.elapsed() >= BETTER_FOR);
        state.cluster.evacuation.set_active(is_better);
        if is_better {
            hand_over(&state).await;
        }
    }
}

/// Nobody can say whether there are other servers. Without a database, too, there is nothing to stay for.
fn is_cut_off(state: &AppState) -> bool {
    state.cluster.evacuation.no_directory.duration().is_some()
}

/// Asks the directory whether it answers, for as long as the server runs.
///
/// # Errors
/// None: it goes on.
pub async fn watch_directory(state: AppState) -> Result<(), String> {
    loop {
        state.cluster.evacuation.no_directory.set(state.directory.hall().await.is_err());
        tokio::time::sleep(ASK_EVERY).await;
    }
}
