//! Announces this server to its peers, so that clients can be assigned to it or kept away from it, and reports peers with another
//! signing key.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::signing_keys::OtherKeys;
use crate::ports::{
    Ephemeral,
    ephemeral::{SERVER_LIVES_S, ServerStatus},
};

/// Heartbeat interval. Two heartbeats may be lost before peers consider this server down.
pub(super) const INTERVAL: Duration = Duration::from_millis(SERVER_LIVES_S * 1_000 / 3);

/// Announces `status` now, in each interval, and at once when `draining` is cancelled.
pub(super) async fn run(
    ephemeral: &dyn Ephemeral,
    status: impl Fn() -> ServerStatus,
    draining: &CancellationToken,
    every: Duration,
) -> ! {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut knows_draining, mut keys) = (false, OtherKeys::default());
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = draining.cancelled(), if !knows_draining => knows_draining = true,
        }
        let own = status();
        ephemeral.announce(own.clone()).await;
        for other in keys.unreported(&own, &ephemeral.servers().await) {
            tracing::warn!(
                other,
                "another server has another signing key: sessions opened there are refused here, and the other way round; start all servers with the same JIMMY_SIGNING_KEY_FILE"
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

    struct Recorder(mpsc::Sender<ServerStatus>);

    #[async_trait]
    impl Ephemeral for Recorder {
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
    async fn announces_at_start_in_each_interval_and_once_on_drain() {
        let start = |every: Duration| {
            let (sender, announced) = mpsc::channel(1);
            let draining = CancellationToken::new();
            let token = draining.clone();
            let task = tokio::spawn(async move {
                let status =
                    || ServerStatus { name: "a".into(), sockets: 1, is_draining: token.is_cancelled(), key: None };
                run(&Recorder(sender), status, &token, every).await
            });
            (draining, announced, task)
        };
        let (draining, mut announced, task) = start(Duration::from_secs(3_600));
        assert!(!announced.recv().await.expect("announced").is_draining);
        draining.cancel();
        assert!(announced.recv().await.expect("announced at once").is_draining);
        tokio::task::yield_now().await;
        assert!(announced.try_recv().is_err(), "not again before the next interval");
        task.abort();
        let (draining, mut announced, task) = start(Duration::from_millis(1));
        for _ in 0..3 {
            assert!(!announced.recv().await.expect("announced").is_draining);
        }
        draining.cancel();
        while !announced.recv().await.expect("announced").is_draining {}
        assert!(announced.recv().await.expect("announced again").is_draining, "until the process ends");
        task.abort();
    }
}
