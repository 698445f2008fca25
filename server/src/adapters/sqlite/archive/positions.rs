//! How far partitions have been projected, and how the archive is made to fit another log.

use crate::{
    adapters::{
        sql::{fixed, statements},
        sqlite::store::{SqliteStore, Tx, store},
    },
    clock::now,
    ports::{
        StoreError,
        archive::{Checksum, LogReplacement, Position, ReplaceLogError},
        event_log::Partition,
    },
};

pub(super) async fn positions(db: &SqliteStore) -> Result<Vec<Position>, StoreError> {
    let rows: Vec<(Partition, u32, i64, Option<Vec<u8>>)> =
        sqlx::query_as(statements::LIST_POSITIONS).fetch_all(db.readers()).await.map_err(store)?;
    let position = |(partition, generation, next, checksum): (_, _, i64, Option<Vec<u8>>)| {
        let checksum = checksum.map(|bytes| fixed(&bytes).map(Checksum)).transpose()?;
        Ok(Position { partition, generation, next: next as u64, checksum })
    };
    rows.into_iter().map(position).collect()
}

pub(super) async fn replace_log(db: &SqliteStore, replacement: &LogReplacement) -> Result<(), ReplaceLogError> {
    let mut tx = db.write().await?;
    let holder: Option<String> = sqlx::query_scalar(
        "SELECT lease_holder FROM projections WHERE lease_holder IS NOT NULL AND lease_until >= ? LIMIT 1",
    )
    .bind(now().millis())
    .fetch_optional(&mut *tx)
    .await
    .map_err(store)?;
    if let Some(holder) = holder {
        return Err(ReplaceLogError::InUse(holder));
    }
    match replacement {
        LogReplacement::NewLog { generation, starts } => begin_new_log(&mut tx, *generation, starts).await?,
        LogReplacement::Truncated(places) => {
            for (partition, next) in places {
                sqlx::query(
                    "UPDATE projections SET next_offset = ?1, checksum = NULL WHERE partition = ?2 AND next_offset < ?1",
                )
                .bind(*next as i64)
                .bind(partition)
                .execute(&mut *tx)
                .await
                .map_err(store)?;
            }
        }
    }
    tx.commit().await.map_err(store)?;
    Ok(())
}

async fn begin_new_log(tx: &mut Tx, generation: u32, starts: &[u64]) -> Result<(), ReplaceLogError> {
    let newest: Option<u32> =
        sqlx::query_scalar("SELECT max(generation) FROM projections").fetch_one(&mut **tx).await.map_err(store)?;
    if newest.is_some_and(|newest| newest >= generation) {
        return Err(ReplaceLogError::Later(generation));
    }
    for delete in ["DELETE FROM projections", "DELETE FROM window_entries"] {
        sqlx::query(delete).execute(&mut **tx).await.map_err(store)?;
    }
    for (partition, start) in (0..).zip(starts) {
        let partition: Partition = partition;
        sqlx::query("INSERT INTO projections (partition, generation, next_offset, window_floor) VALUES (?, ?, ?, 0)")
            .bind(partition)
            .bind(generation)
            .bind(*start as i64)
            .execute(&mut **tx)
            .await
            .map_err(store)?;
    }
    sqlx::query(statements::REPARTITION_HEADS).bind(starts.len() as i64).execute(&mut **tx).await.map_err(store)?;
    Ok(())
}
