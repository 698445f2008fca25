//! Somebody is writing.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use domain::{
    ids::ChannelId,
    limits::{TYPING_MEMBERS_MAX, TYPING_SEND_EVERY_S},
};

use crate::{delivery::Socket, http::AppState, ports::ephemeral::Signal};

const EVERY: Duration = Duration::from_secs(TYPING_SEND_EVERY_S as u64);
/// Channels that are remembered before those of more than three seconds ago are looked for and forgotten.
const CHANNELS_KEPT: usize = 64;

/// When a socket last said so, in which channel.
#[derive(Default)]
pub struct TypingRate(HashMap<ChannelId, Instant>);

impl TypingRate {
    /// Whether it may be said again.
    fn take(&mut self, channel: &ChannelId) -> bool {
        if self.0.get(channel).is_some_and(|said| said.elapsed() < EVERY) {
            return false;
        }
        if self.0.len() >= CHANNELS_KEPT {
            self.0.retain(|_, said| said.elapsed() < EVERY);
        }
        self.0.insert(channel.clone(), Instant::now());
        true
    }
}

/// Tells the others in a channel; says nothing where the socket does not hear the channel, where so many are that it would
/// only distract, or when it said so just now.
pub async fn typing(state: &AppState, socket: &Socket, rate: &mut TypingRate, channel: &str) {
    let Ok(channel) = channel.parse::<ChannelId>() else { return };
    if !state.hub.is_subscribed(socket, &channel) || state.hub.has_more_members_than(&channel, TYPING_MEMBERS_MAX) {
        return;
    }
    if rate.take(&channel) {
        state.cluster.ephemeral.publish(Signal::Typing { channel, who: socket.account.clone() }).await;
    }
}
