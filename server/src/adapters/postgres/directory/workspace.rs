//! The workspace: a row that is there once its owner has set it up.

use domain::{
    ids::AccountId,
    names::WorkspaceName,
    workspace::{Language, SignUp, Workspace},
};

use crate::{
    adapters::{
        postgres::store::{PostgresStore, store},
        sql::corrupt,
    },
    ports::StoreError,
};

pub(super) async fn find(db: &PostgresStore) -> Result<Option<Workspace>, StoreError> {
    let row: Option<(String, String, String)> = sqlx::query_as("SELECT name, language, sign_up FROM workspace")
        .fetch_optional(db.pool())
        .await
        .map_err(store)?;
    let Some((name, language, sign_up)) = row else { return Ok(None) };
    Ok(Some(Workspace {
        name: WorkspaceName::parse(&name).map_err(corrupt)?,
        language: Language::from_list(&language).ok_or_else(|| corrupt("a language that nobody speaks"))?,
        sign_up: SignUp::from_word(&sign_up).ok_or_else(|| corrupt("a way to sign up that nobody knows"))?,
    }))
}

pub(super) async fn set(db: &PostgresStore, workspace: &Workspace) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO workspace (only_one, name, language, sign_up) VALUES (1, $1, $2, $3)
         ON CONFLICT (only_one) DO UPDATE SET name = excluded.name, language = excluded.language, sign_up = excluded.sign_up",
    )
    .bind(workspace.name.as_str())
    .bind(workspace.language.word())
    .bind(workspace.sign_up.word())
    .execute(db.pool())
    .await
    .map_err(store)?;
    Ok(())
}

pub(super) async fn is_owner(db: &PostgresStore, account: &AccountId) -> Result<bool, StoreError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts WHERE id = $1 AND role = 'owner')")
        .bind(account.as_str())
        .fetch_one(db.pool())
        .await
        .map_err(store)
}
