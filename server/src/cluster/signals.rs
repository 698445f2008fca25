//! Hands signals between servers to the features that subscribe to them.

use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};
use tokio::sync::broadcast::error::RecvError;

use super::Cluster;
use crate::{error::OperatorError, ports::ephemeral::Signal};

/// Receives each signal, and ignores those of other features.
pub type Subscriber = Box<dyn Fn(Signal) -> BoxFuture<'static, ()> + Send + Sync>;

/// Receives signals for as long as the server runs. A lost signal is repaired elsewhere: sessions are checked every five
/// seconds, read markers come with the next welcome, presence is repeated, and typing is soon old.
///
/// # Errors
/// When the source of signals is gone.
pub async fn dispatch(cluster: Arc<Cluster>, subscribers: Vec<Subscriber>) -> Result<(), OperatorError> {
    let mut signals = cluster.ephemeral.subscribe();
    loop {
        match signals.recv().await {
            Ok(signal) => drop(join_all(subscribers.iter().map(|subscriber| subscriber(signal.clone()))).await),
            Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "signals between servers missed"),
            Err(RecvError::Closed) => return Err("the source of signals is closed".into()),
        }
    }
}
