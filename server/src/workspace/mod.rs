//! What everybody has in common: the workspace's name, its language, and who may sign up. Every page shows some of it, so
//! it is remembered for a moment.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::{error::ErrorCode, event::Account, workspace, workspace::Workspace};

use crate::{config, metrics::Metrics, ports::Directory, state::AppState};

/// How old an answer may be: what another server has changed shows after so long.
const FRESH: Duration = Duration::from_secs(5);

/// The workspace, as it was asked for lately.
pub struct Remembered {
    directory: Arc<dyn Directory>,
    last: Mutex<Option<(Instant, Workspace)>>,
    metrics: Arc<Metrics>,
}

impl Remembered {
    /// Nothing asked yet.
    pub fn new(directory: Arc<dyn Directory>, metrics: Arc<Metrics>) -> Self {
        Self { directory, last: Mutex::default(), metrics }
    }

    /// The workspace. While the directory does not answer, what was known before stays good.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`] when nothing was known before.
    pub async fn get(&self) -> Result<Workspace, ErrorCode> {
        let last = self.lock().clone();
        if let Some((asked, workspace)) = &last
            && asked.elapsed() < FRESH
        {
            return Ok(workspace.clone());
        }
        match self.directory.workspace().await {
            Ok(workspace) => {
                let workspace = workspace.unwrap_or_default();
                *self.lock() = Some((Instant::now(), workspace.clone()));
                Ok(workspace)
            }
            Err(error) => {
                let code = self.metrics.directory_failed()(error);
                last.map(|(_, workspace)| workspace).ok_or(code)
            }
        }
    }

    async fn set(&self, workspace: Workspace) -> Result<(), ErrorCode> {
        self.directory.set_workspace(&workspace).await.map_err(self.metrics.directory_failed())?;
        *self.lock() = Some((Instant::now(), workspace));
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Workspace)>> {
        // What is held is replaced whole: a panic elsewhere leaves nothing half-done in it.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether anybody may make an account: only if both the operator and the workspace's owner say so.
///
/// # Errors
/// [`ErrorCode::TryAgain`].
pub async fn is_open(state: &AppState) -> Result<bool, ErrorCode> {
    Ok(state.config.sign_up == config::SignUp::Open && state.workspace.get().await?.sign_up == workspace::SignUp::Open)
}

/// Whether somebody owns the workspace.
///
/// # Errors
/// [`ErrorCode::TryAgain`].
pub async fn is_owner(state: &AppState, who: &Account) -> Result<bool, ErrorCode> {
    state.directory.owns_workspace(&who.id).await.map_err(state.metrics.directory_failed())
}

/// Changes the workspace, for its owner alone.
///
/// # Errors
/// [`ErrorCode::NotFound`] for anybody else, [`ErrorCode::TryAgain`].
pub async fn change(state: &AppState, who: &Account, workspace: Workspace) -> Result<(), ErrorCode> {
    if !is_owner(state, who).await? {
        return Err(ErrorCode::NotFound);
    }
    state.workspace.set(workspace).await?;
    tracing::info!(account = %who.id, "the workspace was set up");
    Ok(())
}
