//! What the settings and the set-up show, beyond what every page begins with.

use app::boot::{SettingsBoot, WorkspaceBoot};
use domain::{
    error::ErrorCode,
    workspace::{Language, Workspace},
};

use crate::{
    auth::{Identity, log_ins},
    clock::now,
    config::SignUp,
    state::AppState,
    workspace,
};

/// What was typed into the form of the workspace and could not be taken.
#[derive(Default)]
pub struct Typed {
    /// The name.
    pub name: String,
    /// The word of its language.
    pub language: String,
    /// The word of who may sign up.
    pub sign_up: String,
}

/// The workspace as its form shows it: as it is, or with what was typed. One that has not been set up yet speaks the
/// language of its owner.
///
/// # Errors
/// [`ErrorCode::NotFound`] for anybody but its owner, [`ErrorCode::TryAgain`].
pub async fn of_workspace(
    state: &AppState,
    who: &Identity,
    typed: Option<Typed>,
    language: Option<Language>,
) -> Result<WorkspaceBoot, ErrorCode> {
    if !workspace::is_owner(state, &who.account).await? {
        return Err(ErrorCode::NotFound);
    }
    let is_closed_by_operator = state.config.sign_up == SignUp::Closed;
    if let Some(Typed { name, language, sign_up }) = typed {
        return Ok(WorkspaceBoot { name, language, sign_up, is_closed_by_operator });
    }
    let now = state
        .directory
        .workspace()
        .await
        .map_err(state.metrics.directory_failed())?
        .unwrap_or_else(|| Workspace { language: language.unwrap_or_default(), ..Workspace::default() });
    Ok(WorkspaceBoot {
        name: now.name.as_str().to_owned(),
        language: now.language.word().to_owned(),
        sign_up: now.sign_up.word().to_owned(),
        is_closed_by_operator,
    })
}

/// The settings of somebody.
///
/// # Errors
/// [`ErrorCode::TryAgain`].
pub async fn settings(
    state: &AppState,
    who: &Identity,
    typed: Option<Typed>,
    language: Option<Language>,
) -> Result<SettingsBoot, ErrorCode> {
    let sessions = log_ins::sessions(state, who).await?;
    let workspace = match of_workspace(state, who, typed, language).await {
        Err(ErrorCode::NotFound) => None,
        other => Some(other?),
    };
    Ok(SettingsBoot { sessions, now: now(), workspace })
}
