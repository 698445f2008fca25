//! When each session was last used, for the list in the settings. A use is queued, to the minute, and written in batches, so
//! that no request waits for it.

use std::{sync::Arc, time::Duration};

use domain::{clock::Timestamp, ids::SessionId};
use tokio::sync::mpsc;

use crate::{
    error::{OperatorError, chain},
    ports::Directory,
};

/// Smallest time between two queued uses of a session, in milliseconds.
pub(super) const QUEUED_EVERY_MS: i64 = 60_000;
/// Uses in the queue. One that finds no room is queued at the session's next check.
const QUEUE_MAX: usize = 1_024;
/// Uses in one transaction.
const BATCH: usize = 256;
/// Pause between two batches.
const PAUSE: Duration = Duration::from_secs(1);

/// The queue's input.
pub(super) type Uses = mpsc::Sender<(SessionId, Timestamp)>;
/// The queue's output.
pub type QueuedUses = mpsc::Receiver<(SessionId, Timestamp)>;

/// Returns an empty queue of uses.
pub(super) fn queue() -> (Uses, QueuedUses) {
    mpsc::channel(QUEUE_MAX)
}

/// Writes queued uses for as long as the server runs.
///
/// # Errors
/// When all senders are gone.
pub async fn flush_last_used(directory: Arc<dyn Directory>, mut queued: QueuedUses) -> Result<(), OperatorError> {
    let mut batch = Vec::with_capacity(BATCH);
    while queued.recv_many(&mut batch, BATCH).await > 0 {
        if let Err(error) = directory.used_sessions(&batch).await {
            // The next use is written, too.
            tracing::warn!(error = %chain(&error), sessions = batch.len(), "times of last use not written");
        }
        batch.clear();
        tokio::time::sleep(PAUSE).await;
    }
    Err("nothing checks sessions any more".into())
}
