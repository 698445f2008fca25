//! What the routes share: one handle for each feature.

use std::sync::Arc;

use axum::extract::FromRef;
use tokio::sync::Semaphore;

use crate::{
    accounts::Accounts,
    auth::Auth,
    channels::{Channels, Outbox},
    cluster::Cluster,
    config::Config,
    delivery::{Delivery, Hub},
    messages::Messages,
    metrics::Metrics,
    pages::Pages,
    ports::Directory,
    presence::Board,
    workspace::Workspace,
};

/// The handles of all features. Cheap to clone. A handler takes the handles that it needs as `State<Arc<…>>`.
#[derive(Clone)]
pub struct AppState {
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) delivery: Arc<Delivery>,
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) auth: Arc<Auth>,
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) channels: Arc<Channels>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) messages: Arc<Messages>,
    pub(crate) pages: Arc<Pages>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) presence: Arc<Board>,
    // The rest moves into handles: of channels and the gateway.
    pub(crate) hub: Arc<Hub>,
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) resume_turns: Arc<Semaphore>,
}

macro_rules! handles {
    ($($field:ident: $handle:ty),+ $(,)?) => {$(
        impl FromRef<AppState> for Arc<$handle> {
            fn from_ref(state: &AppState) -> Self {
                state.$field.clone()
            }
        }
    )+};
}

handles! {
    delivery: Delivery,
    cluster: Cluster,
    auth: Auth,
    workspace: Workspace,
    channels: Channels,
    accounts: Accounts,
    messages: Messages,
    pages: Pages,
}
