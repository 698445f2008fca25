//! The settings of the workspace, and its owner.

use async_trait::async_trait;
use domain::{ids::AccountId, workspace::Workspace};

use super::super::StoreError;

/// The settings of the workspace, and its owner.
#[async_trait]
pub trait WorkspaceStore: Send + Sync {
    /// Returns the settings; `None` until the owner has stored them.
    async fn workspace(&self) -> Result<Option<Workspace>, StoreError>;

    /// Replaces the settings.
    async fn set_workspace(&self, workspace: &Workspace) -> Result<(), StoreError>;

    /// Returns whether an account owns the workspace.
    async fn owns_workspace(&self, account: &AccountId) -> Result<bool, StoreError>;
}
