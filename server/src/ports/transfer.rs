//! The tables of an install, row by row: what `jimmy-chat migrate` reads from one database and writes into another.

use async_trait::async_trait;
use domain::ids::ChannelId;

use super::{StoreError, archive::Position};

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number of 64 bits.
    Number,
    /// Text in UTF-8.
    Text,
    /// A UUID, as text.
    Id,
    /// A string of bytes.
    Bytes,
}

/// The value of a column in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// SQL's NULL, in a column of any kind.
    Null,
    /// Of a column of [`Kind::Number`].
    Number(i64),
    /// Of a column of [`Kind::Text`] or [`Kind::Id`].
    Text(String),
    /// Of a column of [`Kind::Bytes`].
    Bytes(Vec<u8>),
}

/// A row, in the order of its table's columns.
pub type Row = Vec<Value>;

/// A table that both databases have.
#[derive(Debug)]
pub struct Table {
    /// Its name in SQL.
    pub name: &'static str,
    /// Its columns, those of its key first.
    pub columns: &'static [(&'static str, Kind)],
    /// The number of columns in its key. No key column is a [`Kind::Id`], and none is ever NULL.
    pub key: usize,
}

/// A database with the tables of an install.
#[async_trait]
pub trait Tables: Send + Sync {
    /// Returns the number of rows.
    async fn count(&self, table: &Table) -> Result<u64, StoreError>;

    /// Returns at most `limit` rows with a key greater than `after` (from the first row on, if `None`), in key order: integers
    /// numerically, text and blobs bytewise.
    async fn rows(&self, table: &Table, after: Option<&[Value]>, limit: usize) -> Result<Vec<Row>, StoreError>;
}

/// The database that an install is read from. Nothing is written to it.
#[async_trait]
pub trait Source: Tables {
    /// Returns the hall's id, which is unique to this install; `None` before the first account.
    async fn hall(&self) -> Result<Option<ChannelId>, StoreError>;

    /// Returns how far each partition of the install's log has been projected.
    async fn positions(&self) -> Result<Vec<Position>, StoreError>;

    /// Closes the database.
    async fn close(&self);
}

/// A migration, as its target stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The hall of the source.
    pub source: ChannelId,
    /// The generation of the positions in the new log.
    pub generation: u32,
    /// The number of partitions that the new log had when the migration began. Channels are spread over these.
    pub partitions: u32,
    /// Whether everything has been copied and compared.
    pub is_finished: bool,
}

/// Why a migration does not begin. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The database holds data of another install.
    #[error("the database holds other data already")]
    Occupied,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The database that an install is written into. No server starts on it between `begin` and `finish`.
#[async_trait]
pub trait Target: Tables {
    /// Checks whether a migration of the install with this hall may begin or continue. Changes nothing.
    async fn check(&self, source: &ChannelId) -> Result<(), BeginError>;

    /// Begins a migration in an empty database, or continues one of the same source. Returns what was stored when it began, whose
    /// number of partitions counts.
    async fn begin(&self, wanted: &Migration) -> Result<Migration, BeginError>;

    /// Returns the key of the row with the greatest key.
    async fn last(&self, table: &Table) -> Result<Option<Row>, StoreError>;

    /// Writes rows in one transaction. Rows whose keys exist already stay as they are.
    async fn put(&self, table: &Table, rows: &[Row]) -> Result<(), StoreError>;

    /// Creates the positions of the new generation, at offset 0 of each partition; once more changes nothing. For the database of
    /// the archive.
    async fn begin_positions(&self, generation: u32, partitions: u32) -> Result<(), StoreError>;

    /// Marks the migration as finished; once more changes nothing.
    async fn finish(&self) -> Result<(), StoreError>;
}
