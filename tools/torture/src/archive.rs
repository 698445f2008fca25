//! Reads the archive directly in the database, without any code of the servers.

use domain::{
    event::Event,
    ids::{ChannelId, Pos},
};
use sqlx::{Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    client::Shared,
    history::{Via, What, rows},
};

/// The database of the archive.
pub enum Archive {
    /// The path of a SQLite file.
    File(std::path::PathBuf),
    /// The URL of a PostgreSQL database.
    Postgres(String),
}

impl Archive {
    /// Reads every channel.
    ///
    /// # Errors
    /// A sentence, if the database cannot be read or contains dead letters.
    pub async fn read(&self, shared: &Shared) -> Result<(), String> {
        let failed = |error: sqlx::Error| format!("the database cannot be read: {error}");
        let channels = shared.users.channels.iter().map(|(channel, _)| channel);
        match self {
            Self::File(file) => {
                let options = SqliteConnectOptions::new().filename(file).read_only(true);
                let mut db = SqliteConnection::connect_with(&options).await.map_err(failed)?;
                let parked: i64 = sqlx::query_scalar(PARKED).fetch_one(&mut db).await.map_err(failed)?;
                none_parked(parked)?;
                for channel in channels {
                    let query = sqlx::query_scalar("SELECT event FROM events WHERE channel = ? ORDER BY pos");
                    end(shared, channel, query.bind(channel.as_str()).fetch_all(&mut db).await.map_err(failed)?)?;
                }
                db.close().await.map_err(failed)
            }
            Self::Postgres(address) => {
                let mut db = PgConnection::connect(address).await.map_err(failed)?;
                let parked: i64 = sqlx::query_scalar(PARKED).fetch_one(&mut db).await.map_err(failed)?;
                none_parked(parked)?;
                for channel in channels {
                    let query = sqlx::query_scalar("SELECT event FROM events WHERE channel = $1 ORDER BY pos");
                    end(shared, channel, query.bind(channel.as_str()).fetch_all(&mut db).await.map_err(failed)?)?;
                }
                db.close().await.map_err(failed)
            }
        }
    }
}

const PARKED: &str = "SELECT count(*) FROM dead_letters";

fn none_parked(count: i64) -> Result<(), String> {
    if count == 0 { Ok(()) } else { Err(format!("the archive has {count} dead letters")) }
}

fn end(shared: &Shared, channel: &ChannelId, texts: Vec<String>) -> Result<(), String> {
    let event = |text: &String| serde_json::from_str::<Event>(text).map_err(|error| error.to_string());
    let rows = rows(&texts.iter().map(event).collect::<Result<Vec<_>, _>>()?);
    let channel = channel.clone();
    shared.recorder.note(What::Final { channel, via: Via::Archive, server: 0, from: Pos::ZERO, rows });
    Ok(())
}
