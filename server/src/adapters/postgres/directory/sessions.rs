//! Sessions, and the refresh tokens of programs.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    ids::{AccountId, SessionId},
};
use sqlx::{PgExecutor, postgres::PgQueryResult};

use super::PostgresDirectory;
use crate::{
    adapters::{
        postgres::store::{bounded, store},
        sql::{account, corrupt, statements},
    },
    ports::{
        StoreError,
        directory::{LiveSession, SessionDraft, SessionRow, SessionStore, Spent},
    },
};

#[async_trait]
impl SessionStore for PostgresDirectory {
    // Locks the account's row, so that a new password waits until the session can be seen and ended, or this waits for the new password.
    async fn open_session(&self, draft: &SessionDraft, verified: &str) -> Result<bool, StoreError> {
        bounded(async {
            let opened = sqlx::query(
                "INSERT INTO sessions (id, account, device, address, created_at, last_used_at, expires_at)
                 SELECT $1, id, $3, $4, $5, $5, $6 FROM accounts WHERE id = $2 AND password_hash = $7 FOR SHARE",
            )
            .bind(draft.id.as_str())
            .bind(draft.account.as_str())
            .bind(&draft.device)
            .bind(&draft.address)
            .bind(draft.at.millis())
            .bind(draft.expires_at.millis())
            .bind(verified)
            .execute(self.0.pool())
            .await
            .map_err(store)?;
            Ok(opened.rows_affected() > 0)
        })
        .await
    }

    async fn session(&self, id: &SessionId, now: Timestamp) -> Result<Option<LiveSession>, StoreError> {
        bounded(async {
            let row: Option<(String, String, String, i64, i64)> = sqlx::query_as(statements::FIND_OPEN_SESSION)
                .bind(id.as_str())
                .bind(now.millis())
                .fetch_optional(self.0.pool())
                .await
                .map_err(store)?;
            let live = |(who, name, display_name, expires_at, last_used_at)| {
                let account = account((who, name, display_name))?;
                let (expires_at, last_used_at) =
                    (Timestamp::from_millis(expires_at), Timestamp::from_millis(last_used_at));
                Ok(LiveSession { id: id.clone(), account, expires_at, last_used_at })
            };
            row.map(live).transpose()
        })
        .await
    }

    async fn renew_session(&self, id: &SessionId, expires_at: Timestamp) -> Result<(), StoreError> {
        bounded(async {
            sqlx::query("UPDATE sessions SET expires_at = greatest(expires_at, $1) WHERE id = $2 AND ended_at IS NULL")
                .bind(expires_at.millis())
                .bind(id.as_str())
                .execute(self.0.pool())
                .await
                .map_err(store)?;
            Ok(())
        })
        .await
    }

    async fn sessions(&self, account: &AccountId, now: Timestamp, limit: usize) -> Result<Vec<SessionRow>, StoreError> {
        bounded(async {
            let rows: Vec<(String, String, String, i64, i64)> = sqlx::query_as(statements::LIST_OPEN_SESSIONS)
                .bind(account.as_str())
                .bind(now.millis())
                .bind(i64::try_from(limit).unwrap_or(i64::MAX))
                .fetch_all(self.0.pool())
                .await
                .map_err(store)?;
            let row = |(id, device, address, created_at, last_used_at): (String, _, _, _, _)| {
                let (created_at, last_used_at) =
                    (Timestamp::from_millis(created_at), Timestamp::from_millis(last_used_at));
                Ok(SessionRow { id: id.parse().map_err(corrupt)?, device, address, created_at, last_used_at })
            };
            rows.into_iter().map(row).collect()
        })
        .await
    }

    // All of them in one statement, which locks the rows in their order before it writes the first.
    async fn used_sessions(&self, uses: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        bounded(async {
            let mut latest: BTreeMap<&str, i64> = BTreeMap::new();
            for (id, at) in uses {
                let noted = latest.entry(id.as_str()).or_insert(at.millis());
                *noted = (*noted).max(at.millis());
            }
            let (ids, times): (Vec<&str>, Vec<i64>) = latest.into_iter().unzip();
            sqlx::query(
                "WITH uses AS (
                     SELECT s.id, t.at FROM sessions s JOIN unnest($1::text[], $2::bigint[]) AS t (id, at) USING (id)
                     WHERE s.ended_at IS NULL AND s.last_used_at < t.at ORDER BY s.id FOR NO KEY UPDATE OF s
                 )
                 UPDATE sessions s SET last_used_at = uses.at FROM uses
                 WHERE s.id = uses.id AND s.ended_at IS NULL AND s.last_used_at < uses.at",
            )
            .bind(ids)
            .bind(times)
            .execute(self.0.pool())
            .await
            .map_err(store)?;
            Ok(())
        })
        .await
    }

    async fn end_own_session(&self, account: &AccountId, id: &SessionId, at: Timestamp) -> Result<bool, StoreError> {
        bounded(async {
            let ended: PgQueryResult = sqlx::query(statements::END_OWN_SESSION)
                .bind(at.millis())
                .bind(id.as_str())
                .bind(account.as_str())
                .execute(self.0.pool())
                .await
                .map_err(store)?;
            Ok(ended.rows_affected() > 0)
        })
        .await
    }

    async fn end_session(&self, id: &SessionId, at: Timestamp) -> Result<(), StoreError> {
        bounded(async {
            sqlx::query(statements::END_SESSION)
                .bind(at.millis())
                .bind(id.as_str())
                .execute(self.0.pool())
                .await
                .map_err(store)?;
            Ok(())
        })
        .await
    }

    async fn end_sessions(&self, account: &AccountId, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        bounded(end_all(self.0.pool(), account, at)).await
    }

    async fn issue_refresh(&self, hash: &[u8; 32], session: &SessionId, at: Timestamp) -> Result<(), StoreError> {
        bounded(async {
            sqlx::query(statements::INSERT_REFRESH_TOKEN)
                .bind(hash.as_slice())
                .bind(session.as_str())
                .bind(at.millis())
                .execute(self.0.pool())
                .await
                .map_err(store)?;
            Ok(())
        })
        .await
    }

    // Of several calls at once, the lock of the row lets one be the first; the others find the token spent.
    async fn spend_refresh(&self, hash: &[u8; 32], at: Timestamp) -> Result<Spent, StoreError> {
        bounded(async {
            let now: Option<String> = sqlx::query_scalar(
                "UPDATE refresh_tokens SET spent_at = $1 WHERE hash = $2 AND spent_at IS NULL RETURNING session",
            )
            .bind(at.millis())
            .bind(hash.as_slice())
            .fetch_optional(self.0.pool())
            .await
            .map_err(store)?;
            if let Some(session) = now {
                return Ok(Spent::Now(session.parse().map_err(corrupt)?));
            }
            let before: Option<(String, i64)> =
                sqlx::query_as("SELECT session, spent_at FROM refresh_tokens WHERE hash = $1 AND spent_at IS NOT NULL")
                    .bind(hash.as_slice())
                    .fetch_optional(self.0.pool())
                    .await
                    .map_err(store)?;
            let spent = |(session, at): (String, i64)| {
                Ok(Spent::Before(session.parse().map_err(corrupt)?, Timestamp::from_millis(at)))
            };
            before.map_or(Ok(Spent::Unknown), spent)
        })
        .await
    }
}

/// Locks the rows in their order before it writes the first, as the method that notes the last uses does.
pub(super) async fn end_all(
    db: impl PgExecutor<'_>,
    account: &AccountId,
    at: Timestamp,
) -> Result<Vec<SessionId>, StoreError> {
    let ended: Vec<String> = sqlx::query_scalar(
        "WITH live AS (
             SELECT id FROM sessions WHERE account = $2 AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE
         )
         UPDATE sessions s SET ended_at = $1 FROM live WHERE s.id = live.id AND s.ended_at IS NULL RETURNING s.id",
    )
    .bind(at.millis())
    .bind(account.as_str())
    .fetch_all(db)
    .await
    .map_err(store)?;
    ended.iter().map(|id| id.parse().map_err(corrupt)).collect()
}
