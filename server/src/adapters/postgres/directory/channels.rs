//! Channels.

use domain::{
    api::ChannelKind,
    clock::Timestamp,
    ids::{AccountId, ChannelId, Pos},
    names::{ChannelName, Topic},
    record::Action,
};

use super::{Tx, memberships, outbox};
use crate::{
    adapters::{
        postgres::store::{PostgresStore, partition_of, store, up_to_nul},
        sql::{corrupt, is_unique_violation, position},
    },
    ports::{
        StoreError,
        directory::{ChangeError, ChannelDraft, ChannelQuery, ChannelRow},
        event_log::Partition,
    },
};

/// A channel with one person's membership beside it, column by column as [`COLUMNS`] names them.
type Row = (String, String, String, String, String, i64, i64, bool, i64, i64);

const COLUMNS: &str = "c.id, c.kind, c.name, c.name_key, c.topic, c.partition, c.member_count,
        m.account IS NOT NULL, coalesce(m.read_pos, 0), coalesce(m.read_n, 0)";

fn channel(row: Row) -> Result<ChannelRow, StoreError> {
    let (id, kind, name, _, topic, partition, member_count, joined, read_pos, read_n) = row;
    Ok(ChannelRow {
        id: id.parse().map_err(corrupt)?,
        name: ChannelName::parse(&name).map_err(corrupt)?,
        topic: Topic::parse(&topic).map_err(corrupt)?,
        kind: if kind == "hall" { ChannelKind::Hall } else { ChannelKind::Public },
        partition: partition_of(partition)?,
        member_count: member_count as u64,
        joined,
        read: position(read_pos)?,
        read_n: read_n as u64,
    })
}

pub(super) async fn create(db: &PostgresStore, draft: &ChannelDraft) -> Result<(), ChangeError> {
    let mut tx = db.write().await?;
    let ChannelDraft { id, name, name_key, topic, partition, by, at, .. } = draft;
    memberships::lock(&mut tx, &by.id).await?;
    memberships::check_room(&mut tx, &by.id).await?;
    insert(&mut tx, id, ChannelKind::Public, name, name_key, topic, *partition, *at).await?;
    memberships::insert(&mut tx, &by.id, id, "owner", (Pos::ZERO, 0), *at).await?;
    let created = Action::Create { by: by.clone(), name: name.clone(), topic: topic.clone() };
    outbox::push(&mut tx, id, *partition, draft.create_id, *at, &created).await?;
    let joined = Action::Join { who: by.clone() };
    outbox::push(&mut tx, id, *partition, draft.join_id, *at, &joined).await?;
    tx.commit().await.map_err(store)?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub(super) async fn insert(
    tx: &mut Tx,
    id: &ChannelId,
    kind: ChannelKind,
    name: &ChannelName,
    name_key: &str,
    topic: &Topic,
    partition: Partition,
    at: Timestamp,
) -> Result<(), ChangeError> {
    let inserted = sqlx::query(
        "INSERT INTO channels (id, kind, name, name_key, topic, partition, member_count, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
    )
    .bind(id.as_str())
    .bind(if kind == ChannelKind::Hall { "hall" } else { "public" })
    .bind(name.as_str())
    .bind(name_key)
    .bind(topic.as_str())
    .bind(i64::from(partition))
    .bind(at.millis())
    .execute(&mut **tx)
    .await;
    match inserted {
        Err(error) if is_unique_violation(&error) => Err(ChangeError::NameTaken),
        other => other.map(|_| ()).map_err(|error| store(error).into()),
    }
}

pub(super) async fn find(
    db: &PostgresStore,
    id: &ChannelId,
    viewer: &AccountId,
) -> Result<Option<ChannelRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM channels c LEFT JOIN memberships m ON m.channel = c.id AND m.account = $1 WHERE c.id = $2"
    );
    let row: Option<Row> =
        sqlx::query_as(&sql).bind(viewer.as_str()).bind(id.as_str()).fetch_optional(db.pool()).await.map_err(store)?;
    row.map(channel).transpose()
}

pub(super) async fn hall(db: &PostgresStore) -> Result<Option<ChannelId>, StoreError> {
    let id: Option<String> = sqlx::query_scalar("SELECT id FROM channels WHERE kind = 'hall'")
        .fetch_optional(db.pool())
        .await
        .map_err(store)?;
    id.map(|id| id.parse().map_err(corrupt)).transpose()
}

/// By folded name, the hall (whose key is empty) first.
pub(super) async fn list(
    db: &PostgresStore,
    viewer: &AccountId,
    query: &ChannelQuery,
) -> Result<(Vec<ChannelRow>, Option<String>), StoreError> {
    let search = query.search.as_deref().unwrap_or_default();
    if search.contains('\0') {
        return Ok((Vec::new(), None));
    }
    // Said in the statement rather than by a parameter, and planned anew each time: somebody's own channels are found from
    // their memberships, a next page from the index. A plan for any cursor and any limit would read every channel.
    let memberships = if query.joined == Some(true) { "JOIN" } else { "LEFT JOIN" };
    let strangers = if query.joined == Some(false) { "AND m.account IS NULL" } else { "" };
    let after = if query.cursor.is_some() { "c.name_key > $2" } else { "$2::text IS NULL" };
    // `strpos` rather than LIKE: nothing in the search is a wildcard, and every text holds the empty one.
    let sql = format!(
        "SELECT {COLUMNS} FROM channels c {memberships} memberships m ON m.channel = c.id AND m.account = $1
         WHERE {after} {strangers} AND (strpos(c.name_key, $3) > 0 OR strpos(lower(c.topic COLLATE \"C\"), $3) > 0)
         ORDER BY c.name_key LIMIT $4"
    );
    let mut rows: Vec<Row> = sqlx::query_as(&sql)
        .persistent(false)
        .bind(viewer.as_str())
        .bind(query.cursor.as_deref().map(up_to_nul))
        .bind(search)
        .bind(query.limit as i64 + 1)
        .fetch_all(db.pool())
        .await
        .map_err(store)?;
    let more = rows.len() > query.limit;
    rows.truncate(query.limit);
    let next = rows.last().filter(|_| more).map(|row| row.3.clone());
    Ok((rows.into_iter().map(channel).collect::<Result<_, _>>()?, next))
}
