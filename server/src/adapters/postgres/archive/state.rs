//! The projection of a partition with the sequencer's state, and the lease to write it.

use std::{collections::HashMap, time::Duration};

use domain::{
    clock::Timestamp,
    ids::ChannelId,
    sequencer::{Head, WINDOW, Window, WindowEntry},
};

use crate::{
    adapters::{
        postgres::store::{PostgresStore, Tx, store},
        sql::{corrupt, fixed, kept, position, statements},
    },
    ports::{
        StoreError,
        archive::{Checksum, Lease, LeaseKind, Projection},
        event_log::Partition,
    },
};

/// Time-out of calls that read or replace the whole state of a partition, at the start of a server or for an operator: the heads of
/// all its channels, and the window.
pub(super) const LOAD_WAIT: Duration = Duration::from_secs(60);

pub(super) async fn load(db: &PostgresStore, partition: Partition) -> Result<Projection, StoreError> {
    // Before the snapshot, which would not contain a row that another server has just created.
    sqlx::query(statements::CREATE_PROJECTION).bind(i64::from(partition)).execute(db.pool()).await.map_err(store)?;
    let mut tx = db.snapshot().await?;
    take_time(&mut tx).await?;
    let (generation, next, checksum, floor): (i64, i64, Option<Vec<u8>>, i64) =
        sqlx::query_as(statements::READ_PROJECTION)
            .bind(i64::from(partition))
            .fetch_one(&mut *tx)
            .await
            .map_err(store)?;
    let heads = heads(&mut tx, partition).await?;
    let window = Window::restore(floor as u64, window(&mut tx, partition).await?);
    tx.commit().await.map_err(store)?;
    let checksum = checksum.map(|bytes| fixed(&bytes).map(Checksum)).transpose()?;
    let generation = u32::try_from(generation).map_err(corrupt)?;
    Ok(Projection { generation, next: next as u64, checksum, heads, window })
}

/// Lets the statements of this transaction take as long as the call.
pub(super) async fn take_time(tx: &mut Tx) -> Result<(), StoreError> {
    sqlx::query("SELECT set_config('statement_timeout', $1, true)")
        .bind(LOAD_WAIT.as_millis().to_string())
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    Ok(())
}

async fn heads(tx: &mut Tx, partition: Partition) -> Result<HashMap<ChannelId, Head>, StoreError> {
    let rows: Vec<(String, i64, i64, i64)> =
        sqlx::query_as(statements::LIST_HEADS).bind(i64::from(partition)).fetch_all(&mut **tx).await.map_err(store)?;
    let head = |(channel, pos, n, at): (String, i64, i64, i64)| {
        let head = Head { pos: position(pos)?, n: n as u64, at: Timestamp::from_millis(at) };
        Ok((channel.parse().map_err(corrupt)?, head))
    };
    rows.into_iter().map(head).collect()
}

async fn window(tx: &mut Tx, partition: Partition) -> Result<Vec<WindowEntry>, StoreError> {
    let mut rows: Vec<(i64, String, String, String, Vec<u8>)> = sqlx::query_as(
        "SELECT pos, channel, id::text, author, digest FROM window_entries WHERE partition = $1 ORDER BY pos DESC LIMIT $2",
    )
    .bind(i64::from(partition))
    .bind(WINDOW as i64)
    .fetch_all(&mut **tx)
    .await
    .map_err(store)?;
    rows.reverse();
    let entry = |(pos, channel, id, author, digest): (i64, String, String, String, Vec<u8>)| {
        let (pos, author, digest) = kept(pos, &author, &digest)?;
        let (channel, id) = (channel.parse().map_err(corrupt)?, id.parse().map_err(corrupt)?);
        Ok(WindowEntry { channel, id, pos, author, digest })
    };
    rows.into_iter().map(entry).collect()
}

/// Uses the clock of the database, which is the same for all servers.
pub(super) async fn lease(
    db: &PostgresStore,
    partition: Partition,
    holder: &str,
    seconds: u32,
    kind: LeaseKind,
) -> Result<Lease, StoreError> {
    let (is_ours, next): (bool, i64) = sqlx::query_as(
        "WITH taken AS (
             UPDATE projections SET lease_holder = $2, lease_until = now() + make_interval(secs => $3), lease_rests = $4
             WHERE partition = $1
                 AND (lease_holder IS NULL OR lease_holder = $2 OR lease_until < now() OR (lease_rests AND NOT $4))
             RETURNING next_offset
         )
         SELECT true, next_offset FROM taken
         UNION ALL
         SELECT false, next_offset FROM projections WHERE partition = $1 AND NOT EXISTS (SELECT 1 FROM taken)",
    )
    .bind(i64::from(partition))
    .bind(holder)
    .bind(f64::from(seconds))
    .bind(kind == LeaseKind::Idle)
    .fetch_one(db.pool())
    .await
    .map_err(store)?;
    Ok(Lease { is_ours, next: next as u64 })
}
