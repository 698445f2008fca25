//! A server that goes hands its sockets over to the others, at a rate that they can take. Without others all are closed at once,
//! and come back spread over some seconds.

use std::time::Duration;

use domain::wire::CloseCode;

use crate::http::AppState;

/// Sockets that the others are given in a second, each with a session to check and a resume to answer.
const HANDED_PER_SECOND: usize = 1_000;
/// All of them are handed over within so long, however many there are: whoever stops a server waits for it.
const HAND_OVER_WITHIN: Duration = Duration::from_secs(5);
/// Some are handed over, then the next.
const STEP: Duration = Duration::from_millis(100);

/// Takes in nobody any more, and sends everybody elsewhere if there is an elsewhere.
pub async fn drain(state: &AppState) {
    state.cluster.draining.cancel();
    if state.cluster.has_others().await == Some(true) {
        hand_over(state).await;
    }
}

/// Sends everybody elsewhere.
pub async fn hand_over(state: &AppState) {
    let sockets = state.hub.sockets();
    if sockets.is_empty() {
        return;
    }
    tracing::info!(sockets = sockets.len(), "handing sockets over to the other servers");
    for some in sockets.chunks(at_a_time(sockets.len())) {
        some.iter().for_each(|socket| socket.close(CloseCode::GoingAway));
        tokio::time::sleep(STEP).await;
    }
}

fn at_a_time(sockets: usize) -> usize {
    let steps = (HAND_OVER_WITHIN.as_millis() / STEP.as_millis()) as usize;
    let steps_per_second = (1_000 / STEP.as_millis()) as usize;
    sockets.div_ceil(steps).max(HANDED_PER_SECOND / steps_per_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_go_at_the_rate_and_many_go_in_time() {
        assert_eq!(at_a_time(0), 100);
        assert_eq!(at_a_time(4_000), 100);
        let many = 16_000_usize;
        assert!(STEP * u32::try_from(many.div_ceil(at_a_time(many))).expect("few") <= HAND_OVER_WITHIN);
    }
}
