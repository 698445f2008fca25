//! The database that `migrate` reads an install from.

use std::path::Path;

use async_trait::async_trait;
use domain::ids::ChannelId;
use sqlx::{Row as _, SqlitePool, migrate::Migrator, sqlite::SqlitePoolOptions, sqlite::SqliteRow};

use super::store::{OpenError, options, store, unusable};
use crate::{
    adapters::sql::{corrupt, fixed, key_of, listed},
    ports::{
        StoreError,
        archive::{Checksum, Position},
        event_log::Partition,
        transfer::{Kind, Row, Source, Table, Tables, Value},
    },
};

/// The file with an install's directory and archive.
pub struct SqliteSource(SqlitePool);

impl SqliteSource {
    /// Opens the file for reading only. Its schema must be of this version.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(path: &Path, migrations: &Migrator) -> Result<Self, OpenError> {
        let options = options(path).create_if_missing(false).read_only(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let pool = pool.map_err(|error| unusable(path, error))?;
        let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
            .fetch_one(&pool)
            .await
            .map_err(|error| unusable(path, error))?;
        let ours = migrations.iter().map(|step| step.version).max();
        match version.cmp(&ours) {
            std::cmp::Ordering::Less => Err(OpenError::Older(path.display().to_string())),
            std::cmp::Ordering::Equal => Ok(Self(pool)),
            std::cmp::Ordering::Greater => Err(OpenError::Newer(path.display().to_string())),
        }
    }
}

#[async_trait]
impl Tables for SqliteSource {
    async fn count(&self, table: &Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        let count: i64 = sqlx::query_scalar(&sql).fetch_one(&self.0).await.map_err(store)?;
        Ok(count as u64)
    }

    async fn rows(&self, table: &Table, after: Option<&[Value]>, limit: usize) -> Result<Vec<Row>, StoreError> {
        let (columns, key) = (listed(table, |name, _| name.to_owned()), key_of(table));
        let which = after.map_or_else(String::new, |_| {
            let marks = vec!["?"; table.key].join(", ");
            format!("WHERE ({key}) > ({marks}) ")
        });
        let sql = format!("SELECT {columns} FROM {} {which}ORDER BY {key} LIMIT ?", table.name);
        let mut query = sqlx::query(&sql);
        for value in after.unwrap_or_default() {
            query = match value {
                Value::Null => query.bind(None::<i64>),
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        let rows = query.bind(limit as i64).fetch_all(&self.0).await.map_err(store)?;
        rows.iter().map(|row| read(table, row)).collect()
    }
}

fn read(table: &Table, row: &SqliteRow) -> Result<Row, StoreError> {
    let value = |(index, (_, kind)): (usize, &(&str, Kind))| {
        let value = match kind {
            Kind::Number => row.try_get::<Option<i64>, _>(index).map(|value| value.map(Value::Number)),
            Kind::Text | Kind::Id => row.try_get::<Option<String>, _>(index).map(|value| value.map(Value::Text)),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(index).map(|value| value.map(Value::Bytes)),
        };
        value.map(|value| value.unwrap_or(Value::Null)).map_err(store)
    };
    table.columns.iter().enumerate().map(value).collect()
}

#[async_trait]
impl Source for SqliteSource {
    async fn hall(&self) -> Result<Option<ChannelId>, StoreError> {
        let id: Option<String> = sqlx::query_scalar("SELECT id FROM channels WHERE kind = 'hall'")
            .fetch_optional(&self.0)
            .await
            .map_err(store)?;
        id.map(|id| id.parse().map_err(corrupt)).transpose()
    }

    async fn positions(&self) -> Result<Vec<Position>, StoreError> {
        let rows: Vec<(Partition, u32, i64, Option<Vec<u8>>)> =
            sqlx::query_as("SELECT partition, generation, next_offset, checksum FROM projections ORDER BY partition")
                .fetch_all(&self.0)
                .await
                .map_err(store)?;
        let stand = |(partition, generation, next, checksum): (_, _, i64, Option<Vec<u8>>)| {
            let checksum = checksum.map(|bytes| fixed(&bytes).map(Checksum)).transpose()?;
            Ok(Position { partition, generation, next: next as u64, checksum })
        };
        rows.into_iter().map(stand).collect()
    }

    async fn close(&self) {
        self.0.close().await;
    }
}
