//! Says to other servers how this one is, so that clients can be led to it, or away from it; and looks whether they have the
//! same signing key.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{elsewhere::is_avoided, keys::OtherKeys};
use crate::{
    http::AppState,
    ports::{
        Ephemeral,
        ephemeral::{SERVER_LIVES_S, ServerStatus},
    },
};

/// So often: two words may be lost before it counts as gone.
const EVERY: Duration = Duration::from_millis(SERVER_LIVES_S * 1_000 / 3);

/// This server, as it is now.
pub fn status(state: &AppState) -> ServerStatus {
    ServerStatus {
        name: state.cluster.name.clone(),
        sockets: state.hub.open_sockets(),
        is_draining: state.cluster.draining.is_cancelled() || is_avoided(state),
        key: Some(state.auth.tokens.fingerprint().to_owned()),
    }
}

/// Says how this server is for as long as it runs, also while it is going.
///
/// # Errors
/// The sentence that the process ends with.
pub async fn announce(state: AppState) -> Result<(), String> {
    say(&*state.cluster.ephemeral, || status(&state), &state.cluster.draining, EVERY).await
}

/// Says it at once, every so often, and at once when the server begins to go.
async fn say(
    ephemeral: &dyn Ephemeral,
    status: impl Fn() -> ServerStatus,
    going: &CancellationToken,
    every: Duration,
) -> Result<(), String> {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut has_heard, mut keys) = (false, OtherKeys::default());
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = going.cancelled(), if !has_heard => has_heard = true,
        }
        let own = status();
        ephemeral.announce(own.clone()).await;
        for other in keys.unnamed(&own, &ephemeral.servers().await) {
            tracing::warn!(
                other,
                "another server has another signing key: whoever logs in there is refused here, and the other way round; start all servers with the same JIMMY_SIGNING_KEY_FILE"
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

    struct Said(mpsc::Sender<ServerStatus>);

    #[async_trait]
    impl Ephemeral for Said {
        async fn announce(&self, status: ServerStatus) {
            self.0.send(status).await.expect("heard");
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
    async fn a_server_speaks_when_it_comes_now_and_then_and_once_when_it_begins_to_go() {
        let says = |every: Duration| {
            let (said, hears) = mpsc::channel(1);
            let going = CancellationToken::new();
            let token = going.clone();
            let task = tokio::spawn(async move {
                let status =
                    || ServerStatus { name: "a".into(), sockets: 1, is_draining: token.is_cancelled(), key: None };
                say(&Said(said), status, &token, every).await
            });
            (going, hears, task)
        };
        let (going, mut hears, task) = says(Duration::from_secs(3_600));
        assert!(!hears.recv().await.expect("said").is_draining);
        going.cancel();
        assert!(hears.recv().await.expect("said at once").is_draining);
        tokio::task::yield_now().await;
        assert!(hears.try_recv().is_err(), "not again and again");
        task.abort();
        let (going, mut hears, task) = says(Duration::from_millis(1));
        for _ in 0..3 {
            assert!(!hears.recv().await.expect("said").is_draining);
        }
        going.cancel();
        while !hears.recv().await.expect("said").is_draining {}
        assert!(hears.recv().await.expect("said on").is_draining, "until it has gone");
        task.abort();
    }
}
