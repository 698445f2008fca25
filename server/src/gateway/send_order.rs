//! Keeps the order of a client's messages. After a nack that is not final, later messages of the channel are refused with `try_again`
//! until that message is settled, for at most [`HELD_FOR`]: otherwise they could get a position before it.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use domain::wire::ServerFrame;

/// How long an unsettled message blocks later ones in its channel. After it they are accepted even if it was never retried.
const HELD_FOR: Duration = Duration::from_secs(30);
/// Channels that are remembered before expired ones are removed.
const CHANNELS_MAX: usize = 256;

struct Held {
    /// As the client wrote it: a UUID may be in upper case, and an ack has it in lower case.
    id: String,
    since: Instant,
}

/// The oldest unsettled message of each channel. From [`CHANNELS_MAX`] channels on, expired entries are removed before one is added.
#[derive(Default)]
pub(super) struct SendOrder(HashMap<String, Held>);

impl SendOrder {
    /// Returns whether a message has to wait for an earlier one.
    pub(super) fn is_blocked(&self, channel: &str, id: &str) -> bool {
        self.0.get(channel).is_some_and(|held| !held.id.eq_ignore_ascii_case(id) && held.since.elapsed() < HELD_FOR)
    }

    /// Records the answer to a message.
    pub(super) fn record(&mut self, channel: &str, answer: &ServerFrame) {
        match answer {
            ServerFrame::Nack { id, is_final: false, .. } if !self.is_blocked(channel, id) => {
                if self.0.len() >= CHANNELS_MAX {
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
        if self.0.get(channel).is_some_and(|held| held.id.eq_ignore_ascii_case(id)) {
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
    fn later_messages_of_a_channel_wait_until_the_first_is_settled() {
        let (first, second) = (MessageId::generate(), MessageId::generate());
        for end in [ServerFrame::Ack { id: first, pos: Pos::new(1, 1) }, nack(first, true)] {
            let mut order = SendOrder::default();
            order.record("c", &nack(first, false));
            assert!(order.is_blocked("c", &second.to_string()));
            assert!(!order.is_blocked("c", &first.to_string()), "the first message itself may be retried");
            assert!(!order.is_blocked("d", &second.to_string()), "another channel");
            order.record("c", &nack(second, false));
            assert!(!order.is_blocked("c", &first.to_string()), "a blocked message blocks no other");
            order.record("c", &end);
            assert!(!order.is_blocked("c", &second.to_string()));
        }
    }

    #[test]
    fn an_id_in_upper_case_is_settled_by_its_ack() {
        let (first, second) = (MessageId::generate(), MessageId::generate());
        let typed = first.to_string().to_uppercase();
        let mut order = SendOrder::default();
        order.record(
            "c",
            &ServerFrame::Nack { id: typed.clone(), code: ErrorCode::TryAgain, is_final: false, retry_after: None },
        );
        assert!(!order.is_blocked("c", &typed) && !order.is_blocked("c", &first.to_string()));
        assert!(order.is_blocked("c", &second.to_string()));
        order.record("c", &ServerFrame::Ack { id: first, pos: Pos::new(1, 1) });
        assert!(!order.is_blocked("c", &second.to_string()));
    }
}
