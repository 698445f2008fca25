//! What a connection sent and was not told the end of: later sends to the same channel wait behind it, or they would stand
//! before it.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use domain::wire::ServerFrame;

/// Whoever does not send it again within so long has thrown it away: the channel is free again.
const HELD_FOR: Duration = Duration::from_secs(30);

struct Held {
    id: String,
    since: Instant,
}

/// From so many channels on, those that are free again are forgotten.
const CHANNELS_LOOKED_THROUGH: usize = 256;

/// For each channel the oldest message without an end. Bounded by what one person may send within [`HELD_FOR`].
#[derive(Default)]
pub struct Unsettled(HashMap<String, Held>);

impl Unsettled {
    /// Whether a message has to wait behind another one.
    pub fn is_behind(&self, channel: &str, id: &str) -> bool {
        self.0.get(channel).is_some_and(|held| held.id != id && held.since.elapsed() < HELD_FOR)
    }

    /// Takes note of what a send was answered.
    pub fn answered(&mut self, channel: &str, answer: &ServerFrame) {
        match answer {
            ServerFrame::Nack { id, is_final: false, .. } if !self.is_behind(channel, id) => {
                if self.0.len() >= CHANNELS_LOOKED_THROUGH {
                    self.0.retain(|_, held| held.since.elapsed() < HELD_FOR);
                }
                self.0.insert(channel.to_owned(), Held { id: id.clone(), since: Instant::now() });
            }
            ServerFrame::Nack { id, is_final: true, .. } => self.settle(channel, id),
            ServerFrame::Ack { id, .. } => self.settle(channel, &id.to_string()),
            _ => {}
        }
    }

    fn settle(&mut self, channel: &str, id: &str) {
        if self.0.get(channel).is_some_and(|held| held.id == id) {
            self.0.remove(channel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        error::ErrorCode,
        ids::{MessageId, Pos},
    };

    fn nack(id: MessageId, is_final: bool) -> ServerFrame {
        ServerFrame::Nack { id: id.to_string(), code: ErrorCode::TryAgain, is_final, retry_after: None }
    }

    #[test]
    fn later_sends_of_the_channel_wait_until_the_first_is_settled() {
        let (first, second) = (MessageId::generate(), MessageId::generate());
        for end in [ServerFrame::Ack { id: first, pos: Pos::new(1, 1) }, nack(first, true)] {
            let mut unsettled = Unsettled::default();
            unsettled.answered("c", &nack(first, false));
            assert!(unsettled.is_behind("c", &second.to_string()));
            assert!(!unsettled.is_behind("c", &first.to_string()), "the first itself may come again");
            assert!(!unsettled.is_behind("d", &second.to_string()), "another channel");
            unsettled.answered("c", &nack(second, false));
            assert!(!unsettled.is_behind("c", &first.to_string()), "what waits behind holds nobody up");
            unsettled.answered("c", &end);
            assert!(!unsettled.is_behind("c", &second.to_string()));
        }
    }
}
