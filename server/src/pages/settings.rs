//! The data of the settings page and the set-up page, beyond what every page has.

use app::boot::{SettingsBoot, WorkspaceBoot};
use domain::{
    error::ErrorCode,
    workspace::{Language, Workspace},
};

use super::state::Pages;
use crate::{auth::Identity, clock::now};

/// What was typed into the workspace's form and was refused.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) language: String,
    pub(super) sign_up: String,
}

/// Returns the content of the workspace's form: the stored settings, or what was typed. Before the set-up its language is the
/// owner's.
///
/// # Errors
/// [`ErrorCode::NotFound`] for users other than the owner, [`ErrorCode::TryAgain`].
pub(super) async fn of_workspace(
    pages: &Pages,
    who: &Identity,
    typed: Option<Typed>,
    language: Option<Language>,
) -> Result<WorkspaceBoot, ErrorCode> {
    if !pages.workspace.is_owner(&who.account).await? {
        return Err(ErrorCode::NotFound);
    }
    let is_closed_by_operator = !pages.workspace.operator_allows_sign_up();
    if let Some(Typed { name, language, sign_up }) = typed {
        return Ok(WorkspaceBoot { name, language, sign_up, is_closed_by_operator });
    }
    let stored = pages.workspace.stored().await?;
    let now = stored.unwrap_or_else(|| Workspace { language: language.unwrap_or_default(), ..Workspace::default() });
    Ok(WorkspaceBoot {
        name: now.name.as_str().to_owned(),
        language: now.language.word().to_owned(),
        sign_up: now.sign_up.word().to_owned(),
        is_closed_by_operator,
    })
}

/// Returns the content of a user's settings page.
///
/// # Errors
/// [`ErrorCode::TryAgain`].
pub(super) async fn settings(
    pages: &Pages,
    who: &Identity,
    typed: Option<Typed>,
    language: Option<Language>,
) -> Result<SettingsBoot, ErrorCode> {
    let sessions = pages.auth.session_tokens.list(who).await?;
    let workspace = match of_workspace(pages, who, typed, language).await {
        Err(ErrorCode::NotFound) => None,
        other => Some(other?),
    };
    Ok(SettingsBoot { sessions, now: now(), workspace })
}
