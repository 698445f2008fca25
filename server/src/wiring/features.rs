//! Builds the handle of each feature, each from those before it, and starts their tasks.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::tasks::Tasks;
use crate::{
    accounts::Accounts,
    api::Api,
    auth::{
        Attempts, Auth, Cookies, EndedSessions, Origins, PasswordGate, QueuedUses, SessionTokens, Sessions, Tokens,
        TrustedProxies, flush_last_used,
    },
    channels::{Channels, Outbox, announce_joins},
    cluster::{Cluster, SignalHandler},
    config::{Config, SignUp},
    delivery::{self, Delivery, Joined},
    error::OperatorError,
    gateway::{self, Gateway},
    http::Server,
    messages::Messages,
    metrics::Metrics,
    pages::{Pages, Site},
    ports::Directory,
    presence::Presence,
    read_markers::ReadMarkers,
    workspace::Workspace,
};

/// The handle of each feature.
pub(super) struct Features {
    pub(super) directory: Arc<dyn Directory>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) delivery: Arc<Delivery>,
    pub(super) cluster: Arc<Cluster>,
    pub(super) auth: Arc<Auth>,
    workspace: Arc<Workspace>,
    outbox: Arc<Outbox>,
    channels: Arc<Channels>,
    accounts: Arc<Accounts>,
    messages: Arc<Messages>,
    presence: Arc<Presence>,
    read_markers: Arc<ReadMarkers>,
}

impl Features {
    /// Builds the handles. The queue holds the uses of sessions that have to be written.
    pub(super) fn new(
        config: &Config,
        directory: Arc<dyn Directory>,
        delivery: Arc<Delivery>,
        cluster: Arc<Cluster>,
        metrics: Arc<Metrics>,
        tokens: Tokens,
        origins: Origins,
    ) -> (Self, QueuedUses) {
        let (sessions, queued_uses) = Sessions::new(directory.clone(), metrics.clone());
        let tokens = Arc::new(tokens);
        let session_tokens =
            SessionTokens::new(directory.clone(), sessions.clone(), tokens.clone(), cluster.clone(), metrics.clone());
        let auth = Arc::new(Auth {
            sessions,
            tokens,
            session_tokens,
            passwords: PasswordGate::default(),
            attempts: Attempts::new(config.has_rate_limits()),
            origins,
            cookies: Cookies::new(config.is_https()),
            proxies: TrustedProxies::new(config.trusted_proxies.clone()),
        });
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
        let presence = Arc::new(Presence::new(directory.clone(), delivery.clone(), cluster.clone()));
        let read_markers = Arc::new(ReadMarkers::new(
            directory.clone(),
            delivery.clone(),
            cluster.clone(),
            channels.clone(),
            metrics.clone(),
        ));
        let features = Self {
            directory,
            metrics,
            delivery,
            cluster,
            auth,
            workspace,
            outbox,
            channels,
            accounts,
            messages,
            presence,
            read_markers,
        };
        (features, queued_uses)
    }

    /// Returns the HTTP server over these features.
    pub(super) fn server(&self, config: &Config, site: Site) -> Server {
        let handles = gateway::Handles {
            auth: self.auth.clone(),
            channels: self.channels.clone(),
            cluster: self.cluster.clone(),
            delivery: self.delivery.clone(),
            messages: self.messages.clone(),
            metrics: self.metrics.clone(),
            presence: self.presence.clone(),
            read_markers: self.read_markers.clone(),
        };
        Server {
            api: Api {
                accounts: self.accounts.clone(),
                auth: self.auth.clone(),
                channels: self.channels.clone(),
                cluster: self.cluster.clone(),
                delivery: self.delivery.clone(),
                messages: self.messages.clone(),
                read_markers: self.read_markers.clone(),
            },
            gateway: Gateway::new(handles, config.sockets_per_address, config.has_rate_limits()),
            pages: Pages::new(
                self.accounts.clone(),
                self.auth.clone(),
                self.channels.clone(),
                self.messages.clone(),
                self.workspace.clone(),
                site,
            ),
            auth: self.auth.clone(),
            cluster: self.cluster.clone(),
            delivery: self.delivery.clone(),
            metrics: self.metrics.clone(),
            is_https: config.is_https(),
        }
    }

    /// Starts the tasks of all features.
    pub(super) fn start_tasks(&self, joins: mpsc::Receiver<Joined>, queued_uses: QueuedUses) -> Tasks {
        let (delivery, cluster) = (&self.delivery, &self.cluster);
        let mut tasks = Tasks::default();
        tasks.start("partitions", delivery::run(delivery.clone()));
        let polled = delivery.clone();
        tasks.start::<OperatorError>("high watermarks", async move { polled.poll_high_watermarks().await });
        let watched = cluster.clone();
        tasks.start::<OperatorError>("directory", async move { watched.watch_directory().await });
        let evacuated = cluster.clone();
        tasks.start::<OperatorError>("evacuation", async move { evacuated.evacuate_when_degraded().await });
        let announced = cluster.clone();
        tasks.start::<OperatorError>("heartbeat", async move { announced.send_heartbeats().await });
        let (signals, handlers) = (cluster.clone(), self.signal_handlers());
        tasks.start("signals", async move { signals.dispatch_signals(&handlers).await });
        let presence = self.presence.clone();
        tasks.start::<OperatorError>("presence", async move { presence.run().await });
        tasks.start("joins", announce_joins(self.channels.clone(), delivery.hub.clone(), joins));
        let outbox = self.outbox.clone();
        tasks.start::<OperatorError>("outbox", async move { outbox.relay().await });
        tasks.start("last uses", flush_last_used(self.directory.clone(), queued_uses));
        tasks
    }

    /// Returns the features that act on signals between servers.
    fn signal_handlers(&self) -> Vec<Arc<dyn SignalHandler>> {
        let ended_sessions = EndedSessions::new(self.auth.sessions.clone(), self.delivery.hub.clone());
        vec![Arc::new(ended_sessions), self.outbox.clone(), self.read_markers.clone(), self.presence.clone()]
    }
}
