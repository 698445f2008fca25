//! The one place that knows both ports and adapters: from a configuration to a running server.

mod folder;
mod ops;
mod stores;
mod tasks;

use std::{future::Future, path::PathBuf, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::{Attempts, Sessions, Tokens, TrustedProxies, password::PasswordGate, write_down_last_uses},
    channels::{Announcements, announce_joins, relay},
    config::Config,
    delivery::{self, Delivery, poll_high_watermarks},
    gateway,
    messages::SendRates,
    metrics::{self, Metrics},
    pages::{drafts::Drafts, site::Site},
    presence,
    serve::serve,
    state::{AppState, Shared},
    workspace,
};

use folder::{DataFolder, KEY_FILE};
pub use ops::{Checked, backup, doctor, migrate, replace_log};
pub use stores::open_directory;
use stores::{Choices, Stores};
use tasks::Tasks;

/// How long an orderly end waits for the archive.
const SETTLE: Duration = Duration::from_secs(2);
/// So often it looks.
const SETTLE_LOOK: Duration = Duration::from_millis(20);

/// Runs the server until `stop`; `ready` is told the address people can open.
///
/// # Errors
/// The sentence that the process ends with.
pub async fn run(config: Config, stop: impl Future<Output = ()>, ready: impl FnOnce(&str)) -> Result<(), String> {
    let choices = Choices::of(&config)?;
    let folder = config.uses_data_folder().then(|| DataFolder::open(&config.data)).transpose()?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| listen_error(&config, &error))?;
    let metrics_listener = match config.metrics_listen {
        Some(address) => Some(metrics::listen(address).await?),
        None => None,
    };
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    let origins = config.origins(bound);
    let key = key_file(&config);
    if !config.directory.is_local() && !key.exists() {
        return Err(format!(
            "--signing-key-file {}: it is not there; all servers need the same one, so none is made",
            key.display()
        ));
    }
    let tokens = Tokens::from_file(&key)?;
    let Stores { directory, archive, log, recent, ephemeral, open } = Stores::open(&choices).await?;

    let metrics = Arc::new(Metrics::default());
    let (delivery, joins) = Delivery::new(delivery::Parts {
        server: config.name.clone(),
        log,
        is_log_shared: !config.event_log.is_local(),
        archive,
        recent,
        directory: directory.clone(),
        metrics: metrics.clone(),
    });
    let (sessions, last_uses) = Sessions::new(directory.clone(), metrics.clone());
    let state = AppState::new(Shared {
        origins,
        proxies: TrustedProxies::new(config.trusted_proxies.clone()),
        server: config.name.clone(),
        workspace: workspace::Remembered::new(directory.clone(), metrics.clone()),
        sessions,
        directory,
        ephemeral,
        hub: delivery.hub.clone(),
        delivery: delivery.clone(),
        presence: presence::Board::default(),
        tokens,
        passwords: PasswordGate::default(),
        attempts: Attempts::new(config.has_rate_limits()),
        elsewhere: gateway::Elsewhere::default(),
        announcements: Announcements::default(),
        send_rates: SendRates::default(),
        drafts: Drafts::default(),
        resume_turns: Semaphore::new(gateway::RESUMES_READING),
        metrics,
        site: Site::load()?,
        draining: CancellationToken::new(),
        shutdown: CancellationToken::new(),
        config,
    });
    delivery.start().await?;
    check_pair(&state).await?;

    if state.ephemeral.servers().await.iter().any(|other| other.name == state.server) {
        tracing::warn!(server = %state.server, "a server of this name is there, or was a moment ago; each needs a --name of its own");
    }

    let mut tasks = Tasks::default();
    tasks.start("partitions", delivery.clone().run());
    tasks.start("high watermarks", async move { poll_high_watermarks(delivery).await });
    tasks.start("the directory", gateway::watch_directory(state.clone()));
    tasks.start("elsewhere", gateway::lead_elsewhere(state.clone()));
    tasks.start("announcements", gateway::announce(state.clone()));
    tasks.start("hints", presence::hear(state.clone()));
    tasks.start("presence", presence::rounds(state.clone()));
    tasks.start("joins", announce_joins(state.clone(), joins));
    tasks.start("outbox", relay(state.clone()));
    tasks.start("last uses", write_down_last_uses(state.directory.clone(), last_uses));
    if let Some(listener) = metrics_listener {
        tasks.start("metrics", metrics::serve(listener, state.clone()));
    }
    let mut serving = tokio::spawn(serve(listener, state.clone()));
    tracing::info!(version = env!("CARGO_PKG_VERSION"), address = %bound, server = %state.server, "started");
    ready(state.origins.first().map_or("", String::as_str));

    let failed = tokio::select! {
        () = stop => None,
        why = tasks.ended() => Some(why),
        ended = &mut serving => Some(format!("the server has ended: {ended:?}")),
    };
    tracing::info!("stopping");
    gateway::drain(&state).await;
    state.shutdown.cancel();
    if !serving.is_finished() {
        // It ends within its own bound; nothing is left to be told of how.
        let _ = serving.await;
    }
    if failed.is_none() {
        settle(&state).await;
    }
    drop(tasks);
    open.close().await;
    drop(folder);
    failed.map_or(Ok(()), Err)
}

/// The file with the key that signs sessions.
fn key_file(config: &Config) -> PathBuf {
    config.signing_key_file.clone().unwrap_or_else(|| config.data.join(KEY_FILE))
}

/// A log with a history and a database without anybody do not belong together: the next to sign up would own the workspace of
/// those who wrote it.
async fn check_pair(state: &AppState) -> Result<(), String> {
    let is_new = state.directory.hall().await.map_err(|error| crate::chain(&error))?.is_none();
    match is_new && state.hub.has_channels() {
        true => {
            let Choices { event_log, directory, .. } = Choices::of(&state.config)?;
            Err(format!(
                "{} holds messages, but {} has no accounts: one of the two was lost or replaced",
                event_log.place(),
                directory.place()
            ))
        }
        false => Ok(()),
    }
}

/// Waits until what was said last is in the archive: a folder is then whole without its log.
async fn settle(state: &AppState) {
    let is_behind = || state.delivery.lanes.all().iter().any(|lane| lane.projected() < lane.sequencer().next());
    let settled = async {
        while is_behind() {
            tokio::time::sleep(SETTLE_LOOK).await;
        }
    };
    // Out of patience: the next start reads what is left from the log.
    let _ = tokio::time::timeout(SETTLE, settled).await;
}

fn listen_error(config: &Config, error: &std::io::Error) -> String {
    let listen = config.listen;
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("--listen {listen}: another program is listening there; stop it, or choose another port")
        }
        std::io::ErrorKind::PermissionDenied => {
            format!("--listen {listen}: ports below 1024 need a permission that this process lacks")
        }
        _ => format!("--listen {listen}: {error}"),
    }
}
