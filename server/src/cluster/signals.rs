//! Passes signals between servers to the features that handle them. A signal may be lost: what depends on it is repaired elsewhere.
//! Sessions are checked every few seconds, read markers come with the next `welcome`, presence is published again.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{error::OperatorError, ports::ephemeral::Signal};

/// A feature that acts on signals.
#[async_trait]
pub trait SignalHandler: Send + Sync {
    /// Acts on a signal that this server or a peer has sent, or ignores it. The next signal waits for it.
    async fn handle(&self, signal: &Signal);
}

/// Passes each signal to all handlers, in their order.
///
/// # Errors
/// When the source of signals is closed.
pub(super) async fn dispatch(
    mut signals: Receiver<Signal>,
    handlers: &[Arc<dyn SignalHandler>],
) -> Result<(), OperatorError> {
    loop {
        match signals.recv().await {
            Ok(signal) => {
                for handler in handlers {
                    handler.handle(&signal).await;
                }
            }
            Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "signals between servers missed"),
            Err(RecvError::Closed) => return Err("the source of signals is closed".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::SessionId;
    use tokio::sync::{broadcast, mpsc};

    use super::*;

    struct Recorder(&'static str, mpsc::UnboundedSender<(&'static str, String)>);

    #[async_trait]
    impl SignalHandler for Recorder {
        async fn handle(&self, signal: &Signal) {
            if let Signal::SessionEnded { session } = signal {
                self.1.send((self.0, session.to_string())).expect("received");
            }
        }
    }

    #[tokio::test]
    async fn each_handler_gets_each_signal_in_order_also_after_a_loss() {
        let (sender, mut handled) = mpsc::unbounded_channel();
        let handlers: Vec<Arc<dyn SignalHandler>> =
            vec![Arc::new(Recorder("first", sender.clone())), Arc::new(Recorder("second", sender))];
        let signals = broadcast::Sender::new(2);
        let receiver = signals.subscribe();
        let sessions: Vec<SessionId> = (0..3).map(|_| SessionId::generate()).collect();
        for session in &sessions {
            signals.send(Signal::SessionEnded { session: session.clone() }).expect("subscribed");
        }
        drop(signals);
        dispatch(receiver, &handlers).await.expect_err("the sender is gone");
        drop(handlers);
        let mut all = Vec::new();
        while let Some(one) = handled.recv().await {
            all.push(one);
        }
        let expected: Vec<_> =
            sessions[1..].iter().flat_map(|s| ["first", "second"].map(|who| (who, s.to_string()))).collect();
        assert_eq!(all, expected, "the oldest one was lost");
    }
}
