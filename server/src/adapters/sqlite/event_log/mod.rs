//! ⑦ The log of one machine: an SQLite file with one writer. Before it on a message's way: `messages/post`. After it, by
//! the reading half: `delivery/follower`. Records that arrive while a commit is on its way to the disk
//! share the next one (group commit, `synchronous=FULL`), so durability costs one fsync for many messages.
//!
//! A failed write other than a full disk ends the log for good: after a failed fsync nobody can say what the disk holds,
//! so it is never tried again (the process says so and ends; the next start reads what is there).

mod reader;
mod writer;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use sqlx::{Connection, SqliteConnection, SqlitePool, sqlite::SqlitePoolOptions};
use tokio::sync::{mpsc, oneshot, watch};

use reader::{Follower, range, read};
use writer::{Order, Reach, write};

use super::{
    schema,
    store::{OpenError, make_private, migrate, options, read_only_options, unusable},
};
use crate::ports::{
    EventLog,
    event_log::{AppendError, LogError, LogFollower, LogRange, LogRecord, Partition, Receipt},
};

/// Records that wait for the writer. At 256 KiB at most each, 256 MiB in the worst case; in practice a few hundred kB.
const QUEUE: usize = 1_024;
/// Connections that read: the follower, and what looks at the log's range.
const READERS: u32 = 2;

/// The log of one machine. It has one partition.
pub struct SqliteEventLog {
    readers: SqlitePool,
    queue: mpsc::Sender<Order>,
    reach: watch::Receiver<Reach>,
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
        migrate(&first, path, &schema::EVENT_LOG).await?;
        first.close().await;

        let writer = SqliteConnection::connect_with(&options(path)).await.map_err(|e| unusable(path, e))?;
        let readers = pool(options(path).read_only(true), READERS).await.map_err(|e| unusable(path, e))?;
        let range = range(&readers).await.map_err(|e| unusable(path, e))?;
        let (queue, orders) = mpsc::channel(QUEUE);
        let (reach_of_writer, reach) = watch::channel(Reach::Next(range.next));
        tokio::spawn(write(writer, path.to_owned(), orders, reach_of_writer));
        Ok(Self { readers, queue, reach })
    }

    /// A file that is there, for who changes nothing: it takes no records.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_read_only(path: &Path) -> Result<Self, OpenError> {
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(read_only_options(path, &schema::EVENT_LOG).await?);
        let readers = readers.await.map_err(|e| unusable(path, e))?;
        let range = range(&readers).await.map_err(|e| unusable(path, e))?;
        Ok(Self { readers, queue: mpsc::channel(1).0, reach: watch::channel(Reach::Next(range.next)).1 })
    }

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

/// The log behind its port.
pub async fn open(path: &Path) -> Result<Arc<dyn EventLog>, OpenError> {
    Ok(Arc::new(SqliteEventLog::open(path).await?))
}
