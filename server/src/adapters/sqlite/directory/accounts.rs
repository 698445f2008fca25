//! Accounts, and the hall that the first account creates.

use async_trait::async_trait;
use domain::{
    api::ChannelKind,
    clock::Timestamp,
    event::Account,
    ids::{AccountId, ChannelId, MessageId, SessionId},
    names::{ChannelName, Topic},
    record::Action,
};

use super::{SqliteDirectory, Tx, memberships, outbox, sessions};
use crate::{
    adapters::{
        sql::{AccountRow, account, corrupt, is_unique_violation, statements},
        sqlite::store::store,
    },
    ports::{
        StoreError,
        directory::{AccountDraft, AccountStore, ChangeError, HALL_PARTITION, Login},
    },
};

/// The stored name of the hall. The page shows a word of its own for it.
const HALL_NAME: &str = "Hall";

#[async_trait]
impl AccountStore for SqliteDirectory {
    async fn create_account(&self, draft: &AccountDraft) -> Result<Account, ChangeError> {
        let who =
            Account { id: AccountId::generate(), name: draft.name.clone(), display_name: draft.display_name.clone() };
        let mut tx = self.0.write().await?;
        let inserted = sqlx::query(
            "INSERT INTO accounts (id, name, name_key, name_skeleton, display_name, password_hash, role, created_at)
             SELECT ?, ?, ?, ?, ?, ?, CASE WHEN EXISTS (SELECT 1 FROM accounts) THEN 'member' ELSE 'owner' END, ?",
        )
        .bind(who.id.as_str())
        .bind(who.name.as_str())
        .bind(&draft.name_key)
        .bind(&draft.name_skeleton)
        .bind(who.display_name.as_str())
        .bind(&draft.password_hash)
        .bind(draft.at.millis())
        .execute(&mut *tx)
        .await;
        match inserted {
            Err(error) if is_unique_violation(&error) => return Err(ChangeError::NameTaken),
            other => other.map_err(store)?,
        };
        let hall = hall(&mut tx, &who, draft.at).await?;
        memberships::insert(&mut tx, &who.id, &hall, "member", draft.read, draft.at).await?;
        let joined = Action::Join { who: who.clone() };
        outbox::push(&mut tx, &hall, HALL_PARTITION, draft.join_id, draft.at, &joined).await?;
        tx.commit().await.map_err(store)?;
        Ok(who)
    }

    async fn login(&self, name_key: &str) -> Result<Option<Login>, StoreError> {
        let row: Option<(String, String, String, String)> = sqlx::query_as(statements::FIND_LOGIN)
            .bind(name_key)
            .fetch_optional(self.0.readers())
            .await
            .map_err(store)?;
        let login = |(id, name, display_name, password_hash)| {
            let row: AccountRow = (id, name, display_name);
            Ok(Login { account: account(row)?, password_hash })
        };
        row.map(login).transpose()
    }

    async fn set_password(&self, account: &AccountId, hash: &str, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let mut tx = self.0.write().await?;
        sqlx::query(statements::SET_PASSWORD)
            .bind(hash)
            .bind(account.as_str())
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        let ended = sessions::end_all_in(&mut tx, account, at).await?;
        tx.commit().await.map_err(store)?;
        Ok(ended)
    }

    async fn rehash(&self, account: &AccountId, verified: &str, hash: &str) -> Result<bool, StoreError> {
        let mut tx = self.0.write().await?;
        let replaced = sqlx::query(statements::REPLACE_PASSWORD)
            .bind(hash)
            .bind(account.as_str())
            .bind(verified)
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        tx.commit().await.map_err(store)?;
        Ok(replaced.rows_affected() > 0)
    }
}

/// The hall, made by the first account.
async fn hall(tx: &mut Tx, by: &Account, at: Timestamp) -> Result<ChannelId, ChangeError> {
    let there: Option<String> =
        sqlx::query_scalar(statements::FIND_HALL).fetch_optional(&mut **tx).await.map_err(store)?;
    if let Some(id) = there {
        return Ok(id.parse().map_err(corrupt)?);
    }
    let id = ChannelId::generate();
    let name = ChannelName::parse(HALL_NAME).map_err(corrupt)?;
    let topic = Topic::parse("").map_err(corrupt)?;
    // The hall's key is empty: no channel can have it, and every name stays free.
    super::channels::insert(tx, &id, ChannelKind::Hall, &name, "", &topic, HALL_PARTITION, at).await?;
    let created = Action::Create { by: by.clone(), name, topic };
    outbox::push(tx, &id, HALL_PARTITION, MessageId::generate(), at, &created).await?;
    Ok(id)
}
