//! What may be lost: kick-outs, read markers on their way to a person's other devices, who is writing, who is there, which
//! servers live and how loaded they are. Never touches the log or the database.

use async_trait::async_trait;
use domain::{
    event::Account,
    ids::{AccountId, ChannelId, Pos, SessionId},
    presence::Presence,
};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

/// Something that every server should hear soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "snake_case")]
pub enum Signal {
    /// This session has ended: forget what was cached of it and close its sockets.
    SessionEnded {
        /// Which.
        session: SessionId,
    },
    /// A change waits in the directory's outbox: whoever relays it looks there now.
    Outbox,
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

/// One server, as it speaks of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerStatus {
    /// Its name, which stands in the address of its socket.
    pub name: String,
    /// Open sockets.
    pub sockets: u64,
    /// It is going: nobody new should come.
    pub is_draining: bool,
    /// A fingerprint of the key that it signs sessions with; nothing, of a server of a version that does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// How long a server counts as alive after it has spoken of itself, in seconds. It does so three times in that.
pub const SERVER_LIVES_S: u64 = 3;

/// Hints between servers. A lost one is made good by a check every few seconds.
#[async_trait]
pub trait Ephemeral: Send + Sync {
    /// Tells every server, this one too.
    async fn publish(&self, signal: Signal);

    /// What is published from now on. A subscriber that lags misses some.
    fn subscribe(&self) -> broadcast::Receiver<Signal>;

    /// Says how this server is. Forgotten after [`SERVER_LIVES_S`].
    async fn announce(&self, status: ServerStatus);

    /// The servers that have said so lately, by name. Short, and never fails: who cannot say names nobody.
    async fn servers(&self) -> Vec<ServerStatus>;
}
