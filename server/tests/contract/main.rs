//! One suite for each port, written against the trait alone. Every adapter passes it: a new one adds a function that
//! opens it, and a line.

/// The tests of a suite, for each adapter: the function that opens it (an empty folder is empty the first time, and holds
/// afterwards what it held), and the tests.
macro_rules! adapters {
    ($($open:ident => [$($test:ident),+ $(,)?],)+) => {
        $(mod $open {
            $(#[tokio::test]
            async fn $test() {
                let folder = tempfile::tempdir().expect("a folder");
                super::$test(async || super::$open(folder.path()).await).await;
                crate::postgres::forget(folder.path()).await;
            })+
        })+
    };
}

mod archive;
mod directory;
mod ephemeral;
mod event_log;
mod event_log_kafka;
mod kafka;
#[path = "../common/ports.rs"]
mod ports;
mod postgres;
mod real_redis;
mod recent_history;
mod recent_redis;
mod samples;

use std::path::Path;

use jimmy_server::adapters::sqlite::{SqliteStore, schema};

/// A database file of a test's own.
async fn sqlite(folder: &Path) -> SqliteStore {
    SqliteStore::open(&folder.join("jimmy.db"), &schema::DATABASE).await.expect("a new file")
}

#[tokio::test]
async fn refuses_a_database_of_a_newer_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = sqlite(folder.path()).await;
    let mut tx = store.write().await.expect("ours");
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'of tomorrow', true, x'00', 1)")
        .execute(&mut *tx)
        .await
        .expect("a row");
    tx.commit().await.expect("written");
    let refused = SqliteStore::open(&folder.path().join("jimmy.db"), &schema::DATABASE).await.err().expect("refused");
    assert!(refused.to_string().contains("newer version"), "{refused}");
}
