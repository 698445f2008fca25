//! ⑦ The event log of one server: an SQLite file with one partition and one writer. Before it on a message's way: `messages/post`. After
//! it, by the reading half: `delivery/follower`.
//!
//! It promises that a record that was read back is on the disk. Records that arrive during a commit share the next one (group commit,
//! `synchronous=FULL`), so one fsync serves many messages. A failed write other than a full disk ends the log for good: after a failed
//! fsync it is unknown what the disk holds, so the process ends, and the next start reads what the file holds.

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

/// Records that wait for the writer: 256 MiB in the worst case of 256 KiB each, and a few hundred kB in practice.
const QUEUE: usize = 1_024;
/// Connections that read: one for the follower, one for the range.
const READERS: u32 = 2;

/// The event log of one server.
pub struct SqliteEventLog {
    readers: SqlitePool,
    queue: mpsc::Sender<Order>,
    reach: watch::Receiver<Reach>,
}

impl SqliteEventLog {
    /// Opens the file, creates it if it does not exist, and starts its writer, which ends when the log is dropped.
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

    /// Opens an existing file for reading only: it accepts no records.
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

    /// Writes the waiting records and closes the file. A copy of it alone is complete afterwards.
    pub async fn close(&self) {
        self.readers.close().await;
        let (tell, closed) = oneshot::channel();
        if self.queue.send(Order::Close(tell)).await.is_ok() {
            // An error means that the writer has ended already, after a failed write.
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
        // If the queue is full, the next trim deletes these records as well.
        let _ = self.queue.try_send(Order::Trim(before));
        Ok(())
    }
}

/// Opens the log behind its port.
pub async fn open(path: &Path) -> Result<Arc<dyn EventLog>, OpenError> {
    Ok(Arc::new(SqliteEventLog::open(path).await?))
}
