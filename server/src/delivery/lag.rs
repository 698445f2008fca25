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

/// Since when the log has not answered.
#[derive(Default)]
pub struct Silence(Mutex<Option<Instant>>);

impl Silence {
    /// For how long it has not; `None` while it does.
    pub fn lasts(&self) -> Option<Duration> {
        self.since().map(|since| since.elapsed())
    }

    fn note(&self, answers: bool) {
        let mut since = self.since();
        match answers {
            true => {
                if since.take().is_some() {
                    tracing::info!("the log answers again");
                }
            }
            false => {
                if since.is_none() {
                    tracing::error!("the log does not answer: nothing new is heard or taken until it does");
                }
                since.get_or_insert_with(Instant::now);
            }
        }
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        let silence = Silence::default();
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
