//! The workspace: its name, its language, and whether sign-up is open.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    error::ErrorCode,
    event::Account,
    workspace::{SignUp, Workspace as Settings},
};
use parking_lot::Mutex;

use crate::{metrics::Metrics, ports::Directory};

/// Age up to which the settings are served from memory. A change on another server shows after this time.
const FRESH: Duration = Duration::from_secs(5);

/// The settings of the workspace, cached because every page shows some of them.
pub struct Workspace {
    directory: Arc<dyn Directory>,
    /// The operator's permission; the owner's is in the settings. Sign-up is open when both give it.
    operator_allows_sign_up: bool,
    last: Mutex<Option<(Instant, Settings)>>,
    metrics: Arc<Metrics>,
}

impl Workspace {
    /// Returns the handle with nothing cached.
    pub fn new(directory: Arc<dyn Directory>, operator_allows_sign_up: bool, metrics: Arc<Metrics>) -> Self {
        Self { directory, operator_allows_sign_up, last: Mutex::default(), metrics }
    }

    /// Returns the settings. While the directory does not answer, the last answer stays valid.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`] without an earlier answer.
    pub async fn get(&self) -> Result<Settings, ErrorCode> {
        let last = self.last.lock().clone();
        if let Some((asked, settings)) = &last
            && asked.elapsed() < FRESH
        {
            return Ok(settings.clone());
        }
        match self.directory.workspace().await {
            Ok(settings) => {
                let settings = settings.unwrap_or_default();
                *self.last.lock() = Some((Instant::now(), settings.clone()));
                Ok(settings)
            }
            Err(error) => {
                let code = self.metrics.directory_failed()(error);
                last.map(|(_, settings)| settings).ok_or(code)
            }
        }
    }

    /// Returns the stored settings; `None` before the owner has set the workspace up.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub(crate) async fn stored(&self) -> Result<Option<Settings>, ErrorCode> {
        self.directory.workspace().await.map_err(self.metrics.directory_failed())
    }

    /// Returns whether the operator lets the owner open sign-up.
    pub(crate) fn operator_allows_sign_up(&self) -> bool {
        self.operator_allows_sign_up
    }

    /// Returns whether visitors may create accounts: when both the operator and the owner permit it.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub async fn is_sign_up_open(&self) -> Result<bool, ErrorCode> {
        Ok(self.operator_allows_sign_up && self.get().await?.sign_up == SignUp::Open)
    }

    /// Returns whether a user owns the workspace.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`].
    pub async fn is_owner(&self, who: &Account) -> Result<bool, ErrorCode> {
        self.directory.owns_workspace(&who.id).await.map_err(self.metrics.directory_failed())
    }

    /// Changes the settings, for the owner alone.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for other users, [`ErrorCode::TryAgain`].
    pub async fn change(&self, who: &Account, settings: Settings) -> Result<(), ErrorCode> {
        if !self.is_owner(who).await? {
            return Err(ErrorCode::NotFound);
        }
        self.directory.set_workspace(&settings).await.map_err(self.metrics.directory_failed())?;
        *self.last.lock() = Some((Instant::now(), settings));
        tracing::info!(account = %who.id, "workspace settings changed");
        Ok(())
    }
}
