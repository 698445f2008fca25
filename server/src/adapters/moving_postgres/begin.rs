//! Whether a move may begin here, and that it has begun.

use domain::ids::ChannelId;
use sqlx::PgConnection;

use super::PostgresTarget;
use crate::{
    adapters::{postgres::store, sql::corrupt},
    ports::moving::{BeginError, Move},
};

impl PostgresTarget {
    /// Nothing is changed.
    pub(super) async fn look_whose(&self, source: &ChannelId) -> Result<(), BeginError> {
        let mut db = self.0.pool().acquire().await.map_err(store)?;
        let begun: Option<String> =
            sqlx::query_scalar("SELECT source FROM migration").fetch_optional(&mut *db).await.map_err(store)?;
        match begun {
            Some(begun) if begun == source.as_str() => Ok(()),
            Some(_) => Err(BeginError::Occupied),
            None => is_empty(&mut db).await,
        }
    }

    /// Whoever comes second waits for the first.
    pub(super) async fn begin_or_go_on(&self, wanted: &Move) -> Result<Move, BeginError> {
        let mut tx = self.0.write().await?;
        sqlx::query("LOCK TABLE migration IN EXCLUSIVE MODE").execute(&mut *tx).await.map_err(store)?;
        let begun: Option<(String, i64, i64, bool)> =
            sqlx::query_as("SELECT source, generation, partitions, finished_at IS NOT NULL FROM migration")
                .fetch_optional(&mut *tx)
                .await
                .map_err(store)?;
        if let Some((source, generation, partitions, is_finished)) = begun {
            let source = source.parse().map_err(corrupt)?;
            let generation = u32::try_from(generation).map_err(corrupt)?;
            let partitions = u32::try_from(partitions).map_err(corrupt)?;
            return match source == wanted.source {
                true => Ok(Move { source, generation, partitions, is_finished }),
                false => Err(BeginError::Occupied),
            };
        }
        is_empty(&mut tx).await?;
        sqlx::query("INSERT INTO migration (only_one, source, generation, partitions) VALUES (1, $1, $2, $3)")
            .bind(wanted.source.as_str())
            .bind(i64::from(wanted.generation))
            .bind(i64::from(wanted.partitions))
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        tx.commit().await.map_err(store)?;
        Ok(Move { is_finished: false, ..wanted.clone() })
    }
}

/// Nobody has written anything here.
async fn is_empty(db: &mut PgConnection) -> Result<(), BeginError> {
    let is_occupied: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM accounts) OR EXISTS (SELECT 1 FROM workspace)
             OR EXISTS (SELECT 1 FROM events) OR EXISTS (SELECT 1 FROM projections)",
    )
    .fetch_one(db)
    .await
    .map_err(store)?;
    if is_occupied { Err(BeginError::Occupied) } else { Ok(()) }
}
