//! Channels, memberships and read markers: implements [`ChannelStore`].

use async_trait::async_trait;
use domain::{
    api::ChannelKind,
    clock::Timestamp,
    event::Account,
    ids::{AccountId, ChannelId, Pos},
    limits::CHANNELS_PER_ACCOUNT_MAX,
    names::{ChannelName, Topic},
    record::Action,
};
use sqlx::{FromRow, Row as _, sqlite::SqliteRow};

use super::{SqliteDirectory, Tx, memberships, outbox};
use crate::{
    adapters::{
        sql::{AccountRow, account, corrupt, is_unique_violation, statements},
        sqlite::store::store,
    },
    ports::{
        StoreError,
        directory::{
            Change, ChangeError, ChannelDraft, ChannelQuery, ChannelRow, ChannelStore, MembershipDraft, ReadMark,
        },
        event_log::Partition,
    },
};

/// A channel with one account's membership beside it, column by column as [`SELECT`] names them.
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

#[async_trait]
impl ChannelStore for SqliteDirectory {
    async fn create_channel(&self, draft: &ChannelDraft) -> Result<(), ChangeError> {
        let mut tx = self.0.write().await?;
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

    async fn channel(&self, id: &ChannelId, viewer: &AccountId) -> Result<Option<ChannelRow>, StoreError> {
        let row: Option<Row> = sqlx::query_as(&format!("{SELECT} WHERE c.id = ?2"))
            .bind(viewer.as_str())
            .bind(id.as_str())
            .fetch_optional(self.0.readers())
            .await
            .map_err(store)?;
        row.map(ChannelRow::try_from).transpose()
    }

    async fn hall(&self) -> Result<Option<ChannelId>, StoreError> {
        let id: Option<String> =
            sqlx::query_scalar(statements::FIND_HALL).fetch_optional(self.0.readers()).await.map_err(store)?;
        id.map(|id| id.parse().map_err(corrupt)).transpose()
    }

    // By folded name, the hall (whose key is empty) first.
    async fn channels(
        &self,
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
            .fetch_all(self.0.readers())
            .await
            .map_err(store)?;
        let more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let next = rows.last().filter(|_| more).map(|row| row.name_key.clone());
        let channels = rows.into_iter().map(ChannelRow::try_from).collect::<Result<_, _>>()?;
        Ok((channels, next))
    }

    async fn joined(&self, account: &AccountId) -> Result<Vec<ChannelId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(statements::LIST_CHANNELS_OF_ACCOUNT)
            .bind(account.as_str())
            .bind(CHANNELS_PER_ACCOUNT_MAX as i64)
            .fetch_all(self.0.readers())
            .await
            .map_err(store)?;
        ids.iter().map(|id| id.parse().map_err(corrupt)).collect()
    }

    async fn is_member(&self, account: &AccountId, channel: &ChannelId) -> Result<bool, StoreError> {
        sqlx::query_scalar(statements::IS_MEMBER)
            .bind(account.as_str())
            .bind(channel.as_str())
            .fetch_one(self.0.readers())
            .await
            .map_err(store)
    }

    // By folded name.
    async fn members(
        &self,
        channel: &ChannelId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Account>, Option<String>), StoreError> {
        let mut rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "SELECT a.id, a.name, a.display_name, a.name_key FROM memberships m JOIN accounts a ON a.id = m.account
             WHERE m.channel = ?1 AND (?2 IS NULL OR a.name_key > ?2) ORDER BY a.name_key LIMIT ?3",
        )
        .bind(channel.as_str())
        .bind(cursor)
        .bind(limit as i64 + 1)
        .fetch_all(self.0.readers())
        .await
        .map_err(store)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.3.clone());
        let read = |(id, name, display_name, _): (String, String, String, String)| {
            let row: AccountRow = (id, name, display_name);
            account(row)
        };
        Ok((rows.into_iter().map(read).collect::<Result<_, _>>()?, next))
    }

    async fn member_ids(&self, channel: &ChannelId, limit: usize) -> Result<Vec<AccountId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(statements::LIST_MEMBER_IDS)
            .bind(channel.as_str())
            .bind(limit as i64)
            .fetch_all(self.0.readers())
            .await
            .map_err(store)?;
        ids.iter().map(|id| id.parse().map_err(corrupt)).collect()
    }

    async fn join(&self, draft: &MembershipDraft) -> Result<Change, ChangeError> {
        let mut tx = self.0.write().await?;
        let partition = memberships::partition(&mut tx, &draft.channel).await?;
        if memberships::is_in(&mut tx, draft).await? {
            return Ok(Change::Already);
        }
        memberships::check_room(&mut tx, &draft.who.id).await?;
        memberships::insert(&mut tx, &draft.who.id, &draft.channel, "member", draft.read, draft.at).await?;
        let joined = Action::Join { who: draft.who.clone() };
        outbox::push(&mut tx, &draft.channel, partition, draft.id, draft.at, &joined).await?;
        tx.commit().await.map_err(store)?;
        Ok(Change::Made)
    }

    async fn leave(&self, draft: &MembershipDraft) -> Result<Change, ChangeError> {
        let mut tx = self.0.write().await?;
        let partition = memberships::partition(&mut tx, &draft.channel).await?;
        let gone = sqlx::query(statements::REMOVE_MEMBER)
            .bind(draft.who.id.as_str())
            .bind(draft.channel.as_str())
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        if gone.rows_affected() == 0 {
            return Ok(Change::Already);
        }
        memberships::count(&mut tx, &draft.channel, -1).await?;
        let left = Action::Leave { who: draft.who.clone() };
        outbox::push(&mut tx, &draft.channel, partition, draft.id, draft.at, &left).await?;
        tx.commit().await.map_err(store)?;
        Ok(Change::Made)
    }

    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        for mark in marks {
            memberships::set_read(&mut tx, &mark.account, &mark.channel, mark.pos, mark.n).await?;
        }
        tx.commit().await.map_err(store)
    }

    async fn repartition(&self, count: u32) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        for table in ["channels", "outbox"] {
            sqlx::query(&format!("UPDATE {table} SET partition = partition % ?1 WHERE partition >= ?1"))
                .bind(count)
                .execute(&mut *tx)
                .await
                .map_err(store)?;
        }
        tx.commit().await.map_err(store)
    }

    async fn announced_channels(&self, after: Option<&ChannelId>, limit: usize) -> Result<Vec<ChannelId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(statements::LIST_ANNOUNCED_CHANNELS)
            .bind(after.map_or("", ChannelId::as_str))
            .bind(limit as i64)
            .fetch_all(self.0.readers())
            .await
            .map_err(store)?;
        ids.into_iter().map(|id| id.parse().map_err(corrupt)).collect()
    }
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
    let inserted = sqlx::query(statements::INSERT_CHANNEL)
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
