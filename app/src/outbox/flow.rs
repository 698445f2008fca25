//! ③ What is on its way to the server, and what waits behind something that the server did not take. Pure. The order of a
//! channel is the order in which its messages are offered here.

use domain::ids::{ChannelId, MessageId};

/// Messages on their way at a time: enough to fill any link, few enough that what has to go again is little.
const WINDOW: usize = 20;

/// What is on its way, and which channels wait.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    sent: Vec<MessageId>,
    held: Vec<ChannelId>,
}

impl Flow {
    /// Whether a message may go now; it is on its way then.
    pub fn begin(&mut self, channel: &ChannelId, id: MessageId) -> bool {
        let may = self.sent.len() < WINDOW && !self.sent.contains(&id) && !self.held.contains(channel);
        if may {
            self.sent.push(id);
        }
        may
    }

    /// It has an answer for good, or nobody waits for one.
    pub fn settle(&mut self, id: MessageId) {
        self.sent.retain(|sent| *sent != id);
    }

    /// It is to go again later, and its channel waits for that. True if the channel did not wait yet.
    pub fn hold(&mut self, channel: &ChannelId, id: MessageId) -> bool {
        self.settle(id);
        let is_new = !self.held.contains(channel);
        if is_new {
            self.held.push(channel.clone());
        }
        is_new
    }

    /// The channel has waited long enough.
    pub fn release(&mut self, channel: &ChannelId) {
        self.held.retain(|held| held != channel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(flow: &mut Flow, channel: &ChannelId, ids: &[MessageId]) -> Vec<usize> {
        (0..ids.len()).filter(|at| flow.begin(channel, ids[*at])).collect()
    }

    #[test]
    fn nothing_is_on_its_way_twice_and_not_too_much_at_once() {
        let channel: ChannelId = "c".parse().unwrap();
        let ids: Vec<_> = (0..WINDOW + 2).map(|_| MessageId::generate()).collect();
        let mut flow = Flow::default();
        assert_eq!(offered(&mut flow, &channel, &ids), (0..WINDOW).collect::<Vec<_>>());
        flow.settle(ids[0]);
        assert_eq!(offered(&mut flow, &channel, &ids[1..]), [WINDOW - 1], "the next one, and none again");
    }

    #[test]
    fn what_was_not_taken_holds_its_channel_and_goes_first() {
        let (here, there): (ChannelId, ChannelId) = ("here".parse().unwrap(), "there".parse().unwrap());
        let ids: Vec<_> = (0..3).map(|_| MessageId::generate()).collect();
        let mut flow = Flow::default();
        assert_eq!(offered(&mut flow, &here, &ids[..2]), [0, 1]);
        assert!(flow.hold(&here, ids[0]));
        assert!(!flow.hold(&here, ids[1]), "one wait for all of them");
        assert!(offered(&mut flow, &here, &ids).is_empty());
        assert!(flow.begin(&there, MessageId::generate()), "another channel goes on");
        flow.release(&here);
        assert_eq!(offered(&mut flow, &here, &ids), [0, 1, 2]);
    }
}
