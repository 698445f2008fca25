//! Limits how often a socket may report that its user is typing.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use domain::{ids::ChannelId, limits::TYPING_SEND_EVERY_S};

/// Smallest time between two reports of a socket for one channel.
const EVERY: Duration = Duration::from_secs(TYPING_SEND_EVERY_S as u64);
/// Channels that are remembered before outdated ones are removed.
const CHANNELS_MAX: usize = 64;

/// When a socket last reported typing, in which channel.
#[derive(Default)]
pub struct TypingLimit(HashMap<ChannelId, Instant>);

impl TypingLimit {
    /// Returns whether a report may be sent now, and counts it if so.
    pub(super) fn allows(&mut self, channel: &ChannelId) -> bool {
        if self.0.get(channel).is_some_and(|last| last.elapsed() < EVERY) {
            return false;
        }
        if self.0.len() >= CHANNELS_MAX {
            self.0.retain(|_, last| last.elapsed() < EVERY);
        }
        self.0.insert(channel.clone(), Instant::now());
        true
    }
}
