//! The one place that knows both ports and adapters: from a configuration to a running server.

mod backup;
mod folder;

use std::{future::Future, sync::Arc};

use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    adapters::{
        archive_sqlite::SqliteArchive,
        directory_sqlite::{MIGRATIONS, SqliteDirectory},
        ephemeral_local::LocalEphemeral,
        event_log_sqlite::SqliteEventLog,
        recent_history_none::NoRecentHistory,
        sqlite::SqliteStore,
    },
    auth::{Attempts, Sessions, Tokens, password::PasswordGate, write_down_last_uses},
    channels::{Announcements, announce_joins, relay},
    config::Config,
    delivery::{self, Delivery, Hub, Projector},
    gateway,
    messages::SendRates,
    pages::{drafts::Drafts, site::Site},
    ports::{Archive, Directory, EventLog, RecentHistory},
    presence,
    serve::serve,
    state::{AppState, Shared},
    workspace,
};

pub use backup::backup;
use folder::{DATABASE_FILE, DataFolder, KEY_FILE, LOG_FILE};

/// One server has one name; of several each has its own.
const SERVER: &str = "a";

/// Opens the database alone, for an operator's command beside a running server.
///
/// # Errors
/// A sentence for the operator.
pub async fn open_directory(config: &Config) -> Result<Arc<dyn Directory>, String> {
    let path = config.data.join(DATABASE_FILE);
    if !path.exists() {
        return Err(format!("--data {}: there is no {DATABASE_FILE} in this folder", config.data.display()));
    }
    let store = SqliteStore::open(&path, &MIGRATIONS).await.map_err(|error| error.to_string())?;
    Ok(Arc::new(SqliteDirectory(store)))
}

/// Tasks that the server cannot do without: when one ends, the server does.
#[derive(Default)]
struct Tasks(JoinSet<(&'static str, Result<(), String>)>);

impl Tasks {
    fn start(&mut self, name: &'static str, task: impl Future<Output = Result<(), String>> + Send + 'static) {
        self.0.spawn(async move { (name, task.await) });
    }

    /// The sentence of the first one that ends.
    async fn ended(&mut self) -> String {
        match self.0.join_next().await {
            Some(Ok((name, Err(why)))) => format!("{name}: {why}"),
            Some(Ok((name, Ok(())))) => format!("{name} has ended"),
            Some(Err(panic)) => format!("a task has failed: {panic}"),
            None => "no task is left".into(),
        }
    }
}

/// Runs the server until `stop`; `ready` is told the address people can open.
///
/// # Errors
/// The sentence that the process ends with.
pub async fn run(config: Config, stop: impl Future<Output = ()>, ready: impl FnOnce(&str)) -> Result<(), String> {
    let folder = DataFolder::open(&config.data)?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| listen_error(&config, &error))?;
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    let origins = config.origins(bound);
    let key = config.signing_key_file.clone().unwrap_or_else(|| config.data.join(KEY_FILE));
    let tokens = Tokens::from_file(&key)?;

    let database = SqliteStore::open(&config.data.join(DATABASE_FILE), &MIGRATIONS).await.map_err(|e| e.to_string())?;
    let directory: Arc<dyn Directory> = Arc::new(SqliteDirectory(database.clone()));
    let archive: Arc<dyn Archive> = Arc::new(SqliteArchive(database.clone()));
    let recent: Arc<dyn RecentHistory> = Arc::new(NoRecentHistory);
    let log_file = SqliteEventLog::open(&config.data.join(LOG_FILE)).await.map_err(|error| error.to_string())?;
    let log_file = Arc::new(log_file);
    let log: Arc<dyn EventLog> = log_file.clone();

    let (hub, joins) = Hub::new();
    let hub = Arc::new(hub);
    let mut lanes = Vec::new();
    for partition in 0..log.partitions().await.map_err(|error| error.to_string())? {
        let lane = delivery::load(partition, &*archive, &*log, &hub).await?;
        delivery::catch_up(&lane, &*log, &hub).await?;
        lanes.push(lane);
    }
    check_pair(&*directory, &*log).await?;
    let (sessions, last_uses) = Sessions::new(directory.clone());
    let state = AppState::new(Shared {
        origins,
        server: SERVER.into(),
        workspace: workspace::Remembered::new(directory.clone()),
        sessions,
        directory,
        ephemeral: Arc::new(LocalEphemeral::default()),
        delivery: Delivery { log, archive, recent, lanes },
        hub,
        presence: presence::Board::default(),
        tokens,
        passwords: PasswordGate::default(),
        attempts: Attempts::new(config.has_rate_limits()),
        announcements: Announcements::default(),
        send_rates: SendRates::default(),
        drafts: Drafts::default(),
        resume_turns: Semaphore::new(gateway::RESUMES_READING),
        site: Site::load()?,
        shutdown: CancellationToken::new(),
        config,
    });

    let mut tasks = Tasks::default();
    start_delivery(&mut tasks, &state);
    tasks.start("announcements", gateway::announce(state.clone()));
    tasks.start("hints", presence::hear(state.clone()));
    tasks.start("presence", presence::rounds(state.clone()));
    tasks.start("joins", announce_joins(state.clone(), joins));
    tasks.start("outbox", relay(state.clone()));
    tasks.start("last uses", write_down_last_uses(state.directory.clone(), last_uses));
    let mut serving = tokio::spawn(serve(listener, state.clone()));
    let data = state.config.data.display();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), address = %bound, %data, "started");
    ready(state.origins.first().map_or("", String::as_str));

    let failed = tokio::select! {
        () = stop => None,
        why = tasks.ended() => Some(why),
        ended = &mut serving => Some(format!("the server has ended: {ended:?}")),
    };
    tracing::info!("stopping");
    state.shutdown.cancel();
    if !serving.is_finished() {
        // It ends within its own bound; nothing is left to be told of how.
        let _ = serving.await;
    }
    drop(tasks);
    // What waits in the write-ahead log goes into the file itself: a copy of the file alone is then whole.
    log_file.close().await;
    database.close().await;
    drop(folder);
    failed.map_or(Ok(()), Err)
}

/// A log with a history and a database without anybody do not belong together: the next to sign up would own the
/// workspace of those who wrote it.
async fn check_pair(directory: &dyn Directory, log: &dyn EventLog) -> Result<(), String> {
    let is_new = directory.hall().await.map_err(|error| crate::chain(&error))?.is_none();
    let range = log.range(0).await.map_err(|error| error.to_string())?;
    // The first record is the log's own marker.
    match is_new && range.next > 1 {
        true => Err(format!(
            "{LOG_FILE} holds what people have said, but {DATABASE_FILE} knows nobody: one of the two was lost or exchanged"
        )),
        false => Ok(()),
    }
}

fn start_delivery(tasks: &mut Tasks, state: &AppState) {
    for lane in &state.delivery.lanes {
        let Delivery { log, archive, recent, .. } = &state.delivery;
        tasks.start("follower", delivery::follow(lane.clone(), log.clone(), state.hub.clone()));
        let projector = Projector {
            lane: lane.clone(),
            archive: archive.clone(),
            recent: recent.clone(),
            log: log.clone(),
            hub: state.hub.clone(),
            directory: state.directory.clone(),
            server: state.server.clone(),
        };
        tasks.start("projector", projector.run());
    }
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
