//! The accounts, the channels they are members of, and recent messages, which any client may send again.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::ids::{AccountId, ChannelId, MessageId};

use crate::{
    calls::{Calls, NoAnswer},
    plan::{ACCOUNTS, CHANNELS, CHURNING_ACCOUNTS, MEMBER_OF_EVERY, REMEMBERED},
};

/// Long and uncommon enough for any server.
const PASSWORD: &str = "correct horse battery staple";

/// A user, shared by several clients.
pub struct User {
    pub id: AccountId,
    pub token: String,
    /// The channels of the user; the hall is first.
    pub channels: Vec<ChannelId>,
    /// Whether the user leaves and rejoins channels.
    pub churns: bool,
}

/// The users of a run, shared by its clients.
pub struct Users {
    pub all: Vec<User>,
    /// Every channel, with the index of a member.
    pub channels: Vec<(ChannelId, usize)>,
    said: Mutex<HashMap<ChannelId, VecDeque<SentMessage>>>,
}

/// A message that was sent.
#[derive(Clone)]
pub struct SentMessage {
    pub id: MessageId,
    pub author: AccountId,
    pub body: String,
    pub acked: bool,
}

impl Users {
    /// Creates accounts and channels.
    pub async fn sign_up(calls: &Calls) -> Result<Self, NoAnswer> {
        let mut all = Vec::new();
        for number in 0..ACCOUNTS {
            let session = calls.sign_up(&format!("user-{number}"), PASSWORD).await?;
            let hall = calls.hall(&session.access_token).await?;
            let (id, token) = (session.account.id, session.access_token);
            all.push(User { id, token, channels: vec![hall.id], churns: number >= ACCOUNTS - CHURNING_ACCOUNTS });
        }
        let mut channels = vec![(all[0].channels[0].clone(), 0)];
        for number in 0..CHANNELS {
            let members: Vec<usize> =
                (0..ACCOUNTS).filter(|account| (account + number) % MEMBER_OF_EVERY == 0).collect();
            let channel = calls.create(&all[members[0]].token, &format!("channel-{number}")).await?.id;
            for member in &members {
                calls.join(&all[*member].token, &channel).await?;
                all[*member].channels.push(channel.clone());
            }
            channels.push((channel, members[0]));
        }
        Ok(Self { all, channels, said: Mutex::default() })
    }

    /// Remembers a message that is about to be sent.
    pub fn remember(&self, channel: &ChannelId, sent: SentMessage) {
        let mut said = self.lock();
        let of_channel = said.entry(channel.clone()).or_default();
        of_channel.push_back(sent);
        if of_channel.len() > REMEMBERED {
            of_channel.pop_front();
        }
    }

    /// Marks a message as acknowledged: its id is used.
    pub fn acked(&self, channel: &ChannelId, id: MessageId) {
        let mut said = self.lock();
        let of_channel = said.get_mut(channel).into_iter().flatten();
        if let Some(sent) = of_channel.rev().find(|sent| sent.id == id) {
            sent.acked = true;
        }
    }

    /// Returns a recent message that fits; `choose` picks an index below the given count.
    pub fn one_of(
        &self,
        channel: &ChannelId,
        fits: impl Fn(&SentMessage) -> bool,
        choose: impl FnOnce(usize) -> usize,
    ) -> Option<SentMessage> {
        let said = self.lock();
        let fitting: Vec<&SentMessage> = said.get(channel)?.iter().filter(|sent| fits(sent)).collect();
        if fitting.is_empty() { None } else { Some(fitting[choose(fitting.len())].clone()) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ChannelId, VecDeque<SentMessage>>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
