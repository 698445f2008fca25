//! Moves clients to peers while this server cannot reach the log, is far behind it, or has a full backlog, if a peer is healthy. Without
//! one the clients stay and can read.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use domain::wire::CloseCode;

use super::peers::Peers;
use crate::{
    delivery::{Delivery, Outage},
    ports::Directory,
};

/// Degraded for this long, the server asks its peers to send it no new clients. A broker election is shorter.
const REFUSE_AFTER: Duration = Duration::from_secs(10);
/// Evacuate after this long: by then every equally affected peer has announced that it takes no new clients.
const EVACUATE_AFTER: Duration = Duration::from_secs(25);
/// Some peer must have accepted clients for this long, so that the first server to recover from a shared outage does not attract every
/// client.
const HEALTHY_FOR: Duration = Duration::from_secs(12);
/// Interval between two checks of this server's health.
const POLL: Duration = Duration::from_secs(1);
/// Interval between two checks of the directory.
const DIRECTORY_CHECK: Duration = Duration::from_secs(5);
/// Sockets moved per second. Each costs a peer a session check and a resume.
const SOCKETS_PER_SECOND: usize = 1_000;
/// Longest time for moving all sockets, however many there are: the operator who stops a server waits for it.
const MOVE_WITHIN: Duration = Duration::from_secs(5);
/// Pause between two groups of sockets.
const STEP: Duration = Duration::from_millis(100);

/// Whether clients are moved to peers, and what decides it.
pub(super) struct Evacuation {
    peers: Peers,
    directory: Arc<dyn Directory>,
    delivery: Arc<Delivery>,
    is_active: AtomicBool,
    /// Connected clients keep talking meanwhile; new ones cannot be authenticated.
    directory_outage: Outage,
}

impl Evacuation {
    /// Returns an evacuation that is not active.
    pub(super) fn new(peers: Peers, directory: Arc<dyn Directory>, delivery: Arc<Delivery>) -> Self {
        let directory_outage = Outage::new(
            "the directory does not answer: new clients are refused until it does",
            "the directory answers again",
        );
        Self { peers, directory, delivery, is_active: AtomicBool::default(), directory_outage }
    }

    /// Returns whether clients are being moved to peers.
    pub(super) fn is_active(&self) -> bool {
        self.is_active.load(Ordering::Relaxed)
    }

    /// Returns whether peers should keep new clients away from this server.
    pub(super) fn refuses_new(&self) -> bool {
        let outages = [self.delivery.health.degraded_for(), self.directory_outage.duration()];
        outages.into_iter().flatten().any(|duration| duration >= REFUSE_AFTER)
    }

    /// Moves all clients to peers whenever this server has been degraded for long and a peer is healthy.
    pub(super) async fn run(&self) -> ! {
        let mut healthy_since: Option<Instant> = None;
        loop {
            tokio::time::sleep(POLL).await;
            self.delivery.health.check_backlog(&self.delivery.partitions);
            let degraded_for = self.delivery.health.degraded_for();
            let is_peer_healthy =
                degraded_for.is_some() && self.peers.accept_clients().await.unwrap_or_else(|| self.is_isolated());
            healthy_since = is_peer_healthy.then(|| healthy_since.unwrap_or_else(Instant::now));
            let is_active = degraded_for.is_some_and(|duration| duration >= EVACUATE_AFTER)
                && healthy_since.is_some_and(|since| since.elapsed() >= HEALTHY_FOR);
            self.is_active.store(is_active, Ordering::Relaxed);
            if is_active {
                self.move_clients().await;
            }
        }
    }

    /// Records regularly whether the directory answers.
    pub(super) async fn watch_directory(&self) -> ! {
        loop {
            self.directory_outage.set(self.directory.hall().await.is_err());
            tokio::time::sleep(DIRECTORY_CHECK).await;
        }
    }

    /// Closes all sockets, at a rate that the peers can take. Their clients ask for another server.
    pub(super) async fn move_clients(&self) {
        let sockets = self.delivery.hub.sockets();
        if sockets.is_empty() {
            return;
        }
        tracing::info!(sockets = sockets.len(), "handing sockets over to peers");
        for group in sockets.chunks(group_size(sockets.len())) {
            group.iter().for_each(|socket| socket.close(CloseCode::GoingAway));
            tokio::time::sleep(STEP).await;
        }
    }

    /// Returns whether nothing is left to stay for while the peers are unknown: without the directory clients can only read.
    fn is_isolated(&self) -> bool {
        self.directory_outage.duration().is_some()
    }
}

/// Returns how many sockets close in one step.
fn group_size(sockets: usize) -> usize {
    let steps = (MOVE_WITHIN.as_millis() / STEP.as_millis()) as usize;
    let steps_per_second = (1_000 / STEP.as_millis()) as usize;
    sockets.div_ceil(steps).max(SOCKETS_PER_SECOND / steps_per_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_sockets_move_at_the_rate_and_many_within_the_time() {
        assert_eq!(group_size(0), 100);
        assert_eq!(group_size(4_000), 100);
        let many = 16_000_usize;
        assert!(STEP * u32::try_from(many.div_ceil(group_size(many))).expect("few") <= MOVE_WITHIN);
    }
}
