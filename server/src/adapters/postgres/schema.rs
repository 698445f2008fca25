//! The schema of the database, as steps that [`PostgresStore`](super::PostgresStore) applies in order.

use std::sync::LazyLock;

use sqlx::migrate::Migrator;

use crate::adapters::sql::migrations;

/// The schema of the database that holds the directory and the archive.
pub static DATABASE: LazyLock<Migrator> = LazyLock::new(|| {
    migrations(&[
        (1, "first light", include_str!("../../../../migrations/postgres/0001_first_light.sql")),
        (2, "other logs", include_str!("../../../../migrations/postgres/0002_other_logs.sql")),
        (3, "leases at rest", include_str!("../../../../migrations/postgres/0003_leases_at_rest.sql")),
        (4, "topic", include_str!("../../../../migrations/postgres/0004_topic.sql")),
    ])
});
