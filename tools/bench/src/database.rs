//! A private database on the given PostgreSQL server, with the product's schema.

use jimmy_server::adapters::postgres::{CONNECTIONS, PostgresStore, schema};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

/// A database that exists until [`Database::remove`].
pub struct Database {
    server: String,
    name: String,
    /// Opened as the server opens it, with as many connections.
    pub store: PostgresStore,
}

impl Database {
    /// Creates a database beside the one in the address.
    ///
    /// # Errors
    /// A sentence, if the address names no database, the server does not answer, or the user may not create databases.
    pub async fn make(server: &str) -> Result<Self, String> {
        let (place, _) = server.rsplit_once('/').filter(|(place, _)| place.contains("//")).ok_or_else(|| {
            format!("--postgres {server}: no database is named; use the form postgres://USER@HOST:PORT/DATABASE")
        })?;
        let name = format!("bench_{}", Uuid::now_v7().simple());
        command(server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await?;
        let store = PostgresStore::open(&format!("{place}/{name}"), &schema::DATABASE, CONNECTIONS).await;
        Ok(Self { server: server.to_owned(), name, store: store.map_err(|error| error.to_string())? })
    }

    /// Executes SQL outside of a measurement.
    ///
    /// # Errors
    /// The statement and the database's error.
    pub async fn run(&self, sql: &str) -> Result<(), String> {
        sqlx::raw_sql(sql).execute(self.store.pool()).await.map_err(|error| format!("{sql}: {error}"))?;
        Ok(())
    }

    /// Removes the database.
    ///
    /// # Errors
    /// The statement and the database's error.
    pub async fn remove(&self) -> Result<(), String> {
        self.store.close().await;
        command(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await
    }
}

async fn command(address: &str, sql: &str) -> Result<(), String> {
    let failed = |error: sqlx::Error| format!("--postgres: {sql}: {error}");
    let mut connection = PgConnection::connect(address).await.map_err(failed)?;
    sqlx::raw_sql(sql).execute(&mut connection).await.map_err(failed)?;
    connection.close().await.map_err(failed)
}
