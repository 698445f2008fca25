//! Who is in which channel.

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
        sql::{AccountRow, account, corrupt},
        sqlite::store::{SqliteStore, store},
    },
    ports::{
        StoreError,
        directory::{Change, ChangeError, MembershipDraft, ReadMark},
        event_log::Partition,
    },
};

pub(super) async fn joined(db: &SqliteStore, account: &AccountId) -> Result<Vec<ChannelId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT channel FROM memberships WHERE account = ? LIMIT ?")
        .bind(account.as_str())
        .bind(CHANNELS_PER_ACCOUNT_MAX as i64)
        .fetch_all(db.readers())
        .await
        .map_err(store)?;
    ids.iter().map(|id| id.parse().map_err(corrupt)).collect()
}

pub(super) async fn exists(db: &SqliteStore, account: &AccountId, channel: &ChannelId) -> Result<bool, StoreError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM memberships WHERE account = ? AND channel = ?)")
        .bind(account.as_str())
        .bind(channel.as_str())
        .fetch_one(db.readers())
        .await
        .map_err(store)
}

/// By folded name.
pub(super) async fn members(
    db: &SqliteStore,
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
    .fetch_all(db.readers())
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

pub(super) async fn member_ids(
    db: &SqliteStore,
    channel: &ChannelId,
    limit: usize,
) -> Result<Vec<AccountId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT account FROM memberships WHERE channel = ? LIMIT ?")
        .bind(channel.as_str())
        .bind(limit as i64)
        .fetch_all(db.readers())
        .await
        .map_err(store)?;
    ids.iter().map(|id| id.parse().map_err(corrupt)).collect()
}

pub(super) async fn join(db: &SqliteStore, draft: &MembershipDraft) -> Result<Change, ChangeError> {
    let mut tx = db.write().await?;
    let partition = partition(&mut tx, &draft.channel).await?;
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

pub(super) async fn leave(db: &SqliteStore, draft: &MembershipDraft) -> Result<Change, ChangeError> {
    let mut tx = db.write().await?;
    let partition = partition(&mut tx, &draft.channel).await?;
    let gone = sqlx::query("DELETE FROM memberships WHERE account = ? AND channel = ?")
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

pub(super) async fn mark_read(db: &SqliteStore, marks: &[ReadMark]) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    for mark in marks {
        set_read(&mut tx, &mark.account, &mark.channel, mark.pos, mark.n).await?;
    }
    tx.commit().await.map_err(store)
}

pub(super) async fn insert(
    tx: &mut Tx,
    account: &AccountId,
    channel: &ChannelId,
    role: &str,
    (pos, n): (Pos, u64),
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO memberships (account, channel, role, joined_at, read_pos, read_n) VALUES (?, ?, ?, ?, ?, ?)";
    sqlx::query(sql)
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

/// Refuses one more channel to a person who is in as many as one may be.
pub(super) async fn check_room(tx: &mut Tx, account: &AccountId) -> Result<(), ChangeError> {
    let many: i64 = sqlx::query_scalar("SELECT count(*) FROM memberships WHERE account = ?")
        .bind(account.as_str())
        .fetch_one(&mut **tx)
        .await
        .map_err(store)?;
    if many as usize >= CHANNELS_PER_ACCOUNT_MAX { Err(ChangeError::TooMany) } else { Ok(()) }
}

async fn set_read(tx: &mut Tx, account: &AccountId, channel: &ChannelId, pos: Pos, n: u64) -> Result<(), StoreError> {
    sqlx::query("UPDATE memberships SET read_pos = ?, read_n = ? WHERE account = ? AND channel = ? AND read_pos < ?")
        .bind(pos.number() as i64)
        .bind(n as i64)
        .bind(account.as_str())
        .bind(channel.as_str())
        .bind(pos.number() as i64)
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    Ok(())
}

async fn count(tx: &mut Tx, channel: &ChannelId, by: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE channels SET member_count = member_count + ? WHERE id = ?")
        .bind(by)
        .bind(channel.as_str())
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    Ok(())
}

async fn is_in(tx: &mut Tx, draft: &MembershipDraft) -> Result<bool, StoreError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM memberships WHERE account = ? AND channel = ?)")
        .bind(draft.who.id.as_str())
        .bind(draft.channel.as_str())
        .fetch_one(&mut **tx)
        .await
        .map_err(store)
}

async fn partition(tx: &mut Tx, channel: &ChannelId) -> Result<Partition, ChangeError> {
    let partition: Option<Partition> = sqlx::query_scalar("SELECT partition FROM channels WHERE id = ?")
        .bind(channel.as_str())
        .fetch_optional(&mut **tx)
        .await
        .map_err(store)?;
    partition.ok_or(ChangeError::NotFound)
}
