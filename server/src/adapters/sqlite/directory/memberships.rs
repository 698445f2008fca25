//! The steps of transactions that change memberships.

use domain::{
    clock::Timestamp,
    ids::{AccountId, ChannelId, Pos},
    limits::CHANNELS_PER_ACCOUNT_MAX,
};

use super::Tx;
use crate::{
    adapters::{sql::statements, sqlite::store::store},
    ports::{
        StoreError,
        directory::{ChangeError, MembershipDraft},
        event_log::Partition,
    },
};

pub(super) async fn insert(
    tx: &mut Tx,
    account: &AccountId,
    channel: &ChannelId,
    role: &str,
    (pos, n): (Pos, u64),
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(statements::INSERT_MEMBER)
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

/// Refuses another channel to an account that is a member of as many as allowed.
pub(super) async fn check_room(tx: &mut Tx, account: &AccountId) -> Result<(), ChangeError> {
    let many: i64 = sqlx::query_scalar(statements::COUNT_CHANNELS_OF_ACCOUNT)
        .bind(account.as_str())
        .fetch_one(&mut **tx)
        .await
        .map_err(store)?;
    if many as usize >= CHANNELS_PER_ACCOUNT_MAX { Err(ChangeError::TooMany) } else { Ok(()) }
}

pub(super) async fn set_read(
    tx: &mut Tx,
    account: &AccountId,
    channel: &ChannelId,
    pos: Pos,
    n: u64,
) -> Result<(), StoreError> {
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

pub(super) async fn count(tx: &mut Tx, channel: &ChannelId, by: i64) -> Result<(), StoreError> {
    sqlx::query(statements::ADD_TO_MEMBER_COUNT)
        .bind(by)
        .bind(channel.as_str())
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    Ok(())
}

pub(super) async fn is_in(tx: &mut Tx, draft: &MembershipDraft) -> Result<bool, StoreError> {
    sqlx::query_scalar(statements::IS_MEMBER)
        .bind(draft.who.id.as_str())
        .bind(draft.channel.as_str())
        .fetch_one(&mut **tx)
        .await
        .map_err(store)
}

pub(super) async fn partition(tx: &mut Tx, channel: &ChannelId) -> Result<Partition, ChangeError> {
    let partition: Option<Partition> = sqlx::query_scalar(statements::FIND_PARTITION)
        .bind(channel.as_str())
        .fetch_optional(&mut **tx)
        .await
        .map_err(store)?;
    partition.ok_or(ChangeError::NotFound)
}
