//! The archive, in the same SQLite file as the directory.
//!
//! It promises what [`ports::archive`](crate::ports::archive) says, for the one server that has the file. A batch is one transaction.

mod positions;

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    event::Event,
    ids::{ChannelId, MessageId, Pos},
    sequencer::{Head, SequencedEvent, WINDOW, Window, WindowEntry},
};

use crate::{
    adapters::{
        sql::{corrupt, fixed, kept, position, statements},
        sqlite::store::{SqliteStore, Tx, store},
    },
    clock::now,
    failpoint,
    ports::{
        Archive, StoreError,
        archive::{
            ApplyError, ArchivePage, Batch, Checksum, Cursor, Found, Lease, LeaseKind, LogReplacement, Position,
            Projection, ReplaceLogError,
        },
        event_log::Partition,
    },
};

/// The archive in the SQLite file of one server.
pub struct SqliteArchive(pub SqliteStore);

#[async_trait]
impl Archive for SqliteArchive {
    async fn load(&self, partition: Partition) -> Result<Projection, StoreError> {
        let mut tx = self.0.write().await?;
        sqlx::query(statements::CREATE_PROJECTION).bind(partition).execute(&mut *tx).await.map_err(store)?;
        let (generation, next, checksum, floor): (u32, i64, Option<Vec<u8>>, i64) =
            sqlx::query_as(statements::READ_PROJECTION).bind(partition).fetch_one(&mut *tx).await.map_err(store)?;
        let heads = heads(&mut tx, partition).await?;
        let window = Window::restore(floor as u64, window(&mut tx, partition).await?);
        tx.commit().await.map_err(store)?;
        let checksum = checksum.map(|bytes| fixed(&bytes).map(Checksum)).transpose()?;
        Ok(Projection { generation, next: next as u64, checksum, heads, window })
    }

    async fn lease(
        &self,
        partition: Partition,
        holder: &str,
        seconds: u32,
        kind: LeaseKind,
    ) -> Result<Lease, StoreError> {
        let (now, until) = (now().millis(), now().millis() + i64::from(seconds) * 1_000);
        let mut tx = self.0.write().await?;
        let taken = sqlx::query(
            "UPDATE projections SET lease_holder = ?, lease_until = ?, lease_rests = ?
             WHERE partition = ?
                 AND (lease_holder IS NULL OR lease_holder = ? OR lease_until < ? OR (lease_rests AND NOT ?))",
        )
        .bind(holder)
        .bind(until)
        .bind(kind == LeaseKind::Idle)
        .bind(partition)
        .bind(holder)
        .bind(now)
        .bind(kind == LeaseKind::Idle)
        .execute(&mut *tx)
        .await
        .map_err(store)?;
        let next: i64 = sqlx::query_scalar("SELECT next_offset FROM projections WHERE partition = ?")
            .bind(partition)
            .fetch_one(&mut *tx)
            .await
            .map_err(store)?;
        tx.commit().await.map_err(store)?;
        Ok(Lease { is_ours: taken.rows_affected() == 1, next: next as u64 })
    }

    async fn apply(&self, batch: &Batch) -> Result<(), ApplyError> {
        let mut tx = self.0.write().await?;
        let moved: Option<u32> = sqlx::query_scalar(statements::MOVE_PROJECTION)
            .bind(batch.next as i64)
            .bind(batch.checksum.as_slice())
            .bind(batch.window_floor as i64)
            .bind(batch.partition)
            .bind(batch.from as i64)
            .bind(&batch.holder)
            .fetch_optional(&mut *tx)
            .await
            .map_err(store)?;
        let Some(generation) = moved else { return Err(ApplyError::Moved) };
        for item in &batch.events {
            insert(&mut tx, batch.partition, item).await?;
        }
        for letter in &batch.dead_letters {
            sqlx::query("INSERT INTO dead_letters VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
                .bind(generation)
                .bind(batch.partition)
                .bind(letter.offset as i64)
                .bind(&letter.reason)
                .bind(&letter.record)
                .execute(&mut *tx)
                .await
                .map_err(store)?;
        }
        failpoint::reached("archive.after-insert");
        // Entries of an older generation are below the floor, whatever their offsets.
        sqlx::query("DELETE FROM window_entries WHERE partition = ? AND pos < ?")
            .bind(batch.partition)
            .bind(Pos::new(generation, batch.window_floor).number() as i64)
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        failpoint::reached("archive.before-commit");
        tx.commit().await.map_err(store)?;
        failpoint::reached("archive.after-commit");
        Ok(())
    }

    async fn page(
        &self,
        partition: Partition,
        channel: &ChannelId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<ArchivePage, StoreError> {
        let (sql, pos) = match cursor {
            Cursor::Newest => {
                ("SELECT event FROM events WHERE channel = ? AND pos <= ? ORDER BY pos DESC LIMIT ?", i64::MAX)
            }
            Cursor::Before(pos) => (
                "SELECT event FROM events WHERE channel = ? AND pos < ? ORDER BY pos DESC LIMIT ?",
                pos.number() as i64,
            ),
            Cursor::After(pos) => {
                ("SELECT event FROM events WHERE channel = ? AND pos > ? ORDER BY pos LIMIT ?", pos.number() as i64)
            }
        };
        let mut snapshot = self.0.snapshot().await?;
        let complete_to = complete_to(&mut snapshot, partition).await?;
        let rows: Vec<(String,)> = sqlx::query_as(sql)
            .bind(channel.as_str())
            .bind(pos)
            .bind(limit as i64)
            .fetch_all(&mut *snapshot)
            .await
            .map_err(store)?;
        // Returns the connection before the events are parsed.
        drop(snapshot);
        let read = |(text,): (String,)| serde_json::from_str::<Event>(&text).map_err(corrupt);
        let mut events = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        if !matches!(cursor, Cursor::After(_)) {
            events.reverse();
        }
        Ok(ArchivePage { events, complete_to })
    }

    async fn find(&self, partition: Partition, channel: &ChannelId, id: MessageId) -> Result<Found, StoreError> {
        let mut snapshot = self.0.snapshot().await?;
        let complete_to = complete_to(&mut snapshot, partition).await?;
        let row: Option<(i64, String, Vec<u8>)> =
            sqlx::query_as("SELECT pos, author, digest FROM events WHERE channel = ? AND id = ? ORDER BY pos LIMIT 1")
                .bind(channel.as_str())
                .bind(id.to_string())
                .fetch_optional(&mut *snapshot)
                .await
                .map_err(store)?;
        let kept = row.map(|(pos, author, digest)| kept(pos, &author, &digest)).transpose()?;
        Ok(Found { kept, complete_to })
    }

    async fn count_to(&self, channel: &ChannelId, pos: Pos) -> Result<u64, StoreError> {
        let n: Option<i64> = sqlx::query_scalar(statements::COUNT_MESSAGES_TO)
            .bind(channel.as_str())
            .bind(pos.number() as i64)
            .fetch_optional(self.0.readers())
            .await
            .map_err(store)?;
        Ok(n.unwrap_or(0) as u64)
    }

    async fn positions(&self) -> Result<Vec<Position>, StoreError> {
        positions::positions(&self.0).await
    }

    async fn replace_log(&self, replacement: &LogReplacement) -> Result<(), ReplaceLogError> {
        positions::replace_log(&self.0, replacement).await
    }
}

async fn insert(tx: &mut Tx, partition: Partition, sequenced: &SequencedEvent) -> Result<(), StoreError> {
    let SequencedEvent { event, n, id, author, digest, .. } = sequenced;
    sqlx::query("INSERT INTO events (channel, pos, id, author, digest, event, n) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(event.channel.as_str())
        .bind(event.pos.number() as i64)
        .bind(id.to_string())
        .bind(author.as_str())
        .bind(digest.0.as_slice())
        .bind(sequenced.json())
        .bind(*n as i64)
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    sqlx::query("INSERT INTO window_entries VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(partition)
        .bind(event.pos.number() as i64)
        .bind(event.channel.as_str())
        .bind(id.to_string())
        .bind(author.as_str())
        .bind(digest.0.as_slice())
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    sqlx::query(
        "INSERT INTO heads VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (channel) DO UPDATE SET pos = excluded.pos, n = excluded.n, at = excluded.at WHERE excluded.pos > pos",
    )
    .bind(event.channel.as_str())
    .bind(partition)
    .bind(event.pos.number() as i64)
    .bind(*n as i64)
    .bind(event.at.millis())
    .execute(&mut **tx)
    .await
    .map_err(store)?;
    Ok(())
}

async fn complete_to(tx: &mut Tx, partition: Partition) -> Result<Pos, StoreError> {
    let position: Option<(u32, i64)> =
        sqlx::query_as("SELECT generation, next_offset FROM projections WHERE partition = ?")
            .bind(partition)
            .fetch_optional(&mut **tx)
            .await
            .map_err(store)?;
    Ok(position.map_or(Pos::ZERO, |(generation, next)| Pos::new(generation, next as u64)))
}

async fn heads(tx: &mut Tx, partition: Partition) -> Result<HashMap<ChannelId, Head>, StoreError> {
    let rows: Vec<(String, i64, i64, i64)> =
        sqlx::query_as(statements::LIST_HEADS).bind(partition).fetch_all(&mut **tx).await.map_err(store)?;
    let head = |(channel, pos, n, at): (String, i64, i64, i64)| {
        let head = Head { pos: position(pos)?, n: n as u64, at: Timestamp::from_millis(at) };
        Ok((channel.parse().map_err(corrupt)?, head))
    };
    rows.into_iter().map(head).collect()
}

async fn window(tx: &mut Tx, partition: Partition) -> Result<Vec<WindowEntry>, StoreError> {
    let mut rows: Vec<(i64, String, String, String, Vec<u8>)> = sqlx::query_as(
        "SELECT pos, channel, id, author, digest FROM window_entries WHERE partition = ? ORDER BY pos DESC LIMIT ?",
    )
    .bind(partition)
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
