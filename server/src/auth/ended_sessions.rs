//! Ends what this server holds of a session that was ended on any server.

use std::sync::Arc;

use async_trait::async_trait;

use super::Sessions;
use crate::{cluster::SignalHandler, delivery::Hub, ports::ephemeral::Signal};

/// Removes ended sessions from the cache, and closes their sockets.
pub struct EndedSessions {
    sessions: Sessions,
    hub: Arc<Hub>,
}

impl EndedSessions {
    /// Returns the handler for these sessions and sockets.
    pub fn new(sessions: Sessions, hub: Arc<Hub>) -> Self {
        Self { sessions, hub }
    }
}

#[async_trait]
impl SignalHandler for EndedSessions {
    async fn handle(&self, signal: &Signal) {
        if let Signal::SessionEnded { session } = signal {
            self.sessions.forget(session).await;
            self.hub.end_session(session);
        }
    }
}
