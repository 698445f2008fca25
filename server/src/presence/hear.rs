//! What other servers, or this one, say in passing: handed to the sockets that are here; the sockets
//! of a session that has ended are closed.

use std::time::Instant;

use tokio::sync::broadcast::error::RecvError;

use crate::{http::AppState, ports::ephemeral::Signal};

/// Hears for as long as the server runs.
///
/// # Errors
/// The sentence that the process ends with.
pub async fn hear(state: AppState) -> Result<(), String> {
    let mut signals = state.cluster.ephemeral.subscribe();
    loop {
        match signals.recv().await {
            Ok(Signal::Read { account, channel, pos, n }) => state.hub.send_read_marker(&account, &channel, pos, n),
            Ok(Signal::Typing { channel, who }) => state.hub.send_typing(&channel, &who),
            Ok(Signal::Presence { server, who }) if server != state.cluster.name => {
                state.presence.heard(&server, who, Instant::now());
            }
            // One's own word.
            Ok(Signal::Presence { .. }) => {}
            Ok(Signal::SessionEnded { session }) => {
                state.auth.sessions.forget(&session).await;
                state.hub.end_session(&session);
            }
            Ok(Signal::Outbox) => state.outbox.wake(),
            // A missed kick-out is made good by each socket's own check every few seconds, a marker by the next welcome;
            // who was
            // writing is old news, and who is there is said again.
            Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "hints between servers were missed"),
            Err(RecvError::Closed) => return Err("the channel of hints has closed".into()),
        }
    }
}
