//! Everything that the server's features share, built once in [`crate::wiring`]. There is no other global state.

use std::{ops::Deref, sync::Arc};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    auth::{Attempts, Sessions, Tokens, TrustedProxies, password::PasswordGate},
    channels::Announcements,
    config::Config,
    delivery::{Delivery, Hub},
    gateway::Elsewhere,
    messages::SendRates,
    metrics::Metrics,
    pages::{drafts::Drafts, site::Site},
    ports::{Directory, Ephemeral},
    presence::Board,
    workspace,
};

/// What the features share. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// See [`AppState`].
pub struct Shared {
    /// The valid configuration.
    pub config: Config,
    /// The page origins that may change something.
    pub origins: Vec<String>,
    /// The proxies that report where a request comes from.
    pub proxies: TrustedProxies,
    /// This server's name among its like.
    pub server: String,
    /// Accounts, sessions, channels, memberships.
    pub directory: Arc<dyn Directory>,
    /// Hints between servers.
    pub ephemeral: Arc<dyn Ephemeral>,
    /// From the log to people.
    pub delivery: Arc<Delivery>,
    /// Who is there.
    pub hub: Arc<Hub>,
    /// Who is there, for those who want to know.
    pub presence: Board,
    /// What everybody has in common.
    pub workspace: workspace::Remembered,
    /// Whether a session lives.
    pub sessions: Sessions,
    /// Signs and verifies.
    pub tokens: Tokens,
    /// How often who has tried to log in or sign up.
    pub attempts: Attempts,
    /// Hashes passwords, a few at a time.
    pub passwords: PasswordGate,
    /// Who waits for which membership event.
    pub announcements: Announcements,
    /// Whether people fare better on other servers.
    pub elsewhere: Elsewhere,
    /// How fast each person may send.
    pub send_rates: SendRates,
    /// What was typed into a page without WASM and could not be sent.
    pub drafts: Drafts,
    /// Turns at reading what a resuming client missed out of the archive: a storm of them leaves readers for others.
    pub resume_turns: Semaphore,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The static files.
    pub site: Site,
    /// Cancelled when nobody new should come: the server will go.
    pub draining: CancellationToken,
    /// Cancelled when the server is going.
    pub shutdown: CancellationToken,
}

impl AppState {
    /// Shares it.
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl Deref for AppState {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}
