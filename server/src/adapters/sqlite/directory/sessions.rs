//! Sessions, and the refresh tokens of programs.

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    ids::{AccountId, SessionId},
};

use super::{SqliteDirectory, Tx};
use crate::{
    adapters::{
        sql::{account, corrupt, statements},
        sqlite::store::store,
    },
    ports::{
        StoreError,
        directory::{LiveSession, SessionDraft, SessionRow, SessionStore, Spent},
    },
};

#[async_trait]
impl SessionStore for SqliteDirectory {
    async fn open_session(&self, draft: &SessionDraft, verified: &str) -> Result<bool, StoreError> {
        let mut tx = self.0.write().await?;
        let opened = sqlx::query(
            "INSERT INTO sessions (id, account, device, address, created_at, last_used_at, expires_at)
             SELECT ?1, id, ?3, ?4, ?5, ?5, ?6 FROM accounts WHERE id = ?2 AND password_hash = ?7",
        )
        .bind(draft.id.as_str())
        .bind(draft.account.as_str())
        .bind(&draft.device)
        .bind(&draft.address)
        .bind(draft.at.millis())
        .bind(draft.expires_at.millis())
        .bind(verified)
        .execute(&mut *tx)
        .await
        .map_err(store)?;
        tx.commit().await.map_err(store)?;
        Ok(opened.rows_affected() > 0)
    }

    async fn session(&self, id: &SessionId, now: Timestamp) -> Result<Option<LiveSession>, StoreError> {
        let row: Option<(String, String, String, i64, i64)> = sqlx::query_as(statements::FIND_OPEN_SESSION)
            .bind(id.as_str())
            .bind(now.millis())
            .fetch_optional(self.0.readers())
            .await
            .map_err(store)?;
        let live = |(who, name, display_name, expires_at, last_used_at)| {
            let account = account((who, name, display_name))?;
            let (expires_at, last_used_at) = (Timestamp::from_millis(expires_at), Timestamp::from_millis(last_used_at));
            Ok(LiveSession { id: id.clone(), account, expires_at, last_used_at })
        };
        row.map(live).transpose()
    }

    async fn renew_session(&self, id: &SessionId, expires_at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        sqlx::query("UPDATE sessions SET expires_at = max(expires_at, ?) WHERE id = ? AND ended_at IS NULL")
            .bind(expires_at.millis())
            .bind(id.as_str())
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        tx.commit().await.map_err(store)
    }

    async fn sessions(&self, account: &AccountId, now: Timestamp, limit: usize) -> Result<Vec<SessionRow>, StoreError> {
        let rows: Vec<(String, String, String, i64, i64)> = sqlx::query_as(statements::LIST_OPEN_SESSIONS)
            .bind(account.as_str())
            .bind(now.millis())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(self.0.readers())
            .await
            .map_err(store)?;
        let row = |(id, device, address, created_at, last_used_at): (String, _, _, _, _)| {
            let (created_at, last_used_at) = (Timestamp::from_millis(created_at), Timestamp::from_millis(last_used_at));
            Ok(SessionRow { id: id.parse().map_err(corrupt)?, device, address, created_at, last_used_at })
        };
        rows.into_iter().map(row).collect()
    }

    async fn used_sessions(&self, uses: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        for (id, at) in uses {
            sqlx::query("UPDATE sessions SET last_used_at = max(last_used_at, ?) WHERE id = ? AND ended_at IS NULL")
                .bind(at.millis())
                .bind(id.as_str())
                .execute(&mut *tx)
                .await
                .map_err(store)?;
        }
        tx.commit().await.map_err(store)
    }

    async fn end_own_session(&self, account: &AccountId, id: &SessionId, at: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.0.write().await?;
        let ended = sqlx::query(statements::END_OWN_SESSION)
            .bind(at.millis())
            .bind(id.as_str())
            .bind(account.as_str())
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        tx.commit().await.map_err(store)?;
        Ok(ended.rows_affected() > 0)
    }

    async fn end_session(&self, id: &SessionId, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        sqlx::query(statements::END_SESSION)
            .bind(at.millis())
            .bind(id.as_str())
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        tx.commit().await.map_err(store)
    }

    async fn end_sessions(&self, account: &AccountId, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let mut tx = self.0.write().await?;
        let ended = end_all_in(&mut tx, account, at).await?;
        tx.commit().await.map_err(store)?;
        Ok(ended)
    }

    async fn issue_refresh(&self, hash: &[u8; 32], session: &SessionId, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        sqlx::query(statements::INSERT_REFRESH_TOKEN)
            .bind(hash.as_slice())
            .bind(session.as_str())
            .bind(at.millis())
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        tx.commit().await.map_err(store)
    }

    async fn spend_refresh(&self, hash: &[u8; 32], at: Timestamp) -> Result<Spent, StoreError> {
        let mut tx = self.0.write().await?;
        let row: Option<(String, Option<i64>)> =
            sqlx::query_as("SELECT session, spent_at FROM refresh_tokens WHERE hash = ?")
                .bind(hash.as_slice())
                .fetch_optional(&mut *tx)
                .await
                .map_err(store)?;
        let spent = match row {
            None => Spent::Unknown,
            Some((session, Some(spent_at))) => {
                Spent::Before(session.parse().map_err(corrupt)?, Timestamp::from_millis(spent_at))
            }
            Some((session, None)) => {
                sqlx::query("UPDATE refresh_tokens SET spent_at = ? WHERE hash = ?")
                    .bind(at.millis())
                    .bind(hash.as_slice())
                    .execute(&mut *tx)
                    .await
                    .map_err(store)?;
                Spent::Now(session.parse().map_err(corrupt)?)
            }
        };
        tx.commit().await.map_err(store)?;
        Ok(spent)
    }
}

pub(super) async fn end_all_in(tx: &mut Tx, account: &AccountId, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
    let ended: Vec<String> =
        sqlx::query_scalar("UPDATE sessions SET ended_at = ? WHERE account = ? AND ended_at IS NULL RETURNING id")
            .bind(at.millis())
            .bind(account.as_str())
            .fetch_all(&mut **tx)
            .await
            .map_err(store)?;
    ended.iter().map(|id| id.parse().map_err(corrupt)).collect()
}
