//! Channels.

use domain::{
    api::ChannelKind,
    clock::Timestamp,
    ids::{AccountId, ChannelId, Pos},
    names::{ChannelName, Topic},
    record::Action,
};
use sqlx::{FromRow, Row as _, sqlite::SqliteRow};

use super::{Tx, memberships, outbox};
use crate::{
    adapters::{
        sql::{corrupt, is_unique_violation},
        sqlite::store::{SqliteStore, store},
    },
    ports::{
        StoreError,
        directory::{ChangeError, ChannelDraft, ChannelQuery, ChannelRow},
        event_log::Partition,
    },
};

/// A channel with one person's membership beside it, column by column as [`SELECT`] names them.
struct Row {
    id: String,
    kind: String,
    name: String,
    name_key: String,
    topic: String,
    partition: Partition,
    member_count: i64,
    joined: bool,
    read_pos: i64,
    read_n: i64,
}

impl FromRow<'_, SqliteRow> for Row {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            name: row.try_get("name")?,
            name_key: row.try_get("name_key")?,
            topic: row.try_get("topic")?,
            partition: row.try_get("partition")?,
            member_count: row.try_get("member_count")?,
            joined: row.try_get("joined")?,
            read_pos: row.try_get("read_pos")?,
            read_n: row.try_get("read_n")?,
        })
    }
}

const SELECT: &str = "SELECT c.id, c.kind, c.name, c.name_key, c.topic, c.partition, c.member_count,
        m.account IS NOT NULL AS joined, coalesce(m.read_pos, 0) AS read_pos, coalesce(m.read_n, 0) AS read_n
    FROM channels c LEFT JOIN memberships m ON m.channel = c.id AND m.account = ?1";

impl TryFrom<Row> for ChannelRow {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        let kind = if row.kind == "hall" { ChannelKind::Hall } else { ChannelKind::Public };
        Ok(ChannelRow {
            id: row.id.parse().map_err(corrupt)?,
            name: ChannelName::parse(&row.name).map_err(corrupt)?,
            topic: Topic::parse(&row.topic).map_err(corrupt)?,
            kind,
            partition: row.partition,
            member_count: row.member_count as u64,
            joined: row.joined,
            read: Pos::from_number(row.read_pos as u64).unwrap_or_default(),
            read_n: row.read_n as u64,
        })
    }
}

pub(super) async fn create(db: &SqliteStore, draft: &ChannelDraft) -> Result<(), ChangeError> {
    let mut tx = db.write().await?;
    let ChannelDraft { id, name, name_key, topic, partition, by, at, .. } = draft;
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
         VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
    )
    .bind(id.as_str())
    .bind(if kind == ChannelKind::Hall { "hall" } else { "public" })
    .bind(name.as_str())
    .bind(name_key)
    .bind(topic.as_str())
    .bind(partition)
    .bind(at.millis())
    .execute(&mut **tx)
    .await;
    match inserted {
        Err(error) if is_unique_violation(&error) => Err(ChangeError::NameTaken),
        other => other.map(|_| ()).map_err(|error| store(error).into()),
    }
}

pub(super) async fn find(
    db: &SqliteStore,
    id: &ChannelId,
    viewer: &AccountId,
) -> Result<Option<ChannelRow>, StoreError> {
    let row: Option<Row> = sqlx::query_as(&format!("{SELECT} WHERE c.id = ?2"))
        .bind(viewer.as_str())
        .bind(id.as_str())
        .fetch_optional(db.readers())
        .await
        .map_err(store)?;
    row.map(ChannelRow::try_from).transpose()
}

pub(super) async fn hall(db: &SqliteStore) -> Result<Option<ChannelId>, StoreError> {
    let id: Option<String> = sqlx::query_scalar("SELECT id FROM channels WHERE kind = 'hall'")
        .fetch_optional(db.readers())
        .await
        .map_err(store)?;
    id.map(|id| id.parse().map_err(corrupt)).transpose()
}

/// By folded name, the hall (whose key is empty) first.
pub(super) async fn list(
    db: &SqliteStore,
    viewer: &AccountId,
    query: &ChannelQuery,
) -> Result<(Vec<ChannelRow>, Option<String>), StoreError> {
    // `instr` rather than LIKE: nothing in the search is a wildcard.
    let sql = format!(
        "{SELECT} WHERE (?2 IS NULL OR c.name_key > ?2) AND (?3 IS NULL OR (m.account IS NOT NULL) = ?3)
            AND (?4 IS NULL OR instr(c.name_key, ?4) > 0 OR instr(lower(c.topic), ?4) > 0)
         ORDER BY c.name_key LIMIT ?5"
    );
    let mut rows: Vec<Row> = sqlx::query_as(&sql)
        .bind(viewer.as_str())
        .bind(query.cursor.as_deref())
        .bind(query.joined)
        .bind(query.search.as_deref().filter(|text| !text.is_empty()))
        .bind(query.limit as i64 + 1)
        .fetch_all(db.readers())
        .await
        .map_err(store)?;
    let more = rows.len() > query.limit;
    rows.truncate(query.limit);
    let next = rows.last().filter(|_| more).map(|row| row.name_key.clone());
    let channels = rows.into_iter().map(ChannelRow::try_from).collect::<Result<_, _>>()?;
    Ok((channels, next))
}
