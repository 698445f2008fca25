//! Accounts, sessions, channels and memberships in PostgreSQL, one file per store.
//!
//! It promises what [`ports::directory`](crate::ports::directory) says, for several servers that write at the same time. All calls lock
//! rows in the same order, so that no two of them wait for each other: accounts, sessions, memberships, channels; several rows of one
//! table by their keys. A call that takes longer than a few seconds fails.

mod accounts;
mod channels;
mod memberships;
mod outbox;
mod sessions;
mod workspace;

use super::store::{PostgresStore, Tx};

/// Accounts, sessions, channels and memberships.
pub struct PostgresDirectory(pub PostgresStore);
