//! ⑦ The log of one machine: an SQLite file with one writer. Before it on a message's way: `messages/post`. After it, by
//! the reading half: `delivery/follower`. Records that arrive while a commit is on its way to the disk
//! share the next one (group commit, `synchronous=FULL`), so durability costs one fsync for many messages.
//!
//! A failed write other than a full disk ends the log for good: after a failed fsync nobody can say what the disk holds,
//! so it is never tried again (the process says so and ends; the next start reads what is there).

use std::{
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use async_trait::async_trait;
use sqlx::{Connection, SqliteConnection, SqlitePool, migrate::Migrator, sqlite::SqlitePoolOptions};
use tokio::sync::{mpsc, oneshot, watch};

use super::sqlite::{OpenError, is_full, make_private, migrate, migrations, options, unusable};
use domain::faults;

use crate::{
    failpoint,
    ports::{
        EventLog,
        event_log::{AppendError, LogError, LogFollower, LogRange, LogRecord, Partition, Receipt},
    },
};

/// The schema of the log's file.
pub static MIGRATIONS: LazyLock<Migrator> =
    LazyLock::new(|| migrations(&[(1, "records", include_str!("../../../migrations/sqlite_log/0001_records.sql"))]));

/// Records that wait for the writer. At 256 KiB at most each, 256 MiB in the worst case; in practice a few hundred kB.
const QUEUE: usize = 1_024;
/// Records in one commit.
const COMMIT_RECORDS: usize = 512;
/// Records that a follower reads at once.
const READ_RECORDS: u32 = 512;
/// Connections that read: the follower, and what looks at the log's range.
const READERS: u32 = 2;

/// How far the log reaches, as its writer says.
#[derive(Clone, Debug)]
enum Reach {
    Next(u64),
    Broken(String),
}

/// The log of one machine. It has one partition.
pub struct SqliteEventLog {
    readers: SqlitePool,
    queue: mpsc::Sender<Order>,
    reach: watch::Receiver<Reach>,
}

enum Order {
    Append(Vec<u8>, oneshot::Sender<AppendError>),
    Trim(u64),
    Close(oneshot::Sender<()>),
}

impl SqliteEventLog {
    /// Opens the file, making it if need be, and starts its writer, which ends when the log is dropped.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        make_private(path)?;
        let pool = |options, most| SqlitePoolOptions::new().max_connections(most).connect_with(options);
        let first = pool(options(path), 1).await.map_err(|e| unusable(path, e))?;
        migrate(&first, path, &MIGRATIONS).await?;
        first.close().await;

        let writer = SqliteConnection::connect_with(&options(path)).await.map_err(|e| unusable(path, e))?;
        let readers = pool(options(path).read_only(true), READERS).await.map_err(|e| unusable(path, e))?;
        let range = range(&readers).await.map_err(|e| unusable(path, e))?;
        let (queue, orders) = mpsc::channel(QUEUE);
        let (reach_of_writer, reach) = watch::channel(Reach::Next(range.next));
        tokio::spawn(write(writer, path.to_owned(), orders, reach_of_writer));
        Ok(Self { readers, queue, reach })
    }
}

/// What a log that is only looked at holds, and its last record, if it still has that.
///
/// # Errors
/// See [`OpenError`].
pub async fn look(path: &Path) -> Result<(LogRange, Option<LogRecord>), OpenError> {
    let unusable = |error: Box<dyn std::error::Error + Send + Sync>| unusable(path, error);
    let options = options(path).create_if_missing(false).read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
    let pool = pool.map_err(|error| unusable(error.into()))?;
    let range = range(&pool).await.map_err(|error| unusable(error.into()))?;
    let last = read(&pool, range.next.saturating_sub(1), 1).await.map_err(|error| unusable(error.into()))?;
    pool.close().await;
    Ok((range, last.into_iter().next()))
}

impl SqliteEventLog {
    /// Writes what waits and closes the file in an orderly way: a copy of it alone is then whole.
    pub async fn close(&self) {
        self.readers.close().await;
        let (tell, closed) = oneshot::channel();
        if self.queue.send(Order::Close(tell)).await.is_ok() {
            // An error means that the writer has ended already, in disorder.
            let _ = closed.await;
        }
    }
}

#[async_trait]
impl EventLog for SqliteEventLog {
    async fn partitions(&self) -> Result<u32, LogError> {
        Ok(1)
    }

    async fn range(&self, _partition: Partition) -> Result<LogRange, LogError> {
        range(&self.readers).await.map_err(|e| LogError(e.to_string()))
    }

    async fn append(&self, _partition: Partition, record: Vec<u8>) -> Result<Receipt, AppendError> {
        let (failed, receipt) = oneshot::channel();
        match self.queue.try_send(Order::Append(record, failed)) {
            Ok(()) => Ok(receipt),
            Err(mpsc::error::TrySendError::Full(_)) => Err(AppendError::Busy),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(AppendError::Unknown),
        }
    }

    async fn read(&self, _partition: Partition, from: u64, limit: u32) -> Result<Vec<LogRecord>, LogError> {
        read(&self.readers, from, limit).await
    }

    fn follow(&self, _partition: Partition, from: u64) -> Box<dyn LogFollower> {
        Box::new(Follower { readers: self.readers.clone(), reach: self.reach.clone(), next: from })
    }

    async fn trim(&self, _partition: Partition, before: u64) -> Result<(), LogError> {
        // A full queue means that there is more urgent work; the next trim takes this one's share.
        let _ = self.queue.try_send(Order::Trim(before));
        Ok(())
    }
}

/// The writer: takes what waits, commits it together, says how far the log reaches.
async fn write(
    mut db: SqliteConnection,
    path: PathBuf,
    mut orders: mpsc::Receiver<Order>,
    reach: watch::Sender<Reach>,
) {
    let mut waiting = Vec::with_capacity(COMMIT_RECORDS);
    let mut closing = None;
    while closing.is_none() && orders.recv_many(&mut waiting, COMMIT_RECORDS).await > 0 {
        if let Some(close) = waiting.iter().position(|order| matches!(order, Order::Close(_)))
            && let Order::Close(tell) = waiting.remove(close)
        {
            closing = Some(tell);
        }
        let broken = match commit(&mut db, &waiting).await {
            Ok(next) => {
                waiting.clear();
                if let Some(next) = next {
                    reach.send_replace(Reach::Next(next));
                }
                continue;
            }
            Err(error) if is_full(&error) => {
                refuse(&mut waiting, &AppendError::Full);
                // SQLite has rolled back by itself, and the connection does not know: it begins anew.
                match SqliteConnection::connect_with(&options(&path)).await {
                    Ok(fresh) => {
                        db = fresh;
                        continue;
                    }
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        refuse(&mut waiting, &AppendError::Unknown);
        reach.send_replace(Reach::Broken(broken.to_string()));
        return;
    }
    // What could not be moved into the file itself stays beside it, and the next start reads it there.
    let _ = db.close().await;
    if let Some(tell) = closing {
        let _ = tell.send(());
    }
}

async fn commit(db: &mut SqliteConnection, orders: &[Order]) -> Result<Option<u64>, sqlx::Error> {
    let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
    let mut last = None;
    for order in orders {
        match order {
            Order::Append(record, _) => {
                let insert = sqlx::query("INSERT INTO records (record) VALUES (?)").bind(record);
                last = Some(insert.execute(&mut *tx).await?.last_insert_rowid());
            }
            Order::Close(_) => {}
            Order::Trim(before) => {
                let trim = sqlx::query("DELETE FROM records WHERE number <= ?").bind(*before as i64);
                trim.execute(&mut *tx).await?;
            }
        }
    }
    if faults::is_seeded(faults::DURABLE) {
        // Long enough for a kill to find what was acknowledged and is not written.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    if failpoint::fails("log.fsync") {
        return Err(sqlx::Error::Io(std::io::Error::other("the disk did not write")));
    }
    tx.commit().await?;
    // The last record's number is the next one's offset.
    Ok(last.map(|number| number as u64))
}

fn refuse(orders: &mut Vec<Order>, why: &AppendError) {
    for order in orders.drain(..) {
        if let Order::Append(_, failed) = order {
            // Whoever no longer waits need not be told.
            let _ = failed.send(why.clone());
        }
    }
}

struct Follower {
    readers: SqlitePool,
    reach: watch::Receiver<Reach>,
    next: u64,
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

async fn read(readers: &SqlitePool, from: u64, limit: u32) -> Result<Vec<LogRecord>, LogError> {
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

/// `sqlite_sequence` remembers the last number given, also when its record has been trimmed.
async fn range(readers: &SqlitePool) -> Result<LogRange, sqlx::Error> {
    let (first, last): (Option<i64>, Option<i64>) = sqlx::query_as(
        "SELECT (SELECT min(number) - 1 FROM records), (SELECT seq FROM sqlite_sequence WHERE name = 'records')",
    )
    .fetch_one(readers)
    .await?;
    let next = last.unwrap_or(0) as u64;
    Ok(LogRange { first: first.map_or(next, |first| first as u64), next })
}

/// The log behind its port.
pub async fn open(path: &Path) -> Result<Arc<dyn EventLog>, OpenError> {
    Ok(Arc::new(SqliteEventLog::open(path).await?))
}
