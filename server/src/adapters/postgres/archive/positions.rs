//! How far partitions have been projected, and how the archive is made to fit another log.

use super::state::take_time;
use crate::{
    adapters::{
        postgres::store::{PostgresStore, Tx, partition_of, store},
        sql::{corrupt, fixed, statements},
    },
    ports::{
        StoreError,
        archive::{Checksum, LogReplacement, Position, ReplaceLogError},
    },
};

type PositionRow = (i64, i64, i64, Option<Vec<u8>>);

pub(super) async fn positions(db: &PostgresStore) -> Result<Vec<Position>, StoreError> {
    let rows: Vec<PositionRow> =
        sqlx::query_as(statements::LIST_POSITIONS).fetch_all(db.pool()).await.map_err(store)?;
    let position = |(partition, generation, next, checksum): PositionRow| {
        let checksum = checksum.map(|bytes| fixed(&bytes).map(Checksum)).transpose()?;
        let generation = u32::try_from(generation).map_err(corrupt)?;
        Ok(Position { partition: partition_of(partition)?, generation, next: next as u64, checksum })
    };
    rows.into_iter().map(position).collect()
}

pub(super) async fn replace_log(db: &PostgresStore, replacement: &LogReplacement) -> Result<(), ReplaceLogError> {
    let mut tx = db.write().await?;
    take_time(&mut tx).await?;
    // The rows are locked until the commit: no server takes a lease or writes in between.
    let rows: Vec<(i64, Option<String>, bool)> = sqlx::query_as(
        "SELECT generation, lease_holder, lease_until >= now() FROM projections ORDER BY partition FOR UPDATE",
    )
    .fetch_all(&mut *tx)
    .await
    .map_err(store)?;
    let holder = rows.iter().find_map(|(_, holder, holds)| holder.as_ref().filter(|_| *holds));
    if let Some(holder) = holder {
        return Err(ReplaceLogError::InUse(holder.clone()));
    }
    match replacement {
        LogReplacement::NewLog { generation, starts } => {
            if rows.iter().any(|(newest, ..)| *newest >= i64::from(*generation)) {
                return Err(ReplaceLogError::Later(*generation));
            }
            begin_new_log(&mut tx, *generation, starts).await?;
        }
        LogReplacement::Truncated(places) => {
            sqlx::query(
                "UPDATE projections SET next_offset = places.next, checksum = NULL
                 FROM unnest($1::bigint[], $2::bigint[]) AS places (partition, next)
                 WHERE projections.partition = places.partition AND next_offset < places.next",
            )
            .bind(places.iter().map(|(partition, _)| i64::from(*partition)).collect::<Vec<_>>())
            .bind(places.iter().map(|(_, next)| *next as i64).collect::<Vec<_>>())
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        }
    }
    tx.commit().await.map_err(store)?;
    Ok(())
}

async fn begin_new_log(tx: &mut Tx, generation: u32, starts: &[u64]) -> Result<(), StoreError> {
    for delete in ["DELETE FROM projections", "DELETE FROM window_entries"] {
        sqlx::query(delete).execute(&mut **tx).await.map_err(store)?;
    }
    sqlx::query(
        "INSERT INTO projections (partition, generation, next_offset, window_floor)
         SELECT number - 1, $1, start, 0 FROM unnest($2::bigint[]) WITH ORDINALITY AS starts (start, number)",
    )
    .bind(i64::from(generation))
    .bind(starts.iter().map(|start| *start as i64).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await
    .map_err(store)?;
    sqlx::query(statements::REPARTITION_HEADS).bind(starts.len() as i64).execute(&mut **tx).await.map_err(store)?;
    Ok(())
}
