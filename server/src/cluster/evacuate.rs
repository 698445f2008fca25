//! Moves clients away when this server cannot reach the log or its backlog is full, and a healthy peer exists. Without one all
//! stay: what is loaded can still be read.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Cluster, hand_over::hand_over};
use crate::ports::Directory;

/// Evacuate after this long; by then every equally affected peer has announced itself.
const EVACUATE_AFTER: Duration = Duration::from_secs(25);
/// Peers must have been healthy this long, so that the first server to recover from a shared outage does not attract every client.
const PEERS_HEALTHY_FOR: Duration = Duration::from_secs(12);
/// Poll interval.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// Time between two checks of the directory.
const CHECK_DIRECTORY_EVERY: Duration = Duration::from_secs(5);

/// Watches the health of this server, and moves its clients to peers while it is degraded.
pub async fn evacuate_when_degraded(cluster: Arc<Cluster>) -> ! {
    let (health, partitions) = (&cluster.delivery.health, &cluster.delivery.partitions);
    let mut peers_healthy_since: Option<Instant> = None;
    loop {
        tokio::time::sleep(POLL_EVERY).await;
        health.check_backlog(partitions);
        let degraded_for = health.degraded_for();
        // With neither peers nor a directory in reach, this server is cut off: nothing is lost by leaving it.
        let is_cut_off = || cluster.evacuation.no_directory.duration().is_some();
        let has_healthy_peer = degraded_for.is_some() && cluster.has_others().await.unwrap_or_else(is_cut_off);
        peers_healthy_since = has_healthy_peer.then(|| peers_healthy_since.unwrap_or_else(Instant::now));
        let is_active = degraded_for.is_some_and(|duration| duration >= EVACUATE_AFTER)
            && peers_healthy_since.is_some_and(|since| since.elapsed() >= PEERS_HEALTHY_FOR);
        cluster.evacuation.set_active(is_active);
        if is_active {
            hand_over(&cluster.delivery.hub).await;
        }
    }
}

/// Checks for as long as the server runs whether the directory answers.
pub async fn watch_directory(cluster: Arc<Cluster>, directory: Arc<dyn Directory>) -> ! {
    loop {
        cluster.evacuation.no_directory.set(directory.hall().await.is_err());
        tokio::time::sleep(CHECK_DIRECTORY_EVERY).await;
    }
}
