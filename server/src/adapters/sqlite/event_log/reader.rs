//! Reads the log's file while the writer appends.

use async_trait::async_trait;
use sqlx::SqlitePool;
use tokio::sync::watch;

use super::writer::Reach;
use crate::ports::event_log::{LogError, LogFollower, LogRange, LogRecord};

/// Most records that a follower returns at once.
const READ_RECORDS: u32 = 512;

pub(super) struct Follower {
    pub(super) readers: SqlitePool,
    pub(super) reach: watch::Receiver<Reach>,
    pub(super) next: u64,
}

#[async_trait]
impl LogFollower for Follower {
    async fn next(&mut self) -> Result<Vec<LogRecord>, LogError> {
        loop {
            let reach = self.reach.borrow_and_update().clone();
            match reach {
                Reach::Broken(reason) => return Err(LogError(reason)),
                Reach::Next(end) if end > self.next => {
                    let records = read(&self.readers, self.next, READ_RECORDS).await?;
                    if let Some(last) = records.last() {
                        self.next = last.offset + 1;
                        return Ok(records);
                    }
                    self.next = end;
                }
                Reach::Next(_) => {
                    let ended = |_| LogError("its writer has ended".into());
                    self.reach.changed().await.map_err(ended)?;
                }
            }
        }
    }
}

/// Returns at most `limit` records from an offset on.
pub(super) async fn read(readers: &SqlitePool, from: u64, limit: u32) -> Result<Vec<LogRecord>, LogError> {
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT number - 1, record FROM records WHERE number > ? ORDER BY number LIMIT ?")
            .bind(from as i64)
            .bind(limit)
            .fetch_all(readers)
            .await
            .map_err(|e| LogError(e.to_string()))?;
    let record = |(offset, bytes): (i64, Vec<u8>)| {
        let offset = u64::try_from(offset).map_err(|_| LogError("a record has an impossible number".into()))?;
        Ok(LogRecord { offset, bytes })
    };
    rows.into_iter().map(record).collect()
}

/// Returns which offsets the log holds. `sqlite_sequence` remembers the last number, also after its record was trimmed.
pub(super) async fn range(readers: &SqlitePool) -> Result<LogRange, sqlx::Error> {
    let (first, last): (Option<i64>, Option<i64>) = sqlx::query_as(
        "SELECT (SELECT min(number) - 1 FROM records), (SELECT seq FROM sqlite_sequence WHERE name = 'records')",
    )
    .fetch_one(readers)
    .await?;
    let next = last.unwrap_or(0) as u64;
    Ok(LogRange { first: first.map_or(next, |first| first as u64), next })
}
