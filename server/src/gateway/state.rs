//! What sockets need of the server.

use std::sync::Arc;

use axum::extract::FromRef;
use tokio::sync::Semaphore;

use crate::{
    auth::Auth, channels::Channels, cluster::Cluster, delivery::Delivery, messages::Messages, metrics::Metrics,
    presence::Presence, read_markers::ReadMarkers,
};

/// Resumes that read the archive at the same time. They leave its other connections to other readers.
const ARCHIVE_RESUMES_MAX: usize = 2;

/// Serves sockets. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    pub(super) auth: Arc<Auth>,
    pub(super) channels: Arc<Channels>,
    pub(super) cluster: Arc<Cluster>,
    pub(super) delivery: Arc<Delivery>,
    pub(super) messages: Arc<Messages>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) presence: Arc<Presence>,
    pub(super) read_markers: Arc<ReadMarkers>,
    /// Maximum number of open sockets per network address.
    pub(super) sockets_per_address: usize,
    pub(super) has_rate_limits: bool,
    /// Permits for resumes that read the archive.
    pub(super) archive_resumes: Arc<Semaphore>,
}

/// The handles that a [`Gateway`] takes.
pub struct Handles {
    /// Authenticates sockets.
    pub auth: Arc<Auth>,
    /// Reads memberships.
    pub channels: Arc<Channels>,
    /// Tells whether clients are accepted.
    pub cluster: Arc<Cluster>,
    /// Subscribes sockets to channels.
    pub delivery: Arc<Delivery>,
    /// Posts messages.
    pub messages: Arc<Messages>,
    /// Counts sockets and frames.
    pub metrics: Arc<Metrics>,
    /// Receives the activity of devices.
    pub presence: Arc<Presence>,
    /// Receives read markers.
    pub read_markers: Arc<ReadMarkers>,
}

impl Gateway {
    /// Returns the handle. Without `has_rate_limits` a socket may send as fast as it can.
    pub fn new(handles: Handles, sockets_per_address: usize, has_rate_limits: bool) -> Self {
        let Handles { auth, channels, cluster, delivery, messages, metrics, presence, read_markers } = handles;
        let archive_resumes = Arc::new(Semaphore::new(ARCHIVE_RESUMES_MAX));
        Self {
            auth,
            channels,
            cluster,
            delivery,
            messages,
            metrics,
            presence,
            read_markers,
            sockets_per_address,
            has_rate_limits,
            archive_resumes,
        }
    }
}

impl FromRef<Gateway> for Arc<Auth> {
    fn from_ref(gateway: &Gateway) -> Self {
        gateway.auth.clone()
    }
}
