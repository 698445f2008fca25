//! What `jimmy-chat replace-log` changes while no server runs.

use domain::{
    clock::Timestamp,
    ids::{ChannelId, MessageId},
    names::{ChannelName, Topic},
    record::Action,
};

use crate::{
    adapters::{
        sql::{AccountRow, account, corrupt},
        sqlite::store::{SqliteStore, store},
    },
    ports::StoreError,
};

pub(super) async fn repartition(db: &SqliteStore, count: u32) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    for table in ["channels", "outbox"] {
        sqlx::query(&format!("UPDATE {table} SET partition = partition % ?1 WHERE partition >= ?1"))
            .bind(count)
            .execute(&mut *tx)
            .await
            .map_err(store)?;
    }
    tx.commit().await.map_err(store)
}

pub(super) async fn announced_channels(
    db: &SqliteStore,
    after: Option<&ChannelId>,
    limit: usize,
) -> Result<Vec<ChannelId>, StoreError> {
    // What an action is stands first in its JSON.
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM channels WHERE id > ?1 AND NOT EXISTS (
             SELECT 1 FROM outbox WHERE outbox.channel = channels.id AND action LIKE '{\"action\":\"create\"%'
         ) ORDER BY id LIMIT ?2",
    )
    .bind(after.map_or("", ChannelId::as_str))
    .bind(limit as i64)
    .fetch_all(db.readers())
    .await
    .map_err(store)?;
    ids.into_iter().map(|id| id.parse().map_err(corrupt)).collect()
}

pub(super) async fn reannounce(
    db: &SqliteStore,
    channel: &ChannelId,
    id: MessageId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let (name, topic): (String, String) = sqlx::query_as("SELECT name, topic FROM channels WHERE id = ?1")
        .bind(channel.as_str())
        .fetch_one(&mut *tx)
        .await
        .map_err(store)?;
    // By its owner, or, if that one has left, the workspace's.
    let by: AccountRow = sqlx::query_as(
        "SELECT a.id, a.name, a.display_name FROM accounts a
         LEFT JOIN memberships m ON m.account = a.id AND m.channel = ?1 AND m.role = 'owner'
         WHERE m.account IS NOT NULL OR a.role = 'owner' ORDER BY m.account IS NULL LIMIT 1",
    )
    .bind(channel.as_str())
    .fetch_one(&mut *tx)
    .await
    .map_err(store)?;
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
