//! Closes sockets at a rate that peers can take, so that their clients connect there.

use std::time::Duration;

use domain::wire::CloseCode;

use crate::delivery::Hub;

/// Sockets handed over per second. Peers check a session and answer a resume for each.
const HANDED_PER_SECOND: usize = 1_000;
/// Longest hand-over, however many sockets are open: the operator waits for it.
const HAND_OVER_WITHIN: Duration = Duration::from_secs(5);
/// Pause between two steps.
const STEP: Duration = Duration::from_millis(100);

/// Closes all sockets step by step.
pub(super) async fn hand_over(hub: &Hub) {
    let sockets = hub.sockets();
    if sockets.is_empty() {
        return;
    }
    tracing::info!(sockets = sockets.len(), "handing sockets over to peers");
    for step in sockets.chunks(sockets_per_step(sockets.len())) {
        step.iter().for_each(|socket| socket.close(CloseCode::GoingAway));
        tokio::time::sleep(STEP).await;
    }
}

fn sockets_per_step(sockets: usize) -> usize {
    let steps = (HAND_OVER_WITHIN.as_millis() / STEP.as_millis()) as usize;
    let steps_per_second = (1_000 / STEP.as_millis()) as usize;
    sockets.div_ceil(steps).max(HANDED_PER_SECOND / steps_per_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_rate_for_few_and_the_time_for_many() {
        assert_eq!(sockets_per_step(0), 100);
        assert_eq!(sockets_per_step(4_000), 100);
        let many = 16_000_usize;
        assert!(STEP * u32::try_from(many.div_ceil(sockets_per_step(many))).expect("few") <= HAND_OVER_WITHIN);
    }
}
