//! What is told beside events: it may be lost, and never closes a socket.

use domain::{
    event::Account,
    ids::{AccountId, ChannelId, Pos},
    wire::ServerFrame,
};

use super::{Hub, Socket, encode};

impl Hub {
    /// Tells a person's sockets how far this person has read on one of them.
    pub fn tell_read(&self, account: &AccountId, channel: &ChannelId, pos: Pos, n: u64) {
        let frame = encode(&ServerFrame::Read { channel: channel.clone(), pos, n });
        let inner = self.lock();
        let sockets = inner.people.get(account).into_iter().flat_map(|person| person.sockets.values());
        let there = sockets.filter(|presence| presence.channels.contains(channel));
        there.for_each(|presence| {
            presence.socket.hint(&frame);
        });
    }

    /// Tells everybody else in a channel that somebody is writing there.
    pub fn tell_typing(&self, channel: &ChannelId, who: &Account) {
        let frame = encode(&ServerFrame::Typing { channel: channel.clone(), who: who.clone() });
        if let Some(room) = self.lock().rooms.get(channel) {
            room.hint(&frame, &who.id);
        }
    }

    /// Whether more people than `most` hear a channel on this server.
    pub fn has_crowd(&self, channel: &ChannelId, most: usize) -> bool {
        self.lock().rooms.get(channel).is_some_and(|room| room.has_crowd(most))
    }

    /// A number that rises with each who joins or leaves a channel.
    pub fn comings(&self, channel: &ChannelId) -> u64 {
        self.lock().rooms.get(channel).map_or(0, |room| room.comings)
    }

    /// Whether a channel is live on a socket.
    pub fn hears(&self, socket: &Socket, channel: &ChannelId) -> bool {
        let inner = self.lock();
        let person = inner.people.get(&socket.account.id);
        let presence = person.and_then(|person| person.sockets.get(&socket.id));
        presence.is_some_and(|presence| presence.channels.contains(channel))
    }
}
