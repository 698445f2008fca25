//! The steps of transactions that change memberships.

use domain::{
    clock::Timestamp,
    ids::{AccountId, ChannelId, Pos},
    limits::CHANNELS_PER_ACCOUNT_MAX,
};

use super::Tx;
use crate::{
    adapters::{
        postgres::store::{partition_of, store},
        sql::statements,
    },
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

/// Locks the account, so that until the end of the transaction no other one adds it to a channel: joining twice at once is joining
/// once, and the limit of [`check_room`] holds when an account joins many channels at once.
pub(super) async fn lock(tx: &mut Tx, account: &AccountId) -> Result<(), StoreError> {
    sqlx::query("SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE")
        .bind(account.as_str())
        .execute(&mut **tx)
        .await
        .map_err(store)?;
    Ok(())
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

/// Changes the number of members. It also keeps the changes of a channel in order: a second transaction waits here until the first has
/// committed, and gets the later number in the outbox, which is therefore written afterwards.
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
    let partition: Option<i64> = sqlx::query_scalar(statements::FIND_PARTITION)
        .bind(channel.as_str())
        .fetch_optional(&mut **tx)
        .await
        .map_err(store)?;
    Ok(partition_of(partition.ok_or(ChangeError::NotFound)?)?)
}
