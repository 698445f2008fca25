//! Changes whose events are not in the event log yet.

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    ids::{ChannelId, MessageId},
    names::{ChannelName, Topic},
    record::Action,
};

use super::{SqliteDirectory, Tx};
use crate::{
    adapters::{
        sql::{AccountRow, account, corrupt, statements},
        sqlite::store::store,
    },
    clock::now,
    ports::{
        StoreError,
        directory::{OutboxRow, OutboxStore},
        event_log::Partition,
    },
};

#[async_trait]
impl OutboxStore for SqliteDirectory {
    async fn outbox(&self, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        let rows: Vec<(i64, String, Partition, String, i64, String)> = sqlx::query_as(
            "SELECT seq, channel, partition, id, at, action FROM outbox
             WHERE seq IN (SELECT min(seq) FROM outbox GROUP BY channel) ORDER BY seq LIMIT ?",
        )
        .bind(limit as i64)
        .fetch_all(self.0.readers())
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

    async fn lease_outbox(&self, holder: &str, seconds: u32) -> Result<bool, StoreError> {
        let now = now().millis();
        let mut tx = self.0.write().await?;
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

    async fn outbox_done(&self, seqs: &[i64]) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        for seq in seqs {
            sqlx::query("DELETE FROM outbox WHERE seq = ?").bind(seq).execute(&mut *tx).await.map_err(store)?;
        }
        tx.commit().await.map_err(store)
    }

    async fn reannounce(&self, channel: &ChannelId, id: MessageId, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        let (name, topic): (String, String) = sqlx::query_as(statements::FIND_NAME_AND_TOPIC)
            .bind(channel.as_str())
            .fetch_one(&mut *tx)
            .await
            .map_err(store)?;
        // By its owner, or, if that one has left, the workspace's.
        let by: AccountRow =
            sqlx::query_as(statements::FIND_CREATOR).bind(channel.as_str()).fetch_one(&mut *tx).await.map_err(store)?;
        let action = Action::Create {
            by: account(by)?,
            name: ChannelName::parse(&name).map_err(corrupt)?,
            topic: Topic::parse(&topic).map_err(corrupt)?,
        };
        // Before anything that waits already: numbers below all that are given out.
        sqlx::query(
            "INSERT INTO outbox (seq, channel, partition, id, at, action)
             SELECT (SELECT min(coalesce(min(seq), 0), 0) - 1 FROM outbox), id, partition, ?2, ?3, ?4
             FROM channels WHERE id = ?1",
        )
        .bind(channel.as_str())
        .bind(id.to_string())
        .bind(at.millis())
        .bind(serde_json::to_string(&action).map_err(corrupt)?)
        .execute(&mut *tx)
        .await
        .map_err(store)?;
        tx.commit().await.map_err(store)
    }
}

/// Adds a change, in the transaction that makes the change.
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
