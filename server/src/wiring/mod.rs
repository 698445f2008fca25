//! The one module that knows both ports and adapters: it turns a configuration into a running server.
//!
//! | module | what it does |
//! | --- | --- |
//! | `stores` | opens the adapters behind the ports |
//! | `folder` | locks the data folder |
//! | `tasks` | runs the tasks that the server needs |
//! | `gauges` | registers the values that are read when the metrics are requested |
//! | `ops` | the operator's commands |

mod folder;
mod gauges;
mod ops;
mod stores;
mod tasks;

use std::{future::Future, path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
};

use crate::{
    accounts::Accounts,
    auth::{
        Attempts, Auth, Cookies, Origins, PasswordGate, QueuedUses, SessionTokens, Sessions, Tokens, TrustedProxies,
        flush_last_used,
    },
    channels::{Channels, Outbox, announce_joins},
    cluster::Cluster,
    config::{Config, SignUp},
    delivery::{self, Delivery, Joined},
    error::{OperatorError, chain},
    gateway,
    http::{AppState, serve},
    messages::{AuthorMarkers, Messages},
    metrics::{self, Metrics},
    pages::{Drafts, Pages, Site},
    ports::Directory,
    presence,
    workspace::Workspace,
};

use folder::{DataFolder, KEY_FILE};
use gauges::gauges;
pub use ops::{Checked, backup, doctor, migrate, replace_log};
pub use stores::open_directory;
use stores::{Choices, Stores};
use tasks::Tasks;

/// Longest wait for the archive when the server stops.
const SETTLE: Duration = Duration::from_secs(2);
/// Poll interval of that wait.
const SETTLE_POLL: Duration = Duration::from_millis(20);

/// Runs the server until `stop`. Calls `ready` with the address that users can open.
///
/// # Errors
/// Why the server cannot start, or has stopped by itself.
pub async fn run(
    config: Config,
    stop: impl Future<Output = ()>,
    ready: impl FnOnce(&str),
) -> Result<(), OperatorError> {
    let folder = config.uses_data_folder().then(|| DataFolder::open(&config.data)).transpose()?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| listen_error(&config, &error))?;
    let metrics_listener = match config.metrics_listen {
        Some(address) => Some(metrics::listen(address).await?),
        None => None,
    };
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    let origins = Origins::new(config.origins(bound));
    let choices = Choices::of(&config)?;
    let tokens = tokens(&config)?;
    let Stores { directory, archive, log, recent, ephemeral, open } = Stores::open(&choices).await?;

    let metrics = Arc::new(Metrics::default());
    let (delivery, joins) = Delivery::new(delivery::Parts {
        server: config.name.clone(),
        log,
        is_log_shared: !config.event_log.is_local(),
        archive,
        recent,
        directory: directory.clone(),
        before_archive: Arc::new(AuthorMarkers::new(directory.clone())),
        metrics: metrics.clone(),
    });
    let cluster = Arc::new(Cluster::new(config.name.clone(), ephemeral));
    let (auth, queued_uses) = auth(&config, origins, tokens, &directory, &cluster, &metrics);
    let state = handles(config, &delivery, &cluster, auth, directory, metrics)?;
    delivery::start(&delivery).await?;
    check_pair(&state).await?;

    if cluster.ephemeral.servers().await.iter().any(|other| other.name == cluster.name) {
        tracing::warn!(server = %cluster.name, "another server had this name a moment ago; each server needs its own --name");
    }

    let mut tasks = start_tasks(&state, joins, queued_uses);
    if let Some(listener) = metrics_listener {
        let gauges = gauges(&delivery, &state.auth, &cluster);
        tasks.start("metrics", metrics::serve(listener, state.metrics.clone(), gauges));
    }
    let mut serving = tokio::spawn(serve(listener, state.clone()));
    tracing::info!(version = env!("CARGO_PKG_VERSION"), address = %bound, server = %cluster.name, "started");
    ready(state.auth.origins.main());

    let failed = tokio::select! {
        () = stop => None,
        why = tasks.ended() => Some(why),
        ended = &mut serving => Some(OperatorError::new(format!("the HTTP server has ended: {ended:?}"))),
    };
    tracing::info!("stopping");
    gateway::drain(&state).await;
    cluster.shutdown.cancel();
    if !serving.is_finished() {
        // It ends within its own bound, and its result no longer matters.
        let _ = serving.await;
    }
    if failed.is_none() {
        settle(&delivery).await;
    }
    drop(tasks);
    open.close().await;
    drop(folder);
    failed.map_or(Ok(()), Err)
}

/// Reads the key that signs sessions. A server alone creates it; servers of a cluster need the same one.
fn tokens(config: &Config) -> Result<Tokens, OperatorError> {
    let path = key_file(config);
    if !config.directory.is_local() && !path.exists() {
        return Err(OperatorError::new(format!(
            "--signing-key-file {}: it does not exist; all servers need the same file, so none is created",
            path.display()
        )));
    }
    Tokens::from_file(&path)
}

fn auth(
    config: &Config,
    origins: Origins,
    tokens: Tokens,
    directory: &Arc<dyn Directory>,
    cluster: &Arc<Cluster>,
    metrics: &Arc<Metrics>,
) -> (Arc<Auth>, QueuedUses) {
    let (sessions, queued_uses) = Sessions::new(directory.clone(), metrics.clone());
    let tokens = Arc::new(tokens);
    let session_tokens =
        SessionTokens::new(directory.clone(), sessions.clone(), tokens.clone(), cluster.clone(), metrics.clone());
    let auth = Auth {
        sessions,
        tokens,
        session_tokens,
        passwords: PasswordGate::default(),
        attempts: Attempts::new(config.has_rate_limits()),
        origins,
        cookies: Cookies::new(config.is_https()),
        proxies: TrustedProxies::new(config.trusted_proxies.clone()),
    };
    (Arc::new(auth), queued_uses)
}

/// Builds the handle of each feature, each from those before it.
fn handles(
    config: Config,
    delivery: &Arc<Delivery>,
    cluster: &Arc<Cluster>,
    auth: Arc<Auth>,
    directory: Arc<dyn Directory>,
    metrics: Arc<Metrics>,
) -> Result<AppState, OperatorError> {
    let operator_allows_sign_up = config.sign_up == SignUp::Open;
    let workspace = Arc::new(Workspace::new(directory.clone(), operator_allows_sign_up, metrics.clone()));
    let outbox = Arc::new(Outbox::new(directory.clone(), delivery.clone(), cluster.clone(), metrics.clone()));
    let channels = Arc::new(Channels::new(directory.clone(), delivery.clone(), outbox.clone(), metrics.clone()));
    let accounts = Arc::new(Accounts {
        directory: directory.clone(),
        delivery: delivery.clone(),
        auth: auth.clone(),
        workspace: workspace.clone(),
        channels: channels.clone(),
        metrics: metrics.clone(),
    });
    let messages = Arc::new(Messages::new(
        delivery.clone(),
        directory.clone(),
        cluster.clone(),
        config.has_rate_limits(),
        metrics.clone(),
    ));
    Ok(AppState {
        config: Arc::new(config),
        metrics,
        hub: delivery.hub.clone(),
        delivery: delivery.clone(),
        cluster: cluster.clone(),
        auth,
        workspace,
        channels,
        accounts,
        pages: Arc::new(Pages { site: Site::load()?, drafts: Drafts::default() }),
        outbox,
        presence: Arc::default(),
        directory,
        messages,
        resume_turns: Arc::new(Semaphore::new(gateway::RESUMES_READING)),
    })
}

fn start_tasks(state: &AppState, joins: mpsc::Receiver<Joined>, queued_uses: QueuedUses) -> Tasks {
    let delivery = &state.delivery;
    let mut tasks = Tasks::default();
    tasks.start("partitions", delivery::run(delivery.clone()));
    let polled = delivery.clone();
    tasks.start::<OperatorError>("high watermarks", async move { polled.poll_high_watermarks().await });
    tasks.start("the directory", gateway::watch_directory(state.clone()));
    tasks.start("elsewhere", gateway::lead_elsewhere(state.clone()));
    tasks.start("announcements", gateway::announce(state.clone()));
    tasks.start("hints", presence::hear(state.clone()));
    tasks.start("presence", presence::rounds(state.clone()));
    tasks.start("joins", announce_joins(state.channels.clone(), delivery.hub.clone(), joins));
    let outbox = state.outbox.clone();
    tasks.start::<OperatorError>("outbox", async move { outbox.relay().await });
    tasks.start("last uses", flush_last_used(state.directory.clone(), queued_uses));
    tasks
}

/// Returns the file with the key that signs sessions.
fn key_file(config: &Config) -> PathBuf {
    config.signing_key_file.clone().unwrap_or_else(|| config.data.join(KEY_FILE))
}

/// Refuses a log with messages beside a database without accounts: the next user to sign up would own their workspace.
async fn check_pair(state: &AppState) -> Result<(), OperatorError> {
    let is_new = state.directory.hall().await.map_err(|error| chain(&error))?.is_none();
    match is_new && state.delivery.hub.has_channels() {
        true => {
            let Choices { event_log, directory, .. } = Choices::of(&state.config)?;
            Err(OperatorError::new(format!(
                "{} holds messages, but {} has no accounts: one of the two was lost or replaced",
                event_log.place(),
                directory.place()
            )))
        }
        false => Ok(()),
    }
}

/// Waits until the newest events are in the archive, so that the data folder is complete without its log.
async fn settle(delivery: &Delivery) {
    let is_behind = || delivery.partitions.all().iter().any(|partition| partition.projector_lag_records() > 0);
    let settled = async {
        while is_behind() {
            tokio::time::sleep(SETTLE_POLL).await;
        }
    };
    // After the timeout the next start reads the rest from the log.
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
