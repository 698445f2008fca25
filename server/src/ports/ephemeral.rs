//! What may be lost: kick-outs, read markers on their way to a person's other devices, who is writing, who is there. Never touches the
//! log or the database.

use async_trait::async_trait;
use domain::{
    event::Account,
    ids::{AccountId, ChannelId, Pos, SessionId},
    presence::Presence,
};
use tokio::sync::broadcast;

/// Something that every server should hear soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// This session has ended: forget what was cached of it and close its sockets.
    SessionEnded(SessionId),
    /// This person has read up to here: tell their other devices.
    Read {
        /// Who.
        account: AccountId,
        /// Where.
        channel: ChannelId,
        /// The marker's place.
        pos: Pos,
        /// Messages up to the marker.
        n: u64,
    },
    /// Somebody is writing: tell the channel.
    Typing {
        /// Where.
        channel: ChannelId,
        /// Who.
        who: Account,
    },
    /// How people are there on one server: whenever that changes, and now and then if it does not. Nobody says so when somebody
    /// has been gone for long: what was said last is forgotten.
    Presence {
        /// Which server says so.
        server: String,
        /// Who, and how.
        who: Vec<(AccountId, Presence)>,
    },
}

/// Hints between servers. A lost one is made good by a check every few seconds.
#[async_trait]
pub trait Ephemeral: Send + Sync {
    /// Tells every server, this one too.
    async fn publish(&self, signal: Signal);

    /// What is published from now on. A subscriber that lags misses some.
    fn subscribe(&self) -> broadcast::Receiver<Signal>;
}
