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

use super::{PostgresDirectory, Tx, memberships, outbox, sessions};
use crate::{
    adapters::{
        postgres::store::{bounded, store},
        sql::{account, corrupt, is_unique_violation, statements},
    },
    ports::{
        StoreError,
        directory::{AccountDraft, AccountStore, ChangeError, HALL_PARTITION, Login},
    },
};

/// The stored name of the hall. The page shows a word of its own for it.
const HALL_NAME: &str = "Hall";
/// The advisory lock that the first account takes: "jimmy" in ASCII. Only sqlx takes another one, while it changes the schema.
const FIRST_ACCOUNT_LOCK: i64 = 0x006a_696d_6d79;

#[async_trait]
impl AccountStore for PostgresDirectory {
    async fn create_account(&self, draft: &AccountDraft) -> Result<Account, ChangeError> {
        bounded(async {
            let who = Account {
                id: AccountId::generate(),
                name: draft.name.clone(),
                display_name: draft.display_name.clone(),
            };
            let mut tx = self.0.write().await?;
            let mut hall = find_hall(&mut tx).await?;
            if hall.is_none() {
                // Of several first accounts, one creates the hall, and the others find it.
                sqlx::query("SELECT pg_advisory_xact_lock($1)")
                    .bind(FIRST_ACCOUNT_LOCK)
                    .execute(&mut *tx)
                    .await
                    .map_err(store)?;
                hall = find_hall(&mut tx).await?;
            }
            let inserted = sqlx::query(
                "INSERT INTO accounts (id, name, name_key, name_skeleton, display_name, password_hash, role, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(who.id.as_str())
            .bind(who.name.as_str())
            .bind(&draft.name_key)
            .bind(&draft.name_skeleton)
            .bind(who.display_name.as_str())
            .bind(&draft.password_hash)
            .bind(if hall.is_none() { "owner" } else { "member" })
            .bind(draft.at.millis())
            .execute(&mut *tx)
            .await;
            match inserted {
                Err(error) if is_unique_violation(&error) => return Err(ChangeError::NameTaken),
                other => other.map_err(store)?,
            };
            let hall = match hall {
                Some(hall) => hall,
                None => create_hall(&mut tx, &who, draft.at).await?,
            };
            memberships::insert(&mut tx, &who.id, &hall, "member", draft.read, draft.at).await?;
            let joined = Action::Join { who: who.clone() };
            outbox::push(&mut tx, &hall, HALL_PARTITION, draft.join_id, draft.at, &joined).await?;
            tx.commit().await.map_err(store)?;
            Ok(who)
        })
        .await
    }

    async fn login(&self, name_key: &str) -> Result<Option<Login>, StoreError> {
        bounded(async {
            let row: Option<(String, String, String, String)> = sqlx::query_as(statements::FIND_LOGIN)
                .bind(name_key)
                .fetch_optional(self.0.pool())
                .await
                .map_err(store)?;
            let login = |(id, name, display_name, password_hash)| {
                Ok(Login { account: account((id, name, display_name))?, password_hash })
            };
            row.map(login).transpose()
        })
        .await
    }

    async fn set_password(&self, account: &AccountId, hash: &str, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        bounded(async {
            let mut tx = self.0.write().await?;
            sqlx::query(statements::SET_PASSWORD)
                .bind(hash)
                .bind(account.as_str())
                .execute(&mut *tx)
                .await
                .map_err(store)?;
            let ended = sessions::end_all(&mut *tx, account, at).await?;
            tx.commit().await.map_err(store)?;
            Ok(ended)
        })
        .await
    }

    async fn rehash(&self, account: &AccountId, verified: &str, hash: &str) -> Result<bool, StoreError> {
        bounded(async {
            let replaced = sqlx::query(statements::REPLACE_PASSWORD)
                .bind(hash)
                .bind(account.as_str())
                .bind(verified)
                .execute(self.0.pool())
                .await
                .map_err(store)?;
            Ok(replaced.rows_affected() > 0)
        })
        .await
    }
}

async fn find_hall(tx: &mut Tx) -> Result<Option<ChannelId>, StoreError> {
    let id: Option<String> =
        sqlx::query_scalar(statements::FIND_HALL).fetch_optional(&mut **tx).await.map_err(store)?;
    id.map(|id| id.parse().map_err(corrupt)).transpose()
}

async fn create_hall(tx: &mut Tx, by: &Account, at: Timestamp) -> Result<ChannelId, ChangeError> {
    let id = ChannelId::generate();
    let name = ChannelName::parse(HALL_NAME).map_err(corrupt)?;
    let topic = Topic::parse("").map_err(corrupt)?;
    // The hall's key is empty: no channel can have it, and every name stays free.
    super::channels::insert(tx, &id, ChannelKind::Hall, &name, "", &topic, HALL_PARTITION, at).await?;
    let created = Action::Create { by: by.clone(), name, topic };
    outbox::push(tx, &id, HALL_PARTITION, MessageId::generate(), at, &created).await?;
    Ok(id)
}
