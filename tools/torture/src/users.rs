//! Who is there: accounts, the channels they are in, and what was said lately, which anybody may say again.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::ids::{AccountId, ChannelId, MessageId};

use crate::{
    calls::{Calls, NoAnswer},
    plan::{ACCOUNTS, CHANNELS, MEMBER_OF_EVERY, REMEMBERED, WANDERERS},
};

/// Long and uncommon enough for any server.
const PASSWORD: &str = "correct horse battery staple";

/// Somebody with an account, whose clients share it.
pub struct Person {
    pub id: AccountId,
    pub token: String,
    /// The channels one is in; the hall comes first.
    pub channels: Vec<ChannelId>,
    /// Leaves channels and comes back.
    pub wanders: bool,
}

/// Everybody.
pub struct People {
    pub all: Vec<Person>,
    /// Every channel, with the index of somebody in it.
    pub channels: Vec<(ChannelId, usize)>,
    said: Mutex<HashMap<ChannelId, VecDeque<Spoken>>>,
}

/// What was said.
#[derive(Clone)]
pub struct Spoken {
    pub id: MessageId,
    pub author: AccountId,
    pub body: String,
    pub acked: bool,
}

impl People {
    /// Makes accounts and channels.
    pub async fn sign_up(calls: &Calls) -> Result<Self, NoAnswer> {
        let mut all = Vec::new();
        for number in 0..ACCOUNTS {
            let session = calls.sign_up(&format!("person-{number}"), PASSWORD).await?;
            let hall = calls.hall(&session.access_token).await?;
            let (id, token) = (session.account.id, session.access_token);
            all.push(Person { id, token, channels: vec![hall.id], wanders: number >= ACCOUNTS - WANDERERS });
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

    /// Remembers something that is about to be said.
    pub fn remember(&self, channel: &ChannelId, spoken: Spoken) {
        let mut said = self.lock();
        let of_channel = said.entry(channel.clone()).or_default();
        of_channel.push_back(spoken);
        if of_channel.len() > REMEMBERED {
            of_channel.pop_front();
        }
    }

    /// It has been acknowledged: its id is used for good.
    pub fn acked(&self, channel: &ChannelId, id: MessageId) {
        let mut said = self.lock();
        let of_channel = said.get_mut(channel).into_iter().flatten();
        if let Some(spoken) = of_channel.rev().find(|spoken| spoken.id == id) {
            spoken.acked = true;
        }
    }

    /// One of what was said there lately; `choose` picks a number below how many there are.
    pub fn one_of(
        &self,
        channel: &ChannelId,
        fits: impl Fn(&Spoken) -> bool,
        choose: impl FnOnce(usize) -> usize,
    ) -> Option<Spoken> {
        let said = self.lock();
        let fitting: Vec<&Spoken> = said.get(channel)?.iter().filter(|spoken| fits(spoken)).collect();
        if fitting.is_empty() { None } else { Some(fitting[choose(fitting.len())].clone()) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ChannelId, VecDeque<Spoken>>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
