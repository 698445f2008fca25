//! What pages need of the server.

use std::sync::Arc;

use axum::extract::FromRef;

use super::{drafts::Drafts, site::Site};
use crate::{accounts::Accounts, auth::Auth, channels::Channels, messages::Messages, workspace::Workspace};

/// Renders pages and handles their forms. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    pub(super) accounts: Arc<Accounts>,
    pub(super) auth: Arc<Auth>,
    pub(super) channels: Arc<Channels>,
    pub(super) messages: Arc<Messages>,
    pub(super) workspace: Arc<Workspace>,
    pub(super) site: Arc<Site>,
    pub(super) drafts: Arc<Drafts>,
}

impl Pages {
    /// Returns the handle without drafts.
    pub fn new(
        accounts: Arc<Accounts>,
        auth: Arc<Auth>,
        channels: Arc<Channels>,
        messages: Arc<Messages>,
        workspace: Arc<Workspace>,
        site: Site,
    ) -> Self {
        Self { accounts, auth, channels, messages, workspace, site: Arc::new(site), drafts: Arc::default() }
    }
}

impl FromRef<Pages> for Arc<Auth> {
    fn from_ref(pages: &Pages) -> Self {
        pages.auth.clone()
    }
}
