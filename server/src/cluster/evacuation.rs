//! Whether this server moves its clients to peers.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crate::delivery::Outage;

/// Announce after this long that new clients should avoid this server. A leader election of the brokers takes less.
const AVOIDED_AFTER: Duration = Duration::from_secs(10);

/// Whether this server moves its clients to peers.
pub struct Evacuation {
    is_active: AtomicBool,
    /// Connected clients go on; new ones cannot be authenticated.
    pub(super) no_directory: Outage,
}

impl Default for Evacuation {
    fn default() -> Self {
        let no_directory = Outage::new(
            "the directory does not answer: new clients are refused until it does",
            "the directory answers again",
        );
        Self { is_active: AtomicBool::default(), no_directory }
    }
}

impl Evacuation {
    /// Returns whether clients are being moved away. Then new clients are refused, and history that may be stale is too.
    pub(crate) fn is_active(&self) -> bool {
        self.is_active.load(Ordering::Relaxed)
    }

    pub(super) fn set_active(&self, is_active: bool) {
        self.is_active.store(is_active, Ordering::Relaxed);
    }

    /// Returns whether new clients should avoid this server, which has been degraded for this long.
    pub(super) fn refuses_new(&self, degraded_for: Option<Duration>) -> bool {
        let outages = [degraded_for, self.no_directory.duration()];
        outages.into_iter().flatten().any(|duration| duration >= AVOIDED_AFTER)
    }
}
