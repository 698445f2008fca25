//! A server that the log does not answer hears nothing of what is said on others, and nobody on it would know; nor does one that can
//! keep no more because its database is away. People are led to servers that fare better. Where none does, all stay: what was said
//! can still be read.

use std::time::Duration;

use super::drain::hand_over;
use crate::state::AppState;

/// After so long others are told that nobody should come here: brokers that choose a leader are silent for less.
const DEAF_AFTER: Duration = Duration::from_secs(10);
/// After so long everybody is sent elsewhere. Until then a server that fares no better has said so, too.
const MOVE_AFTER: Duration = Duration::from_secs(20);
/// It is looked so often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Whether this server has heard nothing new for so long that nobody should come here.
pub fn is_deaf(state: &AppState) -> bool {
    state.delivery.deaf_for().is_some_and(|lasts| lasts >= DEAF_AFTER)
}

/// Sends everybody to servers that hear what is said, whenever this one has not for long.
///
/// # Errors
/// None: it goes on.
pub async fn lead_elsewhere(state: AppState) -> Result<(), String> {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if state.delivery.deaf_for().is_some_and(|lasts| lasts >= MOVE_AFTER) {
            hand_over(&state).await;
        }
    }
}
