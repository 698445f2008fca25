//! The schemas of the two files, as steps that [`SqliteStore`](super::SqliteStore) applies in order.

use std::sync::LazyLock;

use sqlx::migrate::Migrator;

use crate::adapters::sql::migrations;

/// The schema of the file that holds the directory and the archive.
pub static DATABASE: LazyLock<Migrator> = LazyLock::new(|| {
    migrations(&[
        (1, "first light", include_str!("../../../../migrations/sqlite/0001_first_light.sql")),
        (2, "count messages", include_str!("../../../../migrations/sqlite/0002_count_messages.sql")),
        (3, "workspace", include_str!("../../../../migrations/sqlite/0003_workspace.sql")),
        (4, "leases", include_str!("../../../../migrations/sqlite/0004_leases.sql")),
        (
            5,
            "dead letters of each log",
            include_str!("../../../../migrations/sqlite/0005_dead_letters_of_each_log.sql"),
        ),
        (6, "leases at rest", include_str!("../../../../migrations/sqlite/0006_leases_at_rest.sql")),
        (7, "topic", include_str!("../../../../migrations/sqlite/0007_topic.sql")),
    ])
});

/// The schema of the log's file.
pub static EVENT_LOG: LazyLock<Migrator> =
    LazyLock::new(|| migrations(&[(1, "records", include_str!("../../../../migrations/sqlite_log/0001_records.sql"))]));
