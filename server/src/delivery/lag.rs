//! How far the log goes beyond what was read of it, and whether it answers at all. Beside `delivery/follower`, which never asks:
//! to it a log that cannot be reached is one in which nothing happens.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use crate::state::AppState;

/// The log is asked so often.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// Since when something is not as it should be. When it begins and when it ends is logged.
pub struct Trouble {
    since: Mutex<Option<Instant>>,
    begins: &'static str,
    ends: &'static str,
}

impl Trouble {
    /// The log does not answer.
    pub fn silence() -> Self {
        Self::new("the log does not answer: nothing new is heard or taken until it does", "the log answers again")
    }

    /// The log is not read on, because what was read cannot be written.
    pub fn held_back() -> Self {
        Self::new(
            "the archive has been away for so long that no more can be kept in memory: nothing new is heard until it can be written",
            "the log is read on",
        )
    }

    fn new(begins: &'static str, ends: &'static str) -> Self {
        Self { since: Mutex::default(), begins, ends }
    }

    /// For how long; `None` while all is well.
    pub fn lasts(&self) -> Option<Duration> {
        self.since().map(|since| since.elapsed())
    }

    pub(super) fn note(&self, is_well: bool) {
        let mut since = self.since();
        match is_well {
            true => {
                if since.take().is_some() {
                    tracing::info!("{}", self.ends);
                }
            }
            false => {
                if since.is_none() {
                    tracing::error!("{}", self.begins);
                }
                since.get_or_insert_with(Instant::now);
            }
        }
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks where each partition ends, for as long as the server runs. One that does not answer keeps the end that it had; a log of
/// which none does is silent.
///
/// # Errors
/// None: it goes on.
pub async fn watch_ends(state: AppState) -> Result<(), String> {
    loop {
        let lanes = state.delivery.lanes.all();
        let ask = lanes.iter().map(|lane| async {
            let range = state.delivery.log.range(lane.partition).await;
            range.map(|range| lane.set_end(range.next)).is_ok()
        });
        let answers = join_all(ask).await;
        state.delivery.silence.note(answers.contains(&true));
        tokio::time::sleep(ASK_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_lasts_from_the_first_question_that_was_not_answered() {
        let silence = Trouble::silence();
        assert_eq!(silence.lasts(), None);
        silence.note(false);
        let since = *silence.since();
        silence.note(false);
        assert_eq!(*silence.since(), since);
        assert!(silence.lasts().is_some());
        silence.note(true);
        assert_eq!(silence.lasts(), None);
    }
}
