//! What may be lost: signals between servers (ended sessions, read markers, typing, presence), and which servers are running and how
//! loaded they are. It uses neither the event log nor the database.

use async_trait::async_trait;
use domain::{
    event::Account,
    ids::{AccountId, ChannelId, Pos, SessionId},
    presence::Presence,
};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

/// A notification to all servers. It may be lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "snake_case")]
pub enum Signal {
    /// A session has ended: drop it from caches and close its sockets.
    SessionEnded {
        /// The id of the ended session.
        session: SessionId,
    },
    /// A change is waiting in the directory's outbox: the server that relays it reads the outbox now.
    Outbox,
    /// An account has read a channel up to a position: update its other devices.
    Read {
        /// The account whose other devices are updated.
        account: AccountId,
        /// The channel that was read.
        channel: ChannelId,
        /// The position of the read marker.
        pos: Pos,
        /// The number of messages up to the read marker.
        n: u64,
    },
    /// An account is typing in a channel.
    Typing {
        /// The channel whose subscribers are notified.
        channel: ChannelId,
        /// The account that is typing.
        who: Account,
    },
    /// The presence of accounts on one server, published when it changes and repeated from time to time. Absence is not announced:
    /// entries expire.
    Presence {
        /// The server that publishes it.
        server: String,
        /// Accounts, and the presence of each.
        who: Vec<(AccountId, Presence)>,
    },
}

/// What a server announces about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerStatus {
    /// Its name, which is part of the address of its sockets.
    pub name: String,
    /// Its open sockets.
    pub sockets: u64,
    /// It is shutting down and takes no new clients.
    pub is_draining: bool,
    /// A fingerprint of the key that it signs sessions with; `None` from a version that does not send it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Seconds for which a server counts as running after its last announcement. It announces itself three times in that time.
pub const SERVER_LIVES_S: u64 = 3;

/// Signals between servers, delivered at most once and without order between servers. Whatever a lost signal would have caused is
/// repaired within seconds by a periodic check of the receiver. No call fails, and none waits long.
#[async_trait]
pub trait Ephemeral: Send + Sync {
    /// Publishes a signal to every server, including this one.
    async fn publish(&self, signal: Signal);

    /// Returns the signals that are published from now on. A subscriber that is slow misses the oldest ones.
    fn subscribe(&self) -> broadcast::Receiver<Signal>;

    /// Announces this server. The announcement expires after [`SERVER_LIVES_S`] and replaces the one before.
    async fn announce(&self, status: ServerStatus);

    /// Returns the servers whose announcements have not expired, by name. Empty if they cannot be read.
    async fn servers(&self) -> Vec<ServerStatus>;
}
