//! Changes whose events are not in the log's order yet.

use domain::{
    clock::Timestamp,
    ids::{ChannelId, MessageId},
    record::Action,
};

use super::Tx;
use crate::{
    adapters::{
        sql::corrupt,
        sqlite::store::{SqliteStore, store},
    },
    clock::now,
    ports::{StoreError, directory::OutboxRow, event_log::Partition},
};

/// In the transaction of the change itself: either both are there or neither.
pub(super) async fn push(
    tx: &mut Tx,
    channel: &ChannelId,
    partition: Partition,
    id: MessageId,
    at: Timestamp,
    action: &Action,
) -> Result<(), StoreError> {
    let action = serde_json::to_string(action).map_err(corrupt)?;
    sqlx::query("INSERT INTO outbox (channel, partition, id, at, action) VALUES (?, ?, ?, ?, ?)")
        .bind(channel.as_str())
        .bind(partition)
        .bind(id.to_string())
        .bind(at.millis())
        .bind(action)
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    Ok(())
}

pub(super) async fn waiting(db: &SqliteStore, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
    let rows: Vec<(i64, String, Partition, String, i64, String)> = sqlx::query_as(
        "SELECT seq, channel, partition, id, at, action FROM outbox
         WHERE seq IN (SELECT min(seq) FROM outbox GROUP BY channel) ORDER BY seq LIMIT ?",
    )
    .bind(limit as i64)
    .fetch_all(db.readers())
    .await
    .map_err(store)?;
    let row = |(seq, channel, partition, id, at, action): (i64, String, Partition, String, i64, String)| {
        Ok(OutboxRow {
            seq,
            channel: channel.parse().map_err(corrupt)?,
            partition,
            id: id.parse().map_err(corrupt)?,
            at: Timestamp::from_millis(at),
            action: serde_json::from_str(&action).map_err(corrupt)?,
        })
    };
    rows.into_iter().map(row).collect()
}

pub(super) async fn lease(db: &SqliteStore, holder: &str, seconds: u32) -> Result<bool, StoreError> {
    let now = now().millis();
    let mut tx = db.write().await?;
    let taken = sqlx::query(
        "INSERT INTO leases (what, holder, until) VALUES ('outbox', ?1, ?2)
         ON CONFLICT (what) DO UPDATE SET holder = ?1, until = ?2 WHERE holder = ?1 OR until < ?3",
    )
    .bind(holder)
    .bind(now + i64::from(seconds) * 1_000)
    .bind(now)
    .execute(&mut *tx)
    .await
    .map_err(store)?;
    tx.commit().await.map_err(store)?;
    Ok(taken.rows_affected() == 1)
}

pub(super) async fn done(db: &SqliteStore, seqs: &[i64]) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    for seq in seqs {
        sqlx::query("DELETE FROM outbox WHERE seq = ?").bind(seq).execute(&mut *tx).await.map_err(store)?;
    }
    tx.commit().await.map_err(store)
}
