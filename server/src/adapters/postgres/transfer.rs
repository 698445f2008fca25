//! The database that `migrate` writes an install into.

use async_trait::async_trait;
use domain::ids::ChannelId;
use sqlx::{PgConnection, Row as _, postgres::PgRow};

use super::store::{PostgresStore, bounded, bounded_by, store};
use crate::{
    adapters::sql::{corrupt, key_of, listed},
    clock::now,
    ports::{
        StoreError,
        transfer::{BeginError, Kind, Migration, Row, Table, Tables, Target, Value},
    },
};

/// Time-out for counting or analysing the largest table.
const WHOLE_TABLE_WAIT: std::time::Duration = std::time::Duration::from_secs(600);

/// A database that receives an install's directory, its archive, or both.
pub struct PostgresTarget(pub PostgresStore);

/// Returns whether a migration into this database has not finished: no server may start on it.
///
/// # Errors
/// The database does not answer.
pub async fn is_unfinished(db: &PostgresStore) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM migration WHERE finished_at IS NULL)";
    bounded(async { sqlx::query_scalar(sql).fetch_one(db.pool()).await.map_err(store) }).await
}

#[async_trait]
impl Tables for PostgresTarget {
    async fn count(&self, table: &Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        let count: i64 = bounded_by(WHOLE_TABLE_WAIT, self.patiently(&sql)).await?;
        Ok(count as u64)
    }

    async fn rows(&self, table: &Table, after: Option<&[Value]>, limit: usize) -> Result<Vec<Row>, StoreError> {
        bounded(self.rows_in_order(table, after, "", limit)).await
    }
}

#[async_trait]
impl Target for PostgresTarget {
    async fn check(&self, source: &ChannelId) -> Result<(), BeginError> {
        bounded(self.check_owner(source)).await
    }

    async fn begin(&self, wanted: &Migration) -> Result<Migration, BeginError> {
        bounded(self.begin_or_continue(wanted)).await
    }

    async fn last(&self, table: &Table) -> Result<Option<Row>, StoreError> {
        let rows = bounded(self.rows_in_order(table, None, " DESC", 1)).await?;
        Ok(rows.into_iter().next().map(|row| row.into_iter().take(table.key).collect()))
    }

    async fn put(&self, table: &Table, rows: &[Row]) -> Result<(), StoreError> {
        bounded(self.insert(table, rows)).await
    }

    async fn begin_positions(&self, generation: u32, partitions: u32) -> Result<(), StoreError> {
        let begun = async {
            sqlx::query(
                "INSERT INTO projections (partition, generation, next_offset, window_floor)
                 SELECT partition, $1, 0, 0 FROM generate_series(0, $2 - 1) AS partition ON CONFLICT DO NOTHING",
            )
            .bind(i64::from(generation))
            .bind(i64::from(partitions))
            .execute(self.0.pool())
            .await
            .map_err(store)
        };
        bounded(begun).await.map(drop)
    }

    async fn finish(&self) -> Result<(), StoreError> {
        // Until they are analysed, the planner treats the tables as empty.
        for table in ["accounts", "sessions", "channels", "memberships", "events", "heads"] {
            let sql = format!("ANALYZE {table}");
            bounded_by(WHOLE_TABLE_WAIT, self.execute_patiently(&sql)).await?;
        }
        bounded(self.mark_finished()).await
    }
}

impl PostgresTarget {
    /// Checks whether a migration of this source may begin or continue. Changes nothing.
    async fn check_owner(&self, source: &ChannelId) -> Result<(), BeginError> {
        let mut db = self.0.pool().acquire().await.map_err(store)?;
        let begun: Option<String> =
            sqlx::query_scalar("SELECT source FROM migration").fetch_optional(&mut *db).await.map_err(store)?;
        match begun {
            Some(begun) if begun == source.as_str() => Ok(()),
            Some(_) => Err(BeginError::Occupied),
            None => is_empty(&mut db).await,
        }
    }

    /// Begins or continues. A second migration waits for the transaction of the first.
    async fn begin_or_continue(&self, wanted: &Migration) -> Result<Migration, BeginError> {
        let mut tx = self.0.write().await?;
        sqlx::query("LOCK TABLE migration IN EXCLUSIVE MODE").execute(&mut *tx).await.map_err(store)?;
        let begun: Option<(String, i64, i64, bool)> =
            sqlx::query_as("SELECT source, generation, partitions, finished_at IS NOT NULL FROM migration")
                .fetch_optional(&mut *tx)
                .await
                .map_err(store)?;
        if let Some((source, generation, partitions, is_finished)) = begun {
            let source = source.parse().map_err(corrupt)?;
            let generation = u32::try_from(generation).map_err(corrupt)?;
            let partitions = u32::try_from(partitions).map_err(corrupt)?;
            return match source == wanted.source {
                true => Ok(Migration { source, generation, partitions, is_finished }),
                false => Err(BeginError::Occupied),
            };
        }
        is_empty(&mut tx).await?;
        sqlx::query("INSERT INTO migration (only_one, source, generation, partitions) VALUES (1, $1, $2, $3)")
            .bind(wanted.source.as_str())
            .bind(i64::from(wanted.generation))
            .bind(i64::from(wanted.partitions))
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        tx.commit().await.map_err(store)?;
        Ok(Migration { is_finished: false, ..wanted.clone() })
    }

    /// Runs a query without a statement time-out.
    async fn patiently(&self, sql: &str) -> Result<i64, StoreError> {
        let mut tx = self.0.write().await?;
        sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await.map_err(store)?;
        sqlx::query_scalar(sql).fetch_one(&mut *tx).await.map_err(store)
    }

    /// Runs a statement without a statement time-out.
    async fn execute_patiently(&self, sql: &str) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await.map_err(store)?;
        sqlx::query(sql).execute(&mut *tx).await.map_err(store)?;
        tx.commit().await.map_err(store)
    }

    async fn rows_in_order(
        &self,
        table: &Table,
        after: Option<&[Value]>,
        order: &str,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let columns = listed(table, |name, kind| match kind {
            Kind::Number => format!("{name}::bigint"),
            Kind::Id => format!("{name}::text"),
            Kind::Text | Kind::Bytes => name.to_owned(),
        });
        let names = || table.columns[..table.key].iter().map(|(name, _)| *name);
        let which = after.map_or_else(String::new, |_| {
            let marks = (1..=table.key).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
            format!("WHERE ({}) > ({marks}) ", key_of(table))
        });
        let by = names().map(|name| format!("{name}{order}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {columns} FROM {} {which}ORDER BY {by} LIMIT {limit}", table.name);
        let mut query = sqlx::query(&sql);
        for value in after.unwrap_or_default() {
            query = match value {
                Value::Null => query.bind(None::<i64>),
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        let rows = query.fetch_all(self.0.pool()).await.map_err(store)?;
        rows.iter().map(|row| read(table, row)).collect()
    }

    /// Inserts rows by one statement, to which each column is sent as an array.
    async fn insert(&self, table: &Table, rows: &[Row]) -> Result<(), StoreError> {
        let names = listed(table, |name, _| name.to_owned());
        let values = listed(table, |name, kind| match kind {
            Kind::Id => format!("{name}::uuid"),
            _ => name.to_owned(),
        });
        let arrays: Vec<String> = (1..)
            .zip(table.columns)
            .map(|(number, (_, kind))| match kind {
                Kind::Number => format!("${number}::bigint[]"),
                Kind::Text | Kind::Id => format!("${number}::text[]"),
                Kind::Bytes => format!("${number}::bytea[]"),
            })
            .collect();
        let sql = format!(
            "INSERT INTO {} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM unnest({}) AS rows ({names}) ON CONFLICT DO NOTHING",
            table.name,
            arrays.join(", ")
        );
        let mut query = sqlx::query(&sql);
        for (index, (_, kind)) in table.columns.iter().enumerate() {
            let column = rows.iter().map(|row| &row[index]);
            query = match kind {
                Kind::Number => query.bind(column.map(number).collect::<Vec<_>>()),
                Kind::Text | Kind::Id => query.bind(column.map(text).collect::<Vec<_>>()),
                Kind::Bytes => query.bind(column.map(bytes).collect::<Vec<_>>()),
            };
        }
        query.execute(self.0.pool()).await.map_err(store)?;
        Ok(())
    }

    async fn mark_finished(&self) -> Result<(), StoreError> {
        let mut tx = self.0.write().await?;
        // The next change gets a number that is free.
        sqlx::query(
            "SELECT setval(pg_get_serial_sequence('outbox', 'seq'), coalesce(max(seq), 0) + 1, false) FROM outbox",
        )
        .execute(&mut *tx)
        .await
        .map_err(store)?;
        sqlx::query("UPDATE migration SET finished_at = $1 WHERE finished_at IS NULL")
            .bind(now().millis())
            .execute(&mut *tx)
            .await
            .map_err(store)?;
        tx.commit().await.map_err(store)
    }
}

fn number(value: &Value) -> Option<i64> {
    if let Value::Number(number) = value { Some(*number) } else { None }
}

fn text(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

fn bytes(value: &Value) -> Option<&[u8]> {
    if let Value::Bytes(bytes) = value { Some(bytes) } else { None }
}

fn read(table: &Table, row: &PgRow) -> Result<Row, StoreError> {
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

/// Checks that the database holds no install.
async fn is_empty(db: &mut PgConnection) -> Result<(), BeginError> {
    let is_occupied: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM accounts) OR EXISTS (SELECT 1 FROM workspace)
             OR EXISTS (SELECT 1 FROM events) OR EXISTS (SELECT 1 FROM projections)",
    )
    .fetch_one(db)
    .await
    .map_err(store)?;
    if is_occupied { Err(BeginError::Occupied) } else { Ok(()) }
}
