//! Moves clients away when this server cannot reach the log or its backlog is full, and a healthy peer exists.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::delivery::Outage;

/// Whether this server moves its clients to peers.
pub struct Evacuation {
    is_active: AtomicBool,
    /// Connected clients go on; new ones cannot be authenticated.
    pub(crate) no_directory: Outage,
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

    pub(crate) fn set_active(&self, is_active: bool) {
        self.is_active.store(is_active, Ordering::Relaxed);
    }
}
