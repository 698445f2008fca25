//! What adapters on SQL databases share, whatever the dialect: steps of a schema, and what columns mean. No SQL.

use std::{borrow::Cow, error::Error};

use domain::{
    event::Account,
    ids::{AccountId, Pos},
    names::{AccountName, DisplayName},
    record::Digest,
};
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::ports::{
    StoreError,
    transfer::{Kind, Table},
};

/// A schema's steps: version, what it does, SQL. Named one by one rather than by sqlx's macro, which would build the
/// driver a second time, as a part of the compiler.
pub fn migrations(steps: &[(i64, &'static str, &'static str)]) -> Migrator {
    let step = |(version, what, sql): &(i64, &'static str, &'static str)| {
        Migration::new(*version, Cow::Borrowed(*what), MigrationType::Simple, Cow::Borrowed(*sql), false)
    };
    Migrator { migrations: steps.iter().map(step).collect(), ..Migrator::DEFAULT }
}

/// What a stored text that no longer parses means to the port.
pub fn corrupt(error: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::Corrupt(error.into())
}

/// Whether a column does not hold what it should.
pub fn is_corrupt(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
}

/// Whether a write was refused by a uniqueness constraint.
pub fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// An account as a row has it: id, name, display name.
pub type AccountRow = (String, String, String);

/// The account of a row.
///
/// # Errors
/// When a text is none that the program would have written.
pub fn account((id, name, display_name): AccountRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: id.parse().map_err(corrupt)?,
        name: AccountName::parse(&name).map_err(corrupt)?,
        display_name: DisplayName::parse(&display_name).map_err(corrupt)?,
    })
}

/// The position that a number is.
///
/// # Errors
/// When no position can be so large, or so small.
pub fn position(number: i64) -> Result<Pos, StoreError> {
    u64::try_from(number).ok().and_then(Pos::from_number).ok_or_else(|| corrupt("a position out of range"))
}

/// What is kept under an id: its place, who asked for it, and the digest of what was asked for.
///
/// # Errors
/// When a column is none that the program would have written.
pub fn kept(pos: i64, author: &str, digest: &[u8]) -> Result<(Pos, AccountId, Digest), StoreError> {
    Ok((position(pos)?, author.parse().map_err(corrupt)?, Digest(fixed(digest)?)))
}

/// Sixteen bytes: a digest, a checksum.
///
/// # Errors
/// When there are more or less.
pub fn fixed(bytes: &[u8]) -> Result<[u8; 16], StoreError> {
    bytes.try_into().map_err(corrupt)
}

/// A table's columns, each as `write` writes it, as a list.
pub fn listed(table: &Table, write: impl Fn(&str, Kind) -> String) -> String {
    table.columns.iter().map(|(name, kind)| write(name, *kind)).collect::<Vec<_>>().join(", ")
}

/// The columns of a table's key, as a list.
pub fn key_of(table: &Table) -> String {
    table.columns[..table.key].iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
