//! Changes whose events are not in the log's order yet.

use domain::{
    clock::Timestamp,
    ids::{ChannelId, MessageId},
    record::Action,
};

use super::Tx;
use crate::{
    adapters::{
        postgres::store::{PostgresStore, partition_of, store},
        sql::corrupt,
    },
    ports::{StoreError, directory::OutboxRow, event_log::Partition},
};

/// In the transaction of the change itself: either both are there or neither. The channel's row is locked by then, see
/// `memberships::count`, or nobody else can see it yet.
pub(super) async fn push(
    tx: &mut Tx,
    channel: &ChannelId,
    partition: Partition,
    id: MessageId,
    at: Timestamp,
    action: &Action,
) -> Result<(), StoreError> {
    let action = serde_json::to_string(action).map_err(corrupt)?;
    sqlx::query("INSERT INTO outbox (channel, partition, id, at, action) VALUES ($1, $2, $3::text::uuid, $4, $5)")
        .bind(channel.as_str())
        .bind(i64::from(partition))
        .bind(id.to_string())
        .bind(at.millis())
        .bind(action)
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    Ok(())
}

pub(super) async fn waiting(db: &PostgresStore, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
    let rows: Vec<(i64, String, i64, String, i64, String)> = sqlx::query_as(
        "SELECT seq, channel, partition, id::text, at, action FROM outbox
         WHERE seq IN (SELECT min(seq) FROM outbox GROUP BY channel) ORDER BY seq LIMIT $1",
    )
    .bind(limit as i64)
    .fetch_all(db.pool())
    .await
    .map_err(store)?;
    let row = |(seq, channel, partition, id, at, action): (i64, String, i64, String, i64, String)| {
        Ok(OutboxRow {
            seq,
            channel: channel.parse().map_err(corrupt)?,
            partition: partition_of(partition)?,
            id: id.parse().map_err(corrupt)?,
            at: Timestamp::from_millis(at),
            action: serde_json::from_str(&action).map_err(corrupt)?,
        })
    };
    rows.into_iter().map(row).collect()
}

pub(super) async fn lease(db: &PostgresStore, holder: &str, seconds: u32) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "INSERT INTO leases (what, holder, until) VALUES ('outbox', $1, now() + make_interval(secs => $2))
         ON CONFLICT (what) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE leases.holder = excluded.holder OR leases.until < now()",
    )
    .bind(holder)
    .bind(f64::from(seconds))
    .execute(db.pool())
    .await
    .map_err(store)?;
    Ok(taken.rows_affected() == 1)
}

pub(super) async fn done(db: &PostgresStore, seqs: &[i64]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM outbox WHERE seq = ANY($1)").bind(seqs).execute(db.pool()).await.map_err(store)?;
    Ok(())
}
