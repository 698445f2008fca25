//! The one module that uses both ports and adapters: it turns a configuration into a running server.
//!
//! | module | what it does |
//! | --- | --- |
//! | `stores` | opens the adapters behind the ports |
//! | `features` | builds the handle of each feature, and starts their tasks |
//! | `folder` | locks the data folder |
//! | `tasks` | runs the tasks that the server needs |
//! | `gauges` | registers the values that are read when the metrics are requested |
//! | `ops` | the operator's commands |

mod features;
mod folder;
mod gauges;
mod ops;
mod stores;
mod tasks;

use std::{future::Future, path::PathBuf, sync::Arc, time::Duration};

use tokio::net::TcpListener;

use crate::{
    auth::{Origins, Tokens},
    cluster::Cluster,
    config::Config,
    delivery::{self, Delivery},
    error::{OperatorError, chain},
    metrics::{self, Metrics},
    pages::Site,
    read_markers::AuthorMarkers,
};

use features::Features;
use folder::{DataFolder, KEY_FILE};
use gauges::gauges;
pub use ops::{Checked, backup, doctor, migrate, replace_log};
pub use stores::open_directory;
use stores::{Choices, Stores};

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
    let choices = Choices::of(&config)?;
    let folder = config.uses_data_folder().then(|| DataFolder::open(&config.data)).transpose()?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| listen_error(&config, &error))?;
    let metrics_listener = match config.metrics_listen {
        Some(address) => Some(metrics::listen(address).await?),
        None => None,
    };
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    let origins = Origins::new(config.origins(bound));
    let tokens = tokens(&config)?;
    let site = Site::load()?;
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
    let fingerprint = tokens.fingerprint().to_owned();
    let cluster =
        Arc::new(Cluster::new(config.name.clone(), ephemeral, directory.clone(), delivery.clone(), fingerprint));
    let (features, queued_uses) = Features::new(&config, directory, delivery, cluster, metrics, tokens, origins);
    let Features { delivery, cluster, .. } = &features;
    delivery::start(delivery).await?;
    check_pair(&config, &features).await?;

    if cluster.is_name_taken().await {
        tracing::warn!(server = %cluster.name, "another server had this name a moment ago; each server needs its own --name");
    }

    let mut tasks = features.start_tasks(joins, queued_uses);
    if let Some(listener) = metrics_listener {
        let gauges = gauges(delivery, &features.auth, cluster);
        tasks.start("metrics", metrics::serve(listener, features.metrics.clone(), gauges));
    }
    let mut serving = tokio::spawn(features.server(&config, site).serve(listener));
    tracing::info!(version = env!("CARGO_PKG_VERSION"), address = %bound, server = %cluster.name, "started");
    ready(features.auth.origins.main());

    let failed = tokio::select! {
        () = stop => None,
        why = tasks.ended() => Some(why),
        ended = &mut serving => Some(OperatorError::new(format!("the HTTP server has ended: {ended:?}"))),
    };
    tracing::info!("stopping");
    cluster.drain().await;
    cluster.shutdown.cancel();
    if !serving.is_finished() {
        // It ends within its own bound, and its result no longer matters.
        let _ = serving.await;
    }
    if failed.is_none() {
        settle(delivery).await;
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

/// Returns the file with the key that signs sessions.
fn key_file(config: &Config) -> PathBuf {
    config.signing_key_file.clone().unwrap_or_else(|| config.data.join(KEY_FILE))
}

/// Refuses an archive or a log with messages beside a database without accounts: the next user to sign up would own their workspace.
async fn check_pair(config: &Config, features: &Features) -> Result<(), OperatorError> {
    let is_new = features.directory.hall().await.map_err(|error| chain(&error))?.is_none();
    match is_new && features.delivery.hub.has_channels() {
        true => {
            let Choices { archive, event_log, directory, .. } = Choices::of(config)?;
            Err(OperatorError::new(format!(
                "{} or {} holds messages, but {} has no accounts: one of them was lost or replaced",
                archive.place(),
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
