//! ③ Flow control: which messages are in flight, and which channels are blocked by a message that the server did not accept.
//! Pure. The messages of a channel are sent in the order in which they are offered here.

use domain::ids::{ChannelId, MessageId};

/// Most messages in flight: enough to fill any link, and few enough that little has to be sent again.
const IN_FLIGHT_MAX: usize = 20;

/// Messages in flight, and blocked channels.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    in_flight: Vec<MessageId>,
    blocked: Vec<ChannelId>,
}

impl Flow {
    /// Returns whether a message may be sent now; it is in flight then.
    pub fn begin(&mut self, channel: &ChannelId, id: MessageId) -> bool {
        let may =
            self.in_flight.len() < IN_FLIGHT_MAX && !self.in_flight.contains(&id) && !self.blocked.contains(channel);
        if may {
            self.in_flight.push(id);
        }
        may
    }

    /// Notes that a message has its final answer, or needs none any more.
    pub fn settle(&mut self, id: MessageId) {
        self.in_flight.retain(|known| *known != id);
    }

    /// Blocks the channel of a message that is to be sent again later. Returns false if the channel was blocked already.
    pub fn block(&mut self, channel: &ChannelId, id: MessageId) -> bool {
        self.settle(id);
        let is_new = !self.blocked.contains(channel);
        if is_new {
            self.blocked.push(channel.clone());
        }
        is_new
    }

    /// Unblocks a channel.
    pub fn unblock(&mut self, channel: &ChannelId) {
        self.blocked.retain(|blocked| blocked != channel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(flow: &mut Flow, channel: &ChannelId, ids: &[MessageId]) -> Vec<usize> {
        (0..ids.len()).filter(|at| flow.begin(channel, ids[*at])).collect()
    }

    #[test]
    fn sends_no_message_twice_and_keeps_to_the_window() {
        let channel: ChannelId = "c".parse().unwrap();
        let ids: Vec<_> = (0..IN_FLIGHT_MAX + 2).map(|_| MessageId::generate()).collect();
        let mut flow = Flow::default();
        assert_eq!(offered(&mut flow, &channel, &ids), (0..IN_FLIGHT_MAX).collect::<Vec<_>>());
        flow.settle(ids[0]);
        assert_eq!(offered(&mut flow, &channel, &ids[1..]), [IN_FLIGHT_MAX - 1], "the next one, and none twice");
    }

    #[test]
    fn blocked_channel_resumes_in_order() {
        let (here, there): (ChannelId, ChannelId) = ("here".parse().unwrap(), "there".parse().unwrap());
        let ids: Vec<_> = (0..3).map(|_| MessageId::generate()).collect();
        let mut flow = Flow::default();
        assert_eq!(offered(&mut flow, &here, &ids[..2]), [0, 1]);
        assert!(flow.block(&here, ids[0]));
        assert!(!flow.block(&here, ids[1]), "one block for all of them");
        assert!(offered(&mut flow, &here, &ids).is_empty());
        assert!(flow.begin(&there, MessageId::generate()), "another channel is not blocked");
        flow.unblock(&here);
        assert_eq!(offered(&mut flow, &here, &ids), [0, 1, 2]);
    }
}
