//! A place of a test's own on the services that `make test-rust` starts: a database, a topic, a prefix in Redis.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::path::Path;

use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// Partitions of a test's topic: several, so that channels are in different ones.
const PARTITIONS: u32 = 3;

/// Where several servers of one test keep everything.
pub struct Place {
    pub database: String,
    pub topic: String,
    pub kafka: String,
    pub redis: String,
    pub postgres: String,
    folder: TempDir,
}

/// The address of a service, which the environment names.
pub fn service(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: `make test-rust` starts the services, or scripts/stack.sh test COMMAND")
    })
}

impl Place {
    /// A new one, on the services that all tests share.
    pub fn new() -> Self {
        Self::on(&service("JIMMY_TEST_KAFKA"), &service("JIMMY_TEST_POSTGRES"), &service("JIMMY_TEST_REDIS"))
    }

    /// The one that goes with a data folder, made at the first asking. It goes with the services.
    pub fn kept_in(folder: &Path) -> &'static Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let note = folder.join("place");
        let place = match std::fs::read_to_string(&note) {
            Ok(name) => {
                let shared = ["JIMMY_TEST_KAFKA", "JIMMY_TEST_POSTGRES", "JIMMY_TEST_REDIS"].map(service);
                Self::called(&name, &shared[0], &shared[1], &shared[2])
            }
            Err(_) => {
                let place = Self::new();
                std::fs::write(note, &place.topic).expect("written");
                place
            }
        };
        let kept = folder.join("signing.key");
        if !kept.exists() {
            std::fs::copy(place.folder.path().join("signing.key"), &kept).expect("a key");
        }
        std::fs::copy(kept, place.folder.path().join("signing.key")).expect("a key");
        Box::leak(Box::new(place))
    }

    /// A new one: `kafka://…` without a topic, PostgreSQL's `postgres` database, and a Redis.
    pub fn on(kafka: &str, postgres: &str, redis: &str) -> Self {
        let name = format!("t{:012x}", rand::random_range(0_u64..1 << 48));
        let place = Self::called(&name, kafka, postgres, redis);
        place.sql(postgres, &format!("CREATE DATABASE {name}"));
        place
    }

    fn called(name: &str, kafka: &str, postgres: &str, redis: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("signing.key"), rand::random::<[u8; 32]>()).expect("a key");
        Self {
            database: format!("{}/{name}", postgres.rsplit_once('/').expect("a database").0),
            postgres: postgres.into(),
            topic: name.into(),
            kafka: kafka.trim_end_matches('/').into(),
            redis: format!("{redis}?prefix={name}"),
            folder,
        }
    }

    /// One statement, on the database of this address.
    pub fn sql(&self, address: &str, sql: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut db = PgConnection::connect(address).await.expect("PostgreSQL answers");
            sqlx::raw_sql(sql).execute(&mut db).await.expect("done");
            db.close().await.expect("closed");
        });
    }

    /// Locks a table against reads until the returned guard is dropped.
    pub fn lock(&self, table: &str) -> (PgConnection, tokio::runtime::Runtime) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let db = runtime.block_on(async {
            let mut db = PgConnection::connect(&self.database).await.expect("PostgreSQL answers");
            sqlx::raw_sql(&format!("BEGIN; LOCK TABLE {table}")).execute(&mut db).await.expect("locked");
            db
        });
        (db, runtime)
    }

    /// The numbers of the one row that a query finds.
    pub fn numbers(&self, sql: &str) -> Vec<i64> {
        use sqlx::Row;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut db = PgConnection::connect(&self.database).await.expect("PostgreSQL answers");
            let row = sqlx::query(sql).fetch_one(&mut db).await.expect("a row");
            (0..row.len()).map(|column| row.get(column)).collect()
        })
    }

    /// The log's address.
    pub fn log(&self) -> String {
        format!("{}/{}?partitions={PARTITIONS}", self.kafka, self.topic)
    }

    /// Returns the settings of a server, as environment variables.
    pub fn environment(&self) -> Vec<(String, String)> {
        let key = self.folder.path().join("signing.key").display().to_string();
        [
            ("JIMMY_DIRECTORY", self.database.clone()),
            ("JIMMY_ARCHIVE", self.database.clone()),
            ("JIMMY_EVENT_LOG", self.log()),
            ("JIMMY_RECENT", self.redis.clone()),
            ("JIMMY_EPHEMERAL", self.redis.clone()),
            ("JIMMY_SIGNING_KEY_FILE", key),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// The same, as flags.
    pub fn flags(&self) -> Vec<String> {
        let flag = |(name, value): (String, String)| {
            [format!("--{}", name.trim_start_matches("JIMMY_").to_lowercase().replace('_', "-")), value]
        };
        self.environment().into_iter().flat_map(flag).collect()
    }
}

impl Drop for Place {
    /// The database goes with the test; the topic goes with the services.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            // A test may have ended its PostgreSQL.
            if let Ok(mut db) = PgConnection::connect(&self.postgres).await {
                let _ = sqlx::raw_sql(&format!("DROP DATABASE {} WITH (FORCE)", self.topic)).execute(&mut db).await;
            }
        });
    }
}
