//! The settings of the workspace: one row, once the owner has stored them.

use async_trait::async_trait;
use domain::{
    ids::AccountId,
    names::WorkspaceName,
    workspace::{Language, SignUp, Workspace},
};

use super::SqliteDirectory;
use crate::{
    adapters::{
        sql::{corrupt, statements},
        sqlite::store::store,
    },
    ports::{StoreError, directory::WorkspaceStore},
};

#[async_trait]
impl WorkspaceStore for SqliteDirectory {
    async fn workspace(&self) -> Result<Option<Workspace>, StoreError> {
        let row: Option<(String, String, String)> =
            sqlx::query_as(statements::READ_WORKSPACE).fetch_optional(self.0.readers()).await.map_err(store)?;
        let Some((name, language, sign_up)) = row else { return Ok(None) };
        Ok(Some(Workspace {
            name: WorkspaceName::parse(&name).map_err(corrupt)?,
            language: Language::from_list(&language).ok_or_else(|| corrupt("an unknown language"))?,
            sign_up: SignUp::from_word(&sign_up).ok_or_else(|| corrupt("an unknown rule for signing up"))?,
        }))
    }

    async fn set_workspace(&self, workspace: &Workspace) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        sqlx::query(statements::WRITE_WORKSPACE)
            .bind(workspace.name.as_str())
            .bind(workspace.language.word())
            .bind(workspace.sign_up.word())
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        tx.commit().await.map_err(store)
    }

    async fn owns_workspace(&self, account: &AccountId) -> Result<bool, StoreError> {
        sqlx::query_scalar(statements::IS_WORKSPACE_OWNER)
            .bind(account.as_str())
            .fetch_one(self.0.readers())
            .await
            .map_err(store)
    }
}
