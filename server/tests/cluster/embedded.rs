//! An embedded installation, with a large generated history.

use std::{path::Path, process::Command};

use domain::{
    api::Session,
    clock::Timestamp,
    drafts::MessageBody,
    event::{Account, Event, EventKind, Message},
    ids::{ChannelId, MessageId, Pos},
};
use sha2::{Digest as _, Sha256};
use sqlx::{
    Connection, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use crate::{Process, Server, eventually, server::User};

/// Path of the program that the tests run.
pub const BINARY: &str = env!("CARGO_BIN_EXE_jimmy-chat");

/// A user with an existing session.
pub fn person<'a>(server: &'a Server, session: &Session) -> User<'a> {
    User { server, origin: server.origin.clone(), session: session.clone() }
}

/// An install in a folder of its own.
pub struct Embedded {
    folder: tempfile::TempDir,
    process: Option<Process>,
}

impl Embedded {
    /// A new one, which serves.
    pub fn start() -> Self {
        let mut embedded = Self { folder: tempfile::tempdir().expect("a folder"), process: None };
        embedded.serve().unwrap_or_else(|why| panic!("it does not start: {why}"));
        embedded
    }

    /// Serves, or the sentence that it ends with.
    pub fn serve(&mut self) -> Result<(), String> {
        let environment = [("JIMMY_NO_RATE_LIMITS", "true"), ("RUST_LOG", "warn")];
        self.process = Some(Process::start_or_why(Path::new(BINARY), self.folder.path(), &environment)?);
        Ok(())
    }

    /// A server for users.
    pub fn server(&self) -> Server {
        Server::at(&self.process.as_ref().expect("it serves").origin)
    }

    /// Stops it once the database has all messages.
    pub fn stop(&mut self) {
        eventually("all of the log is in the database", || {
            let next = self.numbers("jimmy.db", "SELECT max(next_offset) FROM projections");
            next == self.numbers("log.db", "SELECT seq FROM sqlite_sequence")
        });
        let process = self.process.take().expect("it serves");
        process.signal("TERM");
        let (status, log) = process.ended();
        assert!(status.success(), "{log}");
    }

    /// The folder with its files.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// What an operator does with this install.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments).arg("--data").arg(self.data()).env_clear().env("RUST_LOG", "warn");
        command
    }

    /// Something in one of its files.
    pub fn sql<T>(&self, file: &str, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
        let options = SqliteConnectOptions::new().filename(self.data().join(file));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut db = SqliteConnection::connect_with(&options).await.expect("a file");
            let done = work(&mut db).await;
            db.close().await.expect("closed");
            done
        })
    }

    /// Statements, in one of its files.
    pub fn change(&self, file: &str, sql: &str) {
        self.sql(file, async |db| sqlx::raw_sql(sql).execute(db).await.map(drop).expect("changed"));
    }

    /// The numbers of the one row that a query finds.
    pub fn numbers(&self, file: &str, sql: &str) -> Vec<i64> {
        let row: SqliteRow = self.sql(file, async |db| sqlx::query(sql).fetch_one(db).await.expect("a row"));
        (0..row.len()).map(|column| row.get(column)).collect()
    }

    /// Writes `count` more messages of the author into the database, as the projector would have done. Returns the first one's
    /// id, position and text.
    pub fn said(&self, channel: &ChannelId, author: &Account, count: u64) -> (MessageId, Pos, String) {
        let head = format!("SELECT pos, n, at FROM heads WHERE channel = '{channel}'");
        let [mut prev, mut n, at] = self.numbers("jimmy.db", &head)[..] else { panic!("a head") };
        let next = self.numbers("jimmy.db", "SELECT next_offset FROM projections WHERE partition = 0")[0] as u64;
        let mut first = None;
        self.sql("jimmy.db", async |db| {
            let mut tx = db.begin().await.expect("a transaction");
            for offset in next..next + count {
                n += 1;
                let (id, pos) = (MessageId::generate(), Pos::new(1, offset));
                let text = format!("第 {n} 則: an old message");
                let body = MessageBody::parse(&text).expect("a body");
                let digest = &Sha256::digest(text.as_bytes())[..16];
                let event = Event {
                    channel: channel.clone(),
                    pos,
                    prev: Pos::from_number(prev as u64).expect("a place"),
                    at: Timestamp::from_millis(at),
                    kind: EventKind::Message(Message { id, author: author.clone(), body, n: n as u64 }),
                };
                sqlx::query(
                    "INSERT INTO events (channel, pos, id, author, digest, event, n) VALUES (?, ?, ?, ?, ?, ?, ?)",
                )
                .bind(channel.as_str())
                .bind(pos.number() as i64)
                .bind(id.to_string())
                .bind(author.id.as_str())
                .bind(digest)
                .bind(serde_json::to_string(&event).expect("JSON"))
                .bind(n)
                .execute(&mut *tx)
                .await
                .expect("inserted");
                prev = pos.number() as i64;
                first.get_or_insert((id, pos, text));
            }
            tx.commit().await.expect("written");
        });
        let end = next + count;
        self.change(
            "jimmy.db",
            &format!(
                "UPDATE heads SET pos = {prev}, n = {n} WHERE channel = '{channel}';
                 UPDATE projections SET next_offset = {end}, checksum = NULL"
            ),
        );
        self.change("log.db", &format!("DELETE FROM records; UPDATE sqlite_sequence SET seq = {end}"));
        first.expect("a message was generated")
    }
}
