//! Announces this server to its peers, so that clients are sent to it or away from it, and compares signing keys.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{Cluster, signing_keys::OtherKeys};
use crate::ports::{
    Ephemeral,
    ephemeral::{SERVER_LIVES_S, ServerStatus},
};

/// Heartbeat interval. Two heartbeats may get lost before peers consider this server gone.
const EVERY: Duration = Duration::from_millis(SERVER_LIVES_S * 1_000 / 3);

/// Announces this server for as long as it runs, also while it drains.
pub async fn announce(cluster: Arc<Cluster>) -> ! {
    beat(&*cluster.ephemeral, || cluster.status(), &cluster.draining, EVERY).await
}

/// Announces the status at once, in each interval, and at once when the server begins to drain.
async fn beat(
    ephemeral: &dyn Ephemeral,
    status: impl Fn() -> ServerStatus,
    draining: &CancellationToken,
    every: Duration,
) -> ! {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut has_drained, mut keys) = (false, OtherKeys::default());
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = draining.cancelled(), if !has_drained => has_drained = true,
        }
        let own = status();
        ephemeral.announce(own.clone()).await;
        for other in keys.unreported(&own, &ephemeral.servers().await) {
            tracing::warn!(
                other,
                "another server has another signing key: each refuses the sessions of the other; start all servers with the same JIMMY_SIGNING_KEY_FILE"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use tokio::sync::{broadcast, mpsc};

    use super::*;
    use crate::ports::ephemeral::Signal;

    struct Announced(mpsc::Sender<ServerStatus>);

    #[async_trait]
    impl Ephemeral for Announced {
        async fn announce(&self, status: ServerStatus) {
            self.0.send(status).await.expect("received");
        }
        async fn publish(&self, _signal: Signal) {}
        fn subscribe(&self) -> broadcast::Receiver<Signal> {
            broadcast::Sender::new(1).subscribe()
        }
        async fn servers(&self) -> Vec<ServerStatus> {
            Vec::new()
        }
    }

    #[tokio::test]
    async fn announces_at_start_in_intervals_and_when_draining() {
        let announces = |every: Duration| {
            let (sender, receiver) = mpsc::channel(1);
            let draining = CancellationToken::new();
            let token = draining.clone();
            let task = tokio::spawn(async move {
                let status =
                    || ServerStatus { name: "a".into(), sockets: 1, is_draining: token.is_cancelled(), key: None };
                beat(&Announced(sender), status, &token, every).await
            });
            (draining, receiver, task)
        };
        let (draining, mut receiver, task) = announces(Duration::from_secs(3_600));
        assert!(!receiver.recv().await.expect("announced").is_draining);
        draining.cancel();
        assert!(receiver.recv().await.expect("announced at once").is_draining);
        tokio::task::yield_now().await;
        assert!(receiver.try_recv().is_err(), "once");
        task.abort();
        let (draining, mut receiver, task) = announces(Duration::from_millis(1));
        for _ in 0..3 {
            assert!(!receiver.recv().await.expect("announced").is_draining);
        }
        draining.cancel();
        while !receiver.recv().await.expect("announced").is_draining {}
        assert!(receiver.recv().await.expect("announced").is_draining, "until it stops");
        task.abort();
    }
}
