//! Whether a session still lives. Every use asks: each page, call, form and socket frame. The answer is at most five
//! seconds old, a kick-out is heard at once, and while the directory is down what was checked before stays good.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use domain::{clock::Timestamp, error::ErrorCode, ids::SessionId};
use moka::future::Cache;

use super::last_used::{NOTED_EVERY_MS, Noted, Uses, uses};
use crate::{
    clock::now,
    metrics::Metrics,
    ports::{Directory, StoreError, directory::LiveSession},
};

/// How old an answer may be.
const FRESH: Duration = Duration::from_secs(5);
/// How long an answer that nobody asks for is kept; while the directory does not answer, it helps.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// Whoever has an answer, only an old one, waits so long for a fresh one.
const ASK_WAIT: Duration = Duration::from_millis(500);
/// While the directory does not answer, one asks it every so often: thousands of sockets would, each waiting for it.
const PAUSE: Duration = Duration::from_secs(2);
/// Sessions whose answers are kept.
const SESSIONS_KEPT: u64 = 100_000;

/// The sessions that were asked for lately.
#[derive(Clone)]
pub struct Sessions {
    directory: Arc<dyn Directory>,
    answers: Cache<SessionId, (Instant, LiveSession)>,
    uses: Uses,
    /// When the directory last did not answer.
    failed: Arc<Mutex<Option<Instant>>>,
    metrics: Arc<Metrics>,
}

impl Sessions {
    /// Nothing asked yet; and what is to be written down of what will be.
    pub fn new(directory: Arc<dyn Directory>, metrics: Arc<Metrics>) -> (Self, Noted) {
        let answers = Cache::builder().max_capacity(SESSIONS_KEPT).time_to_idle(KEPT).build();
        let (uses, noted) = uses();
        (Self { directory, answers, uses, failed: Arc::default(), metrics }, noted)
    }

    /// The session, if it lives.
    ///
    /// # Errors
    /// [`ErrorCode::Unauthorized`] when it has ended, [`ErrorCode::TryAgain`] when nobody can say.
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
        *self.failed() = answer.is_err().then(Instant::now);
        if answer.is_ok() {
            self.metrics.answered_by("directory");
        }
        match answer {
            Ok(Some(mut session)) => {
                self.note_use(&mut session, kept.map(|(_, before)| before.last_used_at));
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

    /// Not while the directory does not answer, but for one every now and then.
    fn may_ask(&self) -> bool {
        let mut failed = self.failed();
        let may = failed.is_none_or(|at| at.elapsed() >= PAUSE);
        if may && failed.is_some() {
            *failed = Some(Instant::now());
        }
        may
    }

    fn failed(&self) -> MutexGuard<'_, Option<Instant>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a session is in use, unless that was noted a moment ago.
    fn note_use(&self, session: &mut LiveSession, noted: Option<Timestamp>) {
        let (at, last) = (now(), noted.max(Some(session.last_used_at)).unwrap_or_default());
        let is_due = at.millis() - last.millis() >= NOTED_EVERY_MS;
        let is_noted = is_due && self.uses.try_send((session.id.clone(), at)).is_ok();
        session.last_used_at = if is_noted { at } else { last };
    }

    /// It has ended: the next use asks the directory.
    pub async fn forget(&self, id: &SessionId) {
        self.answers.invalidate(id).await;
    }
}
