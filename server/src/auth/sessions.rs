//! Checks that a session is open. It runs for every page, call, form and socket frame. An answer is at most five seconds old, an
//! ended session is forgotten at once, and while the directory does not answer the last answer stays valid.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{clock::Timestamp, error::ErrorCode, ids::SessionId};
use moka::future::Cache;
use parking_lot::Mutex;

use super::last_used::{QUEUED_EVERY_MS, QueuedUses, Uses, queue};
use crate::{
    clock::now,
    metrics::Metrics,
    ports::{Directory, StoreError, directory::LiveSession},
};

/// Age up to which an answer is used without asking again.
const FRESH: Duration = Duration::from_secs(5);
/// How long an unused answer is kept, for a time when the directory does not answer.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// How long a caller with an old answer waits for a fresh one.
const ASK_WAIT: Duration = Duration::from_millis(500);
/// Pause between two questions to a directory that does not answer, so that thousands of sockets do not wait for it.
const RETRY: Duration = Duration::from_secs(2);
/// Cached answers.
const SESSIONS_MAX: u64 = 100_000;

/// Checks sessions, with a cache of answers. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    directory: Arc<dyn Directory>,
    answers: Cache<SessionId, (Instant, LiveSession)>,
    uses: Uses,
    /// When the directory last failed to answer; `None` while it answers.
    failed: Arc<Mutex<Option<Instant>>>,
    metrics: Arc<Metrics>,
}

impl Sessions {
    /// Returns the checker with an empty cache, and the queue of the uses that it sees.
    pub fn new(directory: Arc<dyn Directory>, metrics: Arc<Metrics>) -> (Self, QueuedUses) {
        let answers = Cache::builder().max_capacity(SESSIONS_MAX).time_to_idle(KEPT).build();
        let (uses, queued) = queue();
        (Self { directory, answers, uses, failed: Arc::default(), metrics }, queued)
    }

    /// Returns the session if it is open.
    ///
    /// # Errors
    /// [`ErrorCode::Unauthorized`] when it has ended, [`ErrorCode::TryAgain`] when the directory does not answer and no answer is cached.
    pub async fn check(&self, id: &SessionId) -> Result<LiveSession, ErrorCode> {
        let kept = self.answers.get(id).await.filter(|(_, session)| session.expires_at > now());
        if let Some((asked, session)) = &kept
            && asked.elapsed() < FRESH
        {
            return Ok(session.clone());
        }
        if let Some((_, session)) = &kept
            && !self.may_ask()
        {
            return Ok(session.clone());
        }
        let asked = self.directory.session(id, now());
        let answer = match kept.is_some() {
            true => tokio::time::timeout(ASK_WAIT, asked)
                .await
                .unwrap_or_else(|late| Err(StoreError::Unavailable(late.into()))),
            false => asked.await,
        };
        *self.failed.lock() = answer.is_err().then(Instant::now);
        if answer.is_ok() {
            self.metrics.answered_by("directory");
        }
        match answer {
            Ok(Some(mut session)) => {
                self.record_use(&mut session, kept.map(|(_, before)| before.last_used_at));
                self.answers.insert(id.clone(), (Instant::now(), session.clone())).await;
                Ok(session)
            }
            Ok(None) => {
                self.forget(id).await;
                Err(ErrorCode::Unauthorized)
            }
            Err(error) => {
                self.metrics.session_unchecked(&error);
                kept.map(|(_, session)| session).ok_or(ErrorCode::TryAgain)
            }
        }
    }

    /// Returns whether to ask the directory: while it does not answer, one caller per [`RETRY`] does.
    fn may_ask(&self) -> bool {
        let mut failed = self.failed.lock();
        let may = failed.is_none_or(|at| at.elapsed() >= RETRY);
        if may && failed.is_some() {
            *failed = Some(Instant::now());
        }
        may
    }

    /// Queues that a session is in use, unless that was queued within the last minute.
    fn record_use(&self, session: &mut LiveSession, recorded: Option<Timestamp>) {
        let (at, last) = (now(), recorded.max(Some(session.last_used_at)).unwrap_or_default());
        let is_due = at.millis() - last.millis() >= QUEUED_EVERY_MS;
        let is_queued = is_due && self.uses.try_send((session.id.clone(), at)).is_ok();
        session.last_used_at = if is_queued { at } else { last };
    }

    /// Forgets the answer for a session that has ended: its next use asks the directory.
    pub async fn forget(&self, id: &SessionId) {
        self.answers.invalidate(id).await;
    }
}
