//! Who is in which channel.

use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    event::Account,
    ids::{AccountId, ChannelId, Pos},
    limits::CHANNELS_PER_ACCOUNT_MAX,
    record::Action,
};

use super::{Tx, outbox};
use crate::{
    adapters::{
        postgres::store::{PostgresStore, partition_of, store, up_to_nul},
        sql::{account, corrupt},
    },
    ports::{
        StoreError,
        directory::{Change, ChangeError, MembershipDraft, ReadMark},
        event_log::Partition,
    },
};

pub(super) async fn joined(db: &PostgresStore, account: &AccountId) -> Result<Vec<ChannelId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT channel FROM memberships WHERE account = $1 LIMIT $2")
        .bind(account.as_str())
        .bind(CHANNELS_PER_ACCOUNT_MAX as i64)
        .fetch_all(db.pool())
        .await
        .map_err(store)?;
    ids.iter().map(|id| id.parse().map_err(corrupt)).collect()
}

const IS_IN: &str = "SELECT EXISTS (SELECT 1 FROM memberships WHERE account = $1 AND channel = $2)";

pub(super) async fn exists(db: &PostgresStore, account: &AccountId, channel: &ChannelId) -> Result<bool, StoreError> {
    sqlx::query_scalar(IS_IN).bind(account.as_str()).bind(channel.as_str()).fetch_one(db.pool()).await.map_err(store)
}

/// By folded name.
pub(super) async fn members(
    db: &PostgresStore,
    channel: &ChannelId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<Account>, Option<String>), StoreError> {
    // No name is empty, so all of them come after the empty one. Planned anew each time: a small channel is sorted, a large
    // one is read in the order of names as far as the limit.
    let mut rows: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT a.id, a.name, a.display_name, a.name_key FROM memberships m JOIN accounts a ON a.id = m.account
         WHERE m.channel = $1 AND a.name_key > $2 ORDER BY a.name_key LIMIT $3",
    )
    .persistent(false)
    .bind(channel.as_str())
    .bind(cursor.map(up_to_nul).unwrap_or_default())
    .bind(limit as i64 + 1)
    .fetch_all(db.pool())
    .await
    .map_err(store)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.3.clone());
    let read = |(id, name, display_name, _)| account((id, name, display_name));
    Ok((rows.into_iter().map(read).collect::<Result<_, _>>()?, next))
}

pub(super) async fn member_ids(
    db: &PostgresStore,
    channel: &ChannelId,
    limit: usize,
) -> Result<Vec<AccountId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT account FROM memberships WHERE channel = $1 LIMIT $2")
        .bind(channel.as_str())
        .bind(limit as i64)
        .fetch_all(db.pool())
        .await
        .map_err(store)?;
    ids.iter().map(|id| id.parse().map_err(corrupt)).collect()
}

pub(super) async fn join(db: &PostgresStore, draft: &MembershipDraft) -> Result<Change, ChangeError> {
    let mut tx = db.write().await?;
    let partition = partition(&mut tx, &draft.channel).await?;
    lock(&mut tx, &draft.who.id).await?;
    if is_in(&mut tx, draft).await? {
        return Ok(Change::Already);
    }
    check_room(&mut tx, &draft.who.id).await?;
    insert(&mut tx, &draft.who.id, &draft.channel, "member", draft.read, draft.at).await?;
    let joined = Action::Join { who: draft.who.clone() };
    outbox::push(&mut tx, &draft.channel, partition, draft.id, draft.at, &joined).await?;
    tx.commit().await.map_err(store)?;
    Ok(Change::Made)
}

pub(super) async fn leave(db: &PostgresStore, draft: &MembershipDraft) -> Result<Change, ChangeError> {
    let mut tx = db.write().await?;
    let partition = partition(&mut tx, &draft.channel).await?;
    let gone = sqlx::query("DELETE FROM memberships WHERE account = $1 AND channel = $2")
        .bind(draft.who.id.as_str())
        .bind(draft.channel.as_str())
        .execute(&mut *tx)
        .await
        .map_err(store)?;
    if gone.rows_affected() == 0 {
        return Ok(Change::Already);
    }
    count(&mut tx, &draft.channel, -1).await?;
    let left = Action::Leave { who: draft.who.clone() };
    outbox::push(&mut tx, &draft.channel, partition, draft.id, draft.at, &left).await?;
    tx.commit().await.map_err(store)?;
    Ok(Change::Made)
}

/// All of them in one statement, which locks the rows in their order before it writes the first: two batches that move
/// markers of the same people do not wait for each other.
pub(super) async fn mark_read(db: &PostgresStore, marks: &[ReadMark]) -> Result<(), StoreError> {
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
    .execute(db.pool())
    .await
    .map_err(store)?;
    Ok(())
}

pub(super) async fn insert(
    tx: &mut Tx,
    account: &AccountId,
    channel: &ChannelId,
    role: &str,
    (pos, n): (Pos, u64),
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO memberships (account, channel, role, joined_at, read_pos, read_n) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(account.as_str())
    .bind(channel.as_str())
    .bind(role)
    .bind(at.millis())
    .bind(pos.number() as i64)
    .bind(n as i64)
    .execute(&mut **tx)
    .await
    .map_err(store)?;
    count(tx, channel, 1).await
}

/// Until the end of the transaction nobody else puts this person into a channel: who joins twice at once is in once, and
/// the bound of [`check_room`] holds for who joins many at once.
pub(super) async fn lock(tx: &mut Tx, account: &AccountId) -> Result<(), StoreError> {
    sqlx::query("SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE")
        .bind(account.as_str())
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    Ok(())
}

/// Refuses one more channel to a person who is in as many as one may be.
pub(super) async fn check_room(tx: &mut Tx, account: &AccountId) -> Result<(), ChangeError> {
    let many: i64 = sqlx::query_scalar("SELECT count(*) FROM memberships WHERE account = $1")
        .bind(account.as_str())
        .fetch_one(&mut **tx)
        .await
        .map_err(store)?;
    if many as usize >= CHANNELS_PER_ACCOUNT_MAX { Err(ChangeError::TooMany) } else { Ok(()) }
}

/// Also what keeps a channel's changes in order: whoever comes here second waits until the first has committed, and gets
/// the later number in the outbox, which is therefore written to afterwards.
async fn count(tx: &mut Tx, channel: &ChannelId, by: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE channels SET member_count = member_count + $1 WHERE id = $2")
        .bind(by)
        .bind(channel.as_str())
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    Ok(())
}

async fn is_in(tx: &mut Tx, draft: &MembershipDraft) -> Result<bool, StoreError> {
    sqlx::query_scalar(IS_IN)
        .bind(draft.who.id.as_str())
        .bind(draft.channel.as_str())
        .fetch_one(&mut **tx)
        .await
        .map_err(store)
}

async fn partition(tx: &mut Tx, channel: &ChannelId) -> Result<Partition, ChangeError> {
    let partition: Option<i64> = sqlx::query_scalar("SELECT partition FROM channels WHERE id = $1")
        .bind(channel.as_str())
        .fetch_optional(&mut **tx)
        .await
        .map_err(store)?;
    Ok(partition_of(partition.ok_or(ChangeError::NotFound)?)?)
}
