//! What was typed into a plain form and could not be sent: kept for the page that says so, which puts it back into its
//! field. Only for its author, and for minutes.

use std::time::Duration;

use domain::ids::{AccountId, MessageId};
use moka::sync::Cache;

/// As long as somebody may look at the page that says why.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// Bytes of all such texts together.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Texts that could not be sent.
pub struct Drafts(Cache<(AccountId, MessageId), String>);

impl Default for Drafts {
    fn default() -> Self {
        let weigh = |_: &(AccountId, MessageId), text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().time_to_live(KEPT).weigher(weigh).max_capacity(BYTES_MAX).build())
    }
}

impl Drafts {
    /// Keeps a text.
    pub fn keep(&self, author: &AccountId, id: MessageId, text: String) {
        self.0.insert((author.clone(), id), text);
    }

    /// The text, for its author.
    pub fn find(&self, author: &AccountId, id: MessageId) -> Option<String> {
        self.0.get(&(author.clone(), id))
    }
}
