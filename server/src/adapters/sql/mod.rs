//! What the adapters of both SQL databases share: migrations, and how columns are read.

pub(crate) mod statements;

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

/// Returns the migrations of a schema: version, description, SQL. They are listed by hand because sqlx's macro would build the driver a
/// second time, for the compiler.
pub fn migrations(steps: &[(i64, &'static str, &'static str)]) -> Migrator {
    let step = |(version, what, sql): &(i64, &'static str, &'static str)| {
        Migration::new(*version, Cow::Borrowed(*what), MigrationType::Simple, Cow::Borrowed(*sql), false)
    };
    Migrator { migrations: steps.iter().map(step).collect(), ..Migrator::DEFAULT }
}

/// Returns the error for a stored value that does not parse.
pub fn corrupt(error: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::Corrupt(error.into())
}

/// Returns whether a column holds a value of another type.
pub fn is_corrupt(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
}

/// Returns whether a uniqueness constraint refused a write.
pub fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// The columns of an account: id, name, display name.
pub type AccountRow = (String, String, String);

/// Returns the account of a row.
///
/// # Errors
/// A column holds nothing that this program has written.
pub fn account((id, name, display_name): AccountRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: id.parse().map_err(corrupt)?,
        name: AccountName::parse(&name).map_err(corrupt)?,
        display_name: DisplayName::parse(&display_name).map_err(corrupt)?,
    })
}

/// Returns the position of a stored number.
///
/// # Errors
/// No position has this number.
pub fn position(number: i64) -> Result<Pos, StoreError> {
    u64::try_from(number).ok().and_then(Pos::from_number).ok_or_else(|| corrupt("a position out of range"))
}

/// Returns position, author and digest of a stored change.
///
/// # Errors
/// A column holds nothing that this program has written.
pub fn kept(pos: i64, author: &str, digest: &[u8]) -> Result<(Pos, AccountId, Digest), StoreError> {
    Ok((position(pos)?, author.parse().map_err(corrupt)?, Digest(fixed(digest)?)))
}

/// Returns a digest or a checksum of 16 bytes.
///
/// # Errors
/// There are more or fewer bytes.
pub fn fixed(bytes: &[u8]) -> Result<[u8; 16], StoreError> {
    bytes.try_into().map_err(corrupt)
}

/// Returns a table's columns as a list, each as `write` writes it.
pub fn listed(table: &Table, write: impl Fn(&str, Kind) -> String) -> String {
    table.columns.iter().map(|(name, kind)| write(name, *kind)).collect::<Vec<_>>().join(", ")
}

/// Returns the columns of a table's key as a list.
pub fn key_of(table: &Table) -> String {
    table.columns[..table.key].iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
