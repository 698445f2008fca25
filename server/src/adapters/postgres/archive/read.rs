//! Reads a channel: pages, one id, the number of messages.

use domain::{
    event::Event,
    ids::{ChannelId, MessageId, Pos},
};

use crate::{
    adapters::{
        postgres::store::{PostgresStore, store},
        sql::{corrupt, kept, position, statements},
    },
    ports::{
        StoreError,
        archive::{ArchivePage, Cursor, Found},
        event_log::Partition,
    },
};

/// The position up to which the partition is projected: generation · 2^40 + offset. It is part of the statement that reads the rows,
/// and therefore of the same snapshot.
const COMPLETE_TO: &str =
    "coalesce((SELECT (generation << 40) + next_offset FROM projections WHERE partition = $1), 0)";

pub(super) async fn page(
    db: &PostgresStore,
    partition: Partition,
    channel: &ChannelId,
    cursor: Cursor,
    limit: usize,
) -> Result<ArchivePage, StoreError> {
    let (which, pos) = match cursor {
        Cursor::Newest => ("pos <= $3 ORDER BY pos DESC", i64::MAX),
        Cursor::Before(pos) => ("pos < $3 ORDER BY pos DESC", pos.number() as i64),
        Cursor::After(pos) => ("pos > $3 ORDER BY pos", pos.number() as i64),
    };
    let sql = format!("SELECT {COMPLETE_TO}, ARRAY(SELECT event FROM events WHERE channel = $2 AND {which} LIMIT $4)");
    let (complete_to, mut texts): (i64, Vec<String>) = sqlx::query_as(&sql)
        .bind(i64::from(partition))
        .bind(channel.as_str())
        .bind(pos)
        .bind(limit as i64)
        .fetch_one(db.pool())
        .await
        .map_err(store)?;
    if !matches!(cursor, Cursor::After(_)) {
        texts.reverse();
    }
    let read = |text: &String| serde_json::from_str::<Event>(text).map_err(corrupt);
    let events = texts.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(ArchivePage { events, complete_to: position(complete_to)? })
}

pub(super) async fn find(
    db: &PostgresStore,
    partition: Partition,
    channel: &ChannelId,
    id: MessageId,
) -> Result<Found, StoreError> {
    let sql = format!(
        "SELECT {COMPLETE_TO}, first.pos, first.author, first.digest FROM (VALUES (1)) AS one LEFT JOIN (
             SELECT pos, author, digest FROM events WHERE channel = $2 AND id = $3::text::uuid ORDER BY pos LIMIT 1
         ) AS first ON true"
    );
    let (complete_to, pos, author, digest): (i64, Option<i64>, Option<String>, Option<Vec<u8>>) = sqlx::query_as(&sql)
        .bind(i64::from(partition))
        .bind(channel.as_str())
        .bind(id.to_string())
        .fetch_one(db.pool())
        .await
        .map_err(store)?;
    let row = pos.zip(author).zip(digest);
    let kept = row.map(|((pos, author), digest)| kept(pos, &author, &digest)).transpose()?;
    Ok(Found { kept, complete_to: position(complete_to)? })
}

pub(super) async fn count_to(db: &PostgresStore, channel: &ChannelId, pos: Pos) -> Result<u64, StoreError> {
    let n: Option<i64> = sqlx::query_scalar(statements::COUNT_MESSAGES_TO)
        .bind(channel.as_str())
        .bind(pos.number() as i64)
        .fetch_optional(db.pool())
        .await
        .map_err(store)?;
    Ok(n.unwrap_or(0) as u64)
}
