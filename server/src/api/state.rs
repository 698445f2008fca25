//! What the calls need of the server.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::{
    accounts::Accounts, auth::Auth, channels::Channels, cluster::Cluster, delivery::Delivery, messages::Messages,
    read_markers::ReadMarkers,
};

/// The handles that the calls need. Each call takes those that it uses as `State<Arc<…>>`. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// Creates accounts and logs them in.
    pub accounts: Arc<Accounts>,
    /// Authenticates requests.
    pub auth: Arc<Auth>,
    /// Creates, lists, joins and leaves channels.
    pub channels: Arc<Channels>,
    /// Chooses the server for a socket.
    pub cluster: Arc<Cluster>,
    /// Reports the state of the partitions.
    pub delivery: Arc<Delivery>,
    /// Posts messages and reads history.
    pub messages: Arc<Messages>,
    /// Moves read markers.
    pub read_markers: Arc<ReadMarkers>,
}

macro_rules! handles {
    ($($field:ident: $handle:ty),+ $(,)?) => {$(
        impl FromRef<Api> for Arc<$handle> {
            fn from_ref(api: &Api) -> Self {
                api.$field.clone()
            }
        }
    )+};
}

handles! {
    accounts: Accounts,
    auth: Auth,
    channels: Channels,
    cluster: Cluster,
    delivery: Delivery,
    messages: Messages,
    read_markers: ReadMarkers,
}
