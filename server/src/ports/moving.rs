//! An install's tables, row by row: what `jimmy-chat migrate` reads in one place and writes in another.

use async_trait::async_trait;
use domain::ids::ChannelId;

use super::{StoreError, archive::Stand};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// A UUID, as text.
    Id,
    /// Bytes.
    Bytes,
}

/// What a column of a row holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing: NULL.
    Nothing,
    /// See [`Kind::Number`].
    Number(i64),
    /// See [`Kind::Text`] and [`Kind::Id`].
    Text(String),
    /// See [`Kind::Bytes`].
    Bytes(Vec<u8>),
}

/// A row, in the order of its table's columns.
pub type Row = Vec<Value>;

/// A table that stands on both sides.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns; those of its key first.
    pub columns: &'static [(&'static str, Kind)],
    /// How many of the columns are its key. None of them is a [`Kind::Id`], and none is ever nothing.
    pub key: usize,
}

/// A place with an install's tables.
#[async_trait]
pub trait Tables: Send + Sync {
    /// How many rows there are.
    async fn count(&self, table: &Table) -> Result<u64, StoreError>;

    /// The rows whose key comes after `after` (all, without one), by key: numbers by size, texts and bytes byte by byte. At
    /// most `limit`.
    async fn rows(&self, table: &Table, after: Option<&[Value]>, limit: usize) -> Result<Vec<Row>, StoreError>;
}

/// The install that is moved. It is only read.
#[async_trait]
pub trait Source: Tables {
    /// The hall's id, which no other install has; `None` while nobody has signed up.
    async fn hall(&self) -> Result<Option<ChannelId>, StoreError>;

    /// Where the projection of each partition stands.
    async fn stands(&self) -> Result<Vec<Stand>, StoreError>;
}

/// What is moved, as the place remembers that it is moved to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The source's hall.
    pub source: ChannelId,
    /// Of the positions to come.
    pub generation: u32,
    /// Of the new log, when the move began: the channels are spread over so many.
    pub partitions: u32,
    /// Whether all of it is there.
    pub is_finished: bool,
}

/// Why a move does not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// Somebody else's data are there.
    #[error("there are data already")]
    Occupied,
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where an install is moved to. No server starts there between `begin` and `finish`.
#[async_trait]
pub trait Target: Tables {
    /// Whether a move of the install with this hall may begin or go on. Nothing is changed.
    async fn look(&self, source: &ChannelId) -> Result<(), BeginError>;

    /// Begins, where nothing is, or goes on. Says what was begun the first time: its partitions hold.
    async fn begin(&self, wanted: &Move) -> Result<Move, BeginError>;

    /// The key of the last row, by key.
    async fn last(&self, table: &Table) -> Result<Option<Row>, StoreError>;

    /// Writes rows, all or none; those whose key is there already are left as they are.
    async fn put(&self, table: &Table, rows: &[Row]) -> Result<(), StoreError>;

    /// Lets positions of the new generation begin in each of so many partitions, at offset 0. For the place of the archive.
    async fn begin_positions(&self, generation: u32, partitions: u32) -> Result<(), StoreError>;

    /// All of it is there.
    async fn finish(&self) -> Result<(), StoreError>;
}
