//! Which line the page shows about its link. Pure: what is known, in; at most one line, out. Times are the browser's, in
//! milliseconds.

use domain::rejection::Code;

/// How the link is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkState {
    /// The page has just been opened.
    #[default]
    Starting,
    /// What is said is heard.
    Live,
    /// It was lost; it comes back by itself.
    Lost,
    /// The session has ended: only a log-in helps.
    LoggedOut,
}

/// What the line above the conversation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The session has ended.
    LoggedOut,
    /// The browser says that this device has no network.
    Offline,
    /// The next try comes in so many seconds.
    RetryIn(u32),
    /// The link was lost.
    Reconnecting,
    /// The link is back; something is missing yet.
    CatchingUp,
    /// The server's disk is full; messages wait.
    StorageFull,
    /// The server does not take messages at present; they wait.
    Busy,
    /// Too much was missed: the open channel was loaded anew.
    Reset,
    /// All is well again.
    Restored,
    /// So many messages of an earlier page were not sent yet.
    Unsent(usize),
    /// They have been sent.
    AllSent,
}

impl Line {
    /// The line without its number.
    pub fn kind(self) -> Self {
        match self {
            Line::RetryIn(_) => Line::RetryIn(0),
            Line::Unsent(_) => Line::Unsent(0),
            other => other,
        }
    }
}

/// A gap shorter than this is not shown.
pub const PATIENCE_MS: f64 = 2_000.0;
/// A wait longer than this is counted down, with a way to end it.
pub const LONG_WAIT_MS: f64 = 5_000.0;
/// How long it is said that all is well again.
const RESTORED_MS: f64 = 1_000.0;
/// How long it is said that a channel was loaded anew.
const RESET_MS: f64 = 6_000.0;

/// What is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// How the link is.
    pub link: LinkState,
    /// Whether the browser says that there is no network.
    pub offline: bool,
    /// Now, as of the last tick.
    pub now: f64,
    /// Since when the link is down, or something is missing.
    pub trouble_since: Option<f64>,
    /// Whether that has been said.
    pub shown: bool,
    /// When the next try comes, if that is a long wait.
    pub retry_at: Option<f64>,
    /// Why the server does not take messages that wait.
    pub hindrance: Option<Code>,
    /// Whether the open channel is being loaded anew.
    pub reset_due: bool,
    /// When that was done.
    pub reset_at: Option<f64>,
    /// When all was well again after a trouble that was shown.
    pub restored_at: Option<f64>,
    /// Messages of an earlier page that were not sent yet.
    pub unsent: usize,
    /// When the last of them was sent.
    pub all_sent_at: Option<f64>,
}

impl Facts {
    /// The link is down, or was never up; `retry_at` is when the next try comes.
    pub fn lost(&mut self, now: f64, retry_at: Option<f64>) {
        self.link = LinkState::Lost;
        self.retry_at = retry_at.filter(|at| at - now > LONG_WAIT_MS);
        // What the server said before is not what it would say now.
        self.hindrance = None;
        self.trouble_since.get_or_insert(now);
        self.now = now;
    }

    /// The server has answered.
    pub fn welcomed(&mut self, now: f64) {
        (self.link, self.now, self.retry_at) = (LinkState::Live, now, None);
        self.trouble_since.get_or_insert(now);
    }

    /// Time has passed; `behind` says whether something that was missed is missing yet.
    pub fn tick(&mut self, now: f64, behind: bool) {
        self.now = now;
        if self.link != LinkState::Live || behind {
            self.shown |= self.lacks_patience();
            return;
        }
        if self.trouble_since.take().is_some() && std::mem::take(&mut self.shown) {
            self.restored_at = Some(now);
        }
        if std::mem::take(&mut self.reset_due) {
            self.reset_at = Some(now);
        }
    }

    /// So many messages of an earlier page are not sent yet.
    pub fn count_unsent(&mut self, now: f64, unsent: usize) {
        if self.unsent > 0 && unsent == 0 {
            self.all_sent_at = Some(now);
        }
        (self.unsent, self.now) = (unsent, now);
    }

    /// Whether the line changes by the mere passing of time.
    pub fn is_timed(&self) -> bool {
        let goes = self.lasts(self.restored_at, RESTORED_MS)
            || self.lasts(self.reset_at, RESET_MS)
            || self.lasts(self.all_sent_at, RESTORED_MS);
        let comes = match self.link {
            LinkState::LoggedOut => false,
            LinkState::Live => self.trouble_since.is_some() || self.reset_due,
            LinkState::Starting | LinkState::Lost => !self.shown || self.retry_at.is_some(),
        };
        goes || comes
    }

    /// The most important thing there is to say, if anything.
    pub fn line(&self) -> Option<Line> {
        let shown = self.lacks_patience();
        match self.link {
            LinkState::LoggedOut => return Some(Line::LoggedOut),
            LinkState::Live if shown => return Some(Line::CatchingUp),
            LinkState::Lost | LinkState::Starting if shown => {
                let left = self.retry_at.map(|at| ((at - self.now) / 1_000.0).ceil());
                return Some(match left.filter(|left| *left >= 1.0) {
                    _ if self.offline => Line::Offline,
                    Some(left) => Line::RetryIn(left as u32),
                    None => Line::Reconnecting,
                });
            }
            _ => {}
        }
        match self.hindrance {
            Some(Code::StorageFull) => return Some(Line::StorageFull),
            // Who was too fast has to wait, not the server.
            Some(Code::RateLimited) | None => {}
            Some(_) => return Some(Line::Busy),
        }
        match self.unsent {
            _ if self.lasts(self.reset_at, RESET_MS) => Some(Line::Reset),
            0 if self.lasts(self.restored_at, RESTORED_MS) => Some(Line::Restored),
            0 if self.lasts(self.all_sent_at, RESTORED_MS) => Some(Line::AllSent),
            0 => None,
            unsent => Some(Line::Unsent(unsent)),
        }
    }

    fn lacks_patience(&self) -> bool {
        self.trouble_since.is_some_and(|since| self.now - since >= PATIENCE_MS)
    }

    fn lasts(&self, since: Option<f64>, ms: f64) -> bool {
        since.is_some_and(|since| self.now - since < ms)
    }
}

#[cfg(test)]
mod tests;
