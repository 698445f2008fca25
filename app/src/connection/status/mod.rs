//! The status of the link, and the line that the banner shows of it. Pure. Times are the browser's, in milliseconds.

use domain::error::ErrorCode;

use crate::ui::words::Words;

/// The phase of the link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkPhase {
    /// The page has just been opened.
    #[default]
    Starting,
    /// The server has welcomed the page.
    Live,
    /// The link is lost; the page reconnects by itself.
    Lost,
    /// The session has ended: the user has to log in.
    LoggedOut,
}

/// The line that the banner shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusLine {
    /// The session has ended.
    LoggedOut,
    /// The browser reports that this device has no network.
    Offline,
    /// The next attempt follows in this number of seconds.
    RetryIn(u32),
    /// The link is lost.
    Reconnecting,
    /// The link is back; events are still missing.
    CatchingUp,
    /// The server's disk is full; messages wait.
    StorageFull,
    /// The server does not accept messages at present; they wait.
    Busy,
    /// Too much was missed: the open channel was loaded again.
    Reset,
    /// The link is back, and nothing is missing.
    Restored,
    /// The number of messages of an earlier page that are unsent.
    Unsent(usize),
    /// All of them are sent.
    AllSent,
}

impl StatusLine {
    /// Returns the line without its number.
    pub fn kind(self) -> Self {
        match self {
            StatusLine::RetryIn(_) => StatusLine::RetryIn(0),
            StatusLine::Unsent(_) => StatusLine::Unsent(0),
            other => other,
        }
    }

    /// Returns the text of the line.
    pub fn text(self, words: &Words) -> String {
        match self {
            StatusLine::RetryIn(seconds) => words.retry_in(seconds),
            StatusLine::Unsent(count) => words.unsent_count(count),
            StatusLine::LoggedOut => words.logged_out.into(),
            StatusLine::Offline => words.offline.into(),
            StatusLine::Reconnecting => words.reconnecting.into(),
            StatusLine::CatchingUp => words.catching_up.into(),
            StatusLine::StorageFull => words.refusal(ErrorCode::StorageFull).into(),
            StatusLine::Busy => words.server_busy.into(),
            StatusLine::Reset => words.was_reset.into(),
            StatusLine::Restored => words.restored.into(),
            StatusLine::AllSent => words.all_sent.into(),
        }
    }
}

/// Shortest disconnect that is shown, in milliseconds.
pub const PATIENCE_MS: f64 = 2_000.0;
/// Shortest wait that is counted down, with a button that ends it, in milliseconds.
pub const LONG_WAIT_MS: f64 = 5_000.0;
/// How long the end of a disconnect is shown, in milliseconds.
const RESTORED_MS: f64 = 1_000.0;
/// How long a reset is shown, in milliseconds.
const RESET_MS: f64 = 6_000.0;

/// What is known of the link.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkStatus {
    pub phase: LinkPhase,
    /// Whether the browser reports that there is no network.
    pub offline: bool,
    /// The time of the last update.
    pub now: f64,
    /// Since when the link is lost, or events are missing.
    pub trouble_since: Option<f64>,
    /// Whether that has been shown.
    pub shown: bool,
    /// The time of the next attempt, after a long wait only.
    pub retry_at: Option<f64>,
    /// Why the server does not accept messages that wait.
    pub blocked_by: Option<ErrorCode>,
    /// Whether the open channel is being loaded again.
    pub reset_due: bool,
    /// When that was done.
    pub reset_at: Option<f64>,
    /// When a trouble that was shown ended.
    pub restored_at: Option<f64>,
    /// Unsent messages of an earlier page.
    pub returned_unsent: usize,
    /// When the last of them was sent.
    pub all_sent_at: Option<f64>,
}

impl LinkStatus {
    /// Notes that the link is lost, or could not be opened; the next attempt is at `retry_at`.
    pub fn lost(&mut self, now: f64, retry_at: Option<f64>) {
        self.phase = LinkPhase::Lost;
        self.retry_at = retry_at.filter(|at| at - now > LONG_WAIT_MS);
        // It may accept them after the reconnect.
        self.blocked_by = None;
        self.trouble_since.get_or_insert(now);
        self.now = now;
    }

    /// Notes that the server has welcomed the page.
    pub fn welcomed(&mut self, now: f64) {
        (self.phase, self.now, self.retry_at) = (LinkPhase::Live, now, None);
        self.trouble_since.get_or_insert(now);
    }

    /// Updates the status with the time; `is_behind` is whether events are still missing.
    pub fn tick(&mut self, now: f64, is_behind: bool) {
        self.now = now;
        if self.phase != LinkPhase::Live || is_behind {
            self.shown |= self.is_past_patience();
            return;
        }
        if self.trouble_since.take().is_some() && std::mem::take(&mut self.shown) {
            self.restored_at = Some(now);
        }
        if std::mem::take(&mut self.reset_due) {
            self.reset_at = Some(now);
        }
    }

    /// Sets the number of unsent messages of an earlier page.
    pub fn count_unsent(&mut self, now: f64, unsent: usize) {
        if self.returned_unsent > 0 && unsent == 0 {
            self.all_sent_at = Some(now);
        }
        (self.returned_unsent, self.now) = (unsent, now);
    }

    /// Returns whether the line changes by the passing of time alone.
    pub fn is_timed(&self) -> bool {
        let goes = self.lasts(self.restored_at, RESTORED_MS)
            || self.lasts(self.reset_at, RESET_MS)
            || self.lasts(self.all_sent_at, RESTORED_MS);
        let comes = match self.phase {
            LinkPhase::LoggedOut => false,
            LinkPhase::Live => self.trouble_since.is_some() || self.reset_due,
            LinkPhase::Starting | LinkPhase::Lost => !self.shown || self.retry_at.is_some(),
        };
        goes || comes
    }

    /// Returns the line of the greatest importance, if there is one.
    pub fn line(&self) -> Option<StatusLine> {
        let shown = self.is_past_patience();
        match self.phase {
            LinkPhase::LoggedOut => return Some(StatusLine::LoggedOut),
            LinkPhase::Live if shown => return Some(StatusLine::CatchingUp),
            LinkPhase::Lost | LinkPhase::Starting if shown => {
                let left = self.retry_at.map(|at| ((at - self.now) / 1_000.0).ceil());
                return Some(match left.filter(|left| *left >= 1.0) {
                    _ if self.offline => StatusLine::Offline,
                    Some(left) => StatusLine::RetryIn(left as u32),
                    None => StatusLine::Reconnecting,
                });
            }
            _ => {}
        }
        match self.blocked_by {
            Some(ErrorCode::StorageFull) => return Some(StatusLine::StorageFull),
            // The user was too fast: nothing is wrong with the server.
            Some(ErrorCode::RateLimited) | None => {}
            Some(_) => return Some(StatusLine::Busy),
        }
        match self.returned_unsent {
            _ if self.lasts(self.reset_at, RESET_MS) => Some(StatusLine::Reset),
            0 if self.lasts(self.restored_at, RESTORED_MS) => Some(StatusLine::Restored),
            0 if self.lasts(self.all_sent_at, RESTORED_MS) => Some(StatusLine::AllSent),
            0 => None,
            unsent => Some(StatusLine::Unsent(unsent)),
        }
    }

    fn is_past_patience(&self) -> bool {
        self.trouble_since.is_some_and(|since| self.now - since >= PATIENCE_MS)
    }

    fn lasts(&self, since: Option<f64>, ms: f64) -> bool {
        since.is_some_and(|since| self.now - since < ms)
    }
}

#[cfg(test)]
mod tests;
