//! When each session was last used, for the list in the settings. Noted in passing, to the minute, and written down in
//! batches beside everything else: nobody who uses a session waits for it.

use std::{sync::Arc, time::Duration};

use domain::{clock::Timestamp, ids::SessionId};
use tokio::sync::mpsc;

use crate::ports::Directory;

/// A session's use is noted when the last one that was noted is so old.
pub const NOTED_EVERY_MS: i64 = 60_000;
/// Uses that wait to be written down. One that finds no room is noted at the session's next check.
const WAITING_MAX: usize = 1_024;
/// Uses in one transaction.
const BATCH: usize = 256;
/// Between two batches.
const PAUSE: Duration = Duration::from_secs(1);

/// Where uses are noted.
pub type Uses = mpsc::Sender<(SessionId, Timestamp)>;
/// What has been noted.
pub type Noted = mpsc::Receiver<(SessionId, Timestamp)>;

/// A place for uses that wait to be written down.
pub fn uses() -> (Uses, Noted) {
    mpsc::channel(WAITING_MAX)
}

/// Writes down what is noted, for as long as the server runs.
///
/// # Errors
/// The sentence that the process ends with.
pub async fn write_down(directory: Arc<dyn Directory>, mut noted: Noted) -> Result<(), String> {
    let mut batch = Vec::with_capacity(BATCH);
    while noted.recv_many(&mut batch, BATCH).await > 0 {
        if let Err(error) = directory.used_sessions(&batch).await {
            // A use is told by the next one, too.
            tracing::warn!(error = %crate::chain(&error), "when sessions were last used was not written down");
        }
        batch.clear();
        tokio::time::sleep(PAUSE).await;
    }
    Err("nobody notes the use of sessions any more".into())
}
