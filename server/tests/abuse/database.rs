//! What a server has stored, seen and changed past it.

use std::path::Path;

use sqlx::{ConnectOptions, Row, SqliteConnection, sqlite::SqliteConnectOptions};

fn with<T>(folder: &Path, work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut database =
            SqliteConnectOptions::new().filename(folder.join("jimmy.db")).connect().await.expect("a database");
        work(&mut database).await.expect("a statement")
    })
}

/// The first column, as text.
pub fn texts(folder: &Path, query: &str) -> Vec<String> {
    with(folder, async |database| {
        let rows = sqlx::query(query).fetch_all(database).await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    })
}

/// Executes a statement that changes rows.
pub fn change(folder: &Path, statement: &str) {
    with(folder, async |database| sqlx::query(statement).execute(database).await.map(drop));
}
