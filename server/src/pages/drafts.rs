//! Messages from plain forms that could not be sent. The page that reports the error puts the text back into the composer. A
//! draft is kept for minutes, for its author alone.

use std::time::Duration;

use domain::ids::{AccountId, MessageId};
use moka::sync::Cache;

/// How long a draft is kept: a user may take this long to read the error.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// Bytes of all drafts together.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Messages that could not be sent.
pub struct Drafts(Cache<(AccountId, MessageId), String>);

impl Default for Drafts {
    fn default() -> Self {
        let weigh = |_: &(AccountId, MessageId), text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().time_to_live(KEPT).weigher(weigh).max_capacity(BYTES_MAX).build())
    }
}

impl Drafts {
    /// Keeps a draft.
    pub(super) fn keep(&self, author: &AccountId, id: MessageId, text: String) {
        self.0.insert((author.clone(), id), text);
    }

    /// Returns a draft of this author.
    pub(super) fn find(&self, author: &AccountId, id: MessageId) -> Option<String> {
        self.0.get(&(author.clone(), id))
    }
}
