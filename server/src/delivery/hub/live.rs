//! Which channels are live on which sockets.

use std::sync::Arc;

use domain::{
    ids::{AccountId, ChannelId, Pos},
    wire::CloseCode,
};

use super::{Changed, Hub, Inner, Joined, Person, Socket, Standing, Text};

impl Hub {
    /// Makes channels live on a socket, all in one moment: what was missed since `since`, and everything from then on.
    ///
    /// # Errors
    /// [`Changed`] when the memberships were read at another `version`.
    pub fn subscribe(
        &self,
        socket: &Arc<Socket>,
        channels: &[(ChannelId, Option<Pos>)],
        version: u64,
    ) -> Result<Vec<Standing>, Changed> {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let person = inner.people.get_mut(&socket.account.id).filter(|person| person.version == version);
        let presence = person.and_then(|person| person.sockets.get_mut(&socket.id)).ok_or(Changed)?;
        presence.live = true;
        let mut standings = Vec::with_capacity(channels.len());
        for (channel, since) in channels {
            let Some(room) = inner.rooms.get_mut(channel) else {
                presence.awaited.insert(channel.clone());
                continue;
            };
            presence.channels.insert(channel.clone());
            room.add(socket);
            standings.push(room.standing(channel, *since));
        }
        Ok(standings)
    }

    /// Makes a channel live on all of a person's sockets where it is not, telling each with the frame that `tell` makes
    /// of the channel's head and messages.
    ///
    /// # Errors
    /// [`Changed`] when the membership was read at another `version`.
    pub fn admit(
        &self,
        account: &AccountId,
        channel: &ChannelId,
        version: u64,
        tell: impl Fn(Pos, u64) -> Text,
    ) -> Result<(), Changed> {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let Some(person) = inner.people.get_mut(account) else { return Ok(()) };
        // Other channels may change meanwhile: each has an announcement of its own.
        if person.changed.get(channel).is_some_and(|changed| *changed > version) {
            return Err(Changed);
        }
        let Some(room) = inner.rooms.get_mut(channel) else { return Ok(()) };
        let (head, n) = room.head();
        let frame = tell(head, n);
        for presence in person.sockets.values_mut().filter(|presence| presence.live) {
            if presence.channels.insert(channel.clone()) {
                room.add(&presence.socket);
                presence.socket.tell(&frame);
            }
        }
        Ok(())
    }

    /// The heads of all channels that are live on a socket.
    pub fn heads(&self, socket: &Socket) -> Vec<(ChannelId, Pos)> {
        let inner = self.lock();
        let presence = inner.people.get(&socket.account.id).and_then(|person| person.sockets.get(&socket.id));
        let head = |channel: &ChannelId| Some((channel.clone(), inner.rooms.get(channel)?.head().0));
        presence.into_iter().flat_map(|presence| presence.channels.iter().filter_map(head)).collect()
    }

    /// Has a channel made live on a person's sockets, where it is not, and told to them.
    pub fn announce(&self, account: &AccountId, channel: &ChannelId) {
        self.announce_in(&mut self.lock(), account, channel);
    }

    /// The log tells of a channel's beginning: who resumed before may have been a member already.
    pub(super) fn begun(&self, inner: &mut Inner, channel: &ChannelId) {
        let awaits = |person: &mut Person| {
            person.sockets.values_mut().filter_map(|presence| presence.awaited.take(channel)).count() > 0
        };
        let people = inner.people.iter_mut().filter_map(|(id, person)| awaits(person).then(|| id.clone()));
        for account in people.collect::<Vec<_>>() {
            self.announce_in(inner, &account, channel);
        }
    }

    pub(super) fn announce_in(&self, inner: &mut Inner, account: &AccountId, channel: &ChannelId) {
        let Some(person) = inner.people.get_mut(account) else { return };
        person.change(channel);
        let joined = Joined { account: account.clone(), channel: channel.clone() };
        if self.joins.try_send(joined).is_err() {
            // The announcer is far behind: whoever resumes learns it from the welcome.
            person.sockets.values().for_each(|presence| presence.socket.close(CloseCode::ReadTooSlowly));
        }
    }
}
