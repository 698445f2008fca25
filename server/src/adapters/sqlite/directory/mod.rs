//! Accounts, sessions, channels and memberships in an SQLite file, one file per store.
//!
//! It promises what [`ports::directory`](crate::ports::directory) says. One connection writes, so that writes are serialised; readers see
//! what was committed last.

mod accounts;
mod channels;
mod memberships;
mod outbox;
mod sessions;
mod workspace;

use super::store::{SqliteStore, Tx};

/// Accounts, sessions, channels and memberships.
pub struct SqliteDirectory(pub SqliteStore);
