//! The one writer of the log's file. Commits all waiting records together.

use std::path::PathBuf;

use domain::faults;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    adapters::sqlite::store::{is_full, options},
    failpoint,
    ports::event_log::AppendError,
};

/// Most records in one commit.
const COMMIT_RECORDS: usize = 512;

/// How far the log has been written.
#[derive(Clone, Debug)]
pub(super) enum Reach {
    Next(u64),
    Broken(String),
}

/// A request to the writer.
pub(super) enum Order {
    Append(Vec<u8>, oneshot::Sender<AppendError>),
    Trim(u64),
    Close(oneshot::Sender<()>),
}

/// Commits the waiting orders together, and publishes how far the log has been written, until the log is closed or fails.
pub(super) async fn write(
    mut db: SqliteConnection,
    path: PathBuf,
    mut orders: mpsc::Receiver<Order>,
    reach: watch::Sender<Reach>,
) {
    let mut waiting = Vec::with_capacity(COMMIT_RECORDS);
    let mut closing = None;
    while closing.is_none() && orders.recv_many(&mut waiting, COMMIT_RECORDS).await > 0 {
        if let Some(close) = waiting.iter().position(|order| matches!(order, Order::Close(_)))
            && let Order::Close(done) = waiting.remove(close)
        {
            closing = Some(done);
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
                // SQLite has rolled back by itself, which the connection does not know: it is replaced.
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
    // What could not be moved into the file stays in the write-ahead log, where the next start reads it.
    let _ = db.close().await;
    if let Some(done) = closing {
        let _ = done.send(());
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
        // Long enough for a kill between acknowledgement and write.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    if failpoint::fails("log.fsync") {
        return Err(sqlx::Error::Io(std::io::Error::other("the disk did not write")));
    }
    tx.commit().await?;
    // The number of the last record is the offset of the next one.
    Ok(last.map(|number| number as u64))
}

fn refuse(orders: &mut Vec<Order>, why: &AppendError) {
    for order in orders.drain(..) {
        if let Order::Append(_, failed) = order {
            // The sender may have stopped waiting.
            let _ = failed.send(why.clone());
        }
    }
}
