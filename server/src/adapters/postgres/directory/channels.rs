//! Channels, memberships and read markers: implements [`ChannelStore`].

use std::collections::BTreeMap;

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

use super::{PostgresDirectory, Tx, memberships, outbox};
use crate::{
    adapters::{
        postgres::store::{bounded, partition_of, store, up_to_nul},
        sql::{account, corrupt, is_unique_violation, position, statements},
    },
    ports::{
        StoreError,
        directory::{
            Change, ChangeError, ChannelDraft, ChannelQuery, ChannelRow, ChannelStore, MembershipDraft, ReadMark,
        },
        event_log::Partition,
    },
};

/// A channel with one account's membership beside it, column by column as [`COLUMNS`] names them.
type Row = (String, String, String, String, String, i64, i64, bool, i64, i64);

const COLUMNS: &str = "c.id, c.kind, c.name, c.name_key, c.topic, c.partition, c.member_count,
        m.account IS NOT NULL, coalesce(m.read_pos, 0), coalesce(m.read_n, 0)";

#[async_trait]
impl ChannelStore for PostgresDirectory {
    async fn create_channel(&self, draft: &ChannelDraft) -> Result<(), ChangeError> {
        bounded(async {
            let mut tx = self.0.write().await?;
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
        })
        .await
    }

    async fn channel(&self, id: &ChannelId, viewer: &AccountId) -> Result<Option<ChannelRow>, StoreError> {
        bounded(async {
            let sql = format!(
                "SELECT {COLUMNS} FROM channels c LEFT JOIN memberships m ON m.channel = c.id AND m.account = $1 WHERE c.id = $2"
            );
            let row: Option<Row> =
                sqlx::query_as(&sql).bind(viewer.as_str()).bind(id.as_str()).fetch_optional(self.0.pool()).await.map_err(store)?;
            row.map(channel).transpose()
        })
        .await
    }

    async fn hall(&self) -> Result<Option<ChannelId>, StoreError> {
        bounded(async {
            let id: Option<String> =
                sqlx::query_scalar(statements::FIND_HALL).fetch_optional(self.0.pool()).await.map_err(store)?;
            id.map(|id| id.parse().map_err(corrupt)).transpose()
        })
        .await
    }

    // By folded name, the hall (whose key is empty) first.
    async fn channels(
        &self,
        viewer: &AccountId,
        query: &ChannelQuery,
    ) -> Result<(Vec<ChannelRow>, Option<String>), StoreError> {
        bounded(async {
            let search = query.search.as_deref().unwrap_or_default();
            if search.contains('\0') {
                return Ok((Vec::new(), None));
            }
            // Part of the statement rather than parameters, and planned each time: an account's own channels are found from
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
                .fetch_all(self.0.pool())
                .await
                .map_err(store)?;
            let more = rows.len() > query.limit;
            rows.truncate(query.limit);
            let next = rows.last().filter(|_| more).map(|row| row.3.clone());
            Ok((rows.into_iter().map(channel).collect::<Result<_, _>>()?, next))
        })
        .await
    }

    async fn joined(&self, account: &AccountId) -> Result<Vec<ChannelId>, StoreError> {
        bounded(async {
            let ids: Vec<String> = sqlx::query_scalar(statements::LIST_CHANNELS_OF_ACCOUNT)
                .bind(account.as_str())
                .bind(CHANNELS_PER_ACCOUNT_MAX as i64)
                .fetch_all(self.0.pool())
                .await
                .map_err(store)?;
            ids.iter().map(|id| id.parse().map_err(corrupt)).collect()
        })
        .await
    }

    async fn is_member(&self, account: &AccountId, channel: &ChannelId) -> Result<bool, StoreError> {
        bounded(async {
            sqlx::query_scalar(statements::IS_MEMBER)
                .bind(account.as_str())
                .bind(channel.as_str())
                .fetch_one(self.0.pool())
                .await
                .map_err(store)
        })
        .await
    }

    // By folded name.
    async fn members(
        &self,
        channel: &ChannelId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Account>, Option<String>), StoreError> {
        bounded(async {
            // No name is empty, so all of them come after the empty one. Planned each time: a small channel is sorted, a large
            // one is read in the order of names as far as the limit.
            let mut rows: Vec<(String, String, String, String)> = sqlx::query_as(
                "SELECT a.id, a.name, a.display_name, a.name_key FROM memberships m JOIN accounts a ON a.id = m.account
                 WHERE m.channel = $1 AND a.name_key > $2 ORDER BY a.name_key LIMIT $3",
            )
            .persistent(false)
            .bind(channel.as_str())
            .bind(cursor.map(up_to_nul).unwrap_or_default())
            .bind(limit as i64 + 1)
            .fetch_all(self.0.pool())
            .await
            .map_err(store)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| more).map(|row| row.3.clone());
            let read = |(id, name, display_name, _)| account((id, name, display_name));
            Ok((rows.into_iter().map(read).collect::<Result<_, _>>()?, next))
        })
        .await
    }

    async fn member_ids(&self, channel: &ChannelId, limit: usize) -> Result<Vec<AccountId>, StoreError> {
        bounded(async {
            let ids: Vec<String> = sqlx::query_scalar(statements::LIST_MEMBER_IDS)
                .bind(channel.as_str())
                .bind(limit as i64)
                .fetch_all(self.0.pool())
                .await
                .map_err(store)?;
            ids.iter().map(|id| id.parse().map_err(corrupt)).collect()
        })
        .await
    }

    async fn join(&self, draft: &MembershipDraft) -> Result<Change, ChangeError> {
        bounded(async {
            let mut tx = self.0.write().await?;
            let partition = memberships::partition(&mut tx, &draft.channel).await?;
            memberships::lock(&mut tx, &draft.who.id).await?;
            if memberships::is_in(&mut tx, draft).await? {
                return Ok(Change::Already);
            }
            memberships::check_room(&mut tx, &draft.who.id).await?;
            memberships::insert(&mut tx, &draft.who.id, &draft.channel, "member", draft.read, draft.at).await?;
            let joined = Action::Join { who: draft.who.clone() };
            outbox::push(&mut tx, &draft.channel, partition, draft.id, draft.at, &joined).await?;
            tx.commit().await.map_err(store)?;
            Ok(Change::Made)
        })
        .await
    }

    async fn leave(&self, draft: &MembershipDraft) -> Result<Change, ChangeError> {
        bounded(async {
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
        })
        .await
    }

    // All of them in one statement, which locks the rows in their order before it writes the first: two batches that move
    // markers of the same accounts do not wait for each other.
    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        bounded(async {
            let mut farthest: BTreeMap<(&str, &str), (i64, i64)> = BTreeMap::new();
            for mark in marks {
                let place = farthest.entry((mark.account.as_str(), mark.channel.as_str())).or_default();
                *place = (*place).max((mark.pos.number() as i64, mark.n as i64));
            }
            let (accounts, channels): (Vec<&str>, Vec<&str>) = farthest.keys().copied().unzip();
            let (places, counts): (Vec<i64>, Vec<i64>) = farthest.values().copied().unzip();
            sqlx::query(
                "WITH mark AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS t (account, channel, pos, n)),
                 forward AS (
                     SELECT m.account, m.channel, mark.pos, mark.n FROM memberships m JOIN mark USING (account, channel)
                     WHERE m.read_pos < mark.pos ORDER BY m.account, m.channel FOR NO KEY UPDATE OF m
                 )
                 UPDATE memberships m SET read_pos = forward.pos, read_n = forward.n FROM forward
                 WHERE m.account = forward.account AND m.channel = forward.channel AND m.read_pos < forward.pos",
            )
            .bind(accounts)
            .bind(channels)
            .bind(places)
            .bind(counts)
            .execute(self.0.pool())
            .await
            .map_err(store)?;
            Ok(())
        })
        .await
    }

    async fn repartition(&self, count: u32) -> Result<(), StoreError> {
        bounded(async {
            let mut tx = self.0.write().await?;
            for table in ["channels", "outbox"] {
                sqlx::query(&format!("UPDATE {table} SET partition = partition % $1 WHERE partition >= $1"))
                    .bind(i64::from(count))
                    .execute(&mut *tx)
                    .await
                    .map_err(store)?;
            }
            tx.commit().await.map_err(store)
        })
        .await
    }

    async fn announced_channels(&self, after: Option<&ChannelId>, limit: usize) -> Result<Vec<ChannelId>, StoreError> {
        bounded(async {
            let ids: Vec<String> = sqlx::query_scalar(statements::LIST_ANNOUNCED_CHANNELS)
                .bind(after.map_or("", ChannelId::as_str))
                .bind(limit as i64)
                .fetch_all(self.0.pool())
                .await
                .map_err(store)?;
            ids.into_iter().map(|id| id.parse().map_err(corrupt)).collect()
        })
        .await
    }
}

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
        .bind(i64::from(partition))
        .bind(at.millis())
        .execute(&mut **tx)
        .await;
    match inserted {
        Err(error) if is_unique_violation(&error) => Err(ChangeError::NameTaken),
        other => other.map(|_| ()).map_err(|error| store(error).into()),
    }
}
