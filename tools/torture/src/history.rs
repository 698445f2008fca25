//! The history of a run: its entries in the order in which they happened. It is all that the checker knows. A file of it has one
//! JSON object per line.

use std::io::{BufRead, Write};

use domain::{
    error::ErrorCode,
    event::Event,
    ids::{AccountId, ChannelId, MessageId, Pos},
};
use serde::{Deserialize, Serialize};

/// An entry of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Microseconds since the start of the run; never decreases.
    pub t: u64,
    /// The event, flattened into the entry's JSON object.
    #[serde(flatten)]
    pub what: What,
}

/// What happened. `client`, `conn` and `server` are the numbers of a client, of one of its connections, and of a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A message is about to be sent, for the first time or again. Recorded before the first byte is written.
    Send { client: u32, author: AccountId, channel: ChannelId, id: MessageId, hash: u64, retry: bool },
    /// The server acknowledged a message as durable.
    Ack {
        client: u32,
        #[serde(default)]
        server: u32,
        channel: ChannelId,
        id: MessageId,
        pos: Pos,
    },
    /// The server refused a message.
    Nack { client: u32, channel: ChannelId, id: MessageId, code: ErrorCode, is_final: bool },
    /// A used id was sent with another text or by another user. Without a code, the server accepted it.
    Conflict { client: u32, channel: ChannelId, id: MessageId, code: Option<ErrorCode> },
    /// A server accepted a connection of a client, which it had requested at `asked`. Until the next one, the client's frames come
    /// from this server.
    Connected { client: u32, conn: u32, server: u32, asked: u64 },
    /// A connection is subscribed to a channel, from after this position.
    Stream { client: u32, conn: u32, channel: ChannelId, from: Pos },
    /// A connection is no longer subscribed to a channel: the user has left it.
    Left { client: u32, conn: u32, channel: ChannelId },
    /// A connection received an event.
    Seen { client: u32, conn: u32, channel: ChannelId, row: Row },
    /// A connection received a `reset`; live events continue after `head`.
    Reset { client: u32, conn: u32, channel: ChannelId, head: Pos },
    /// A client received the head of a channel, in a welcome or a heartbeat.
    Head { client: u32, channel: ChannelId, pos: Pos },
    /// The server closed a connection.
    Closed { client: u32, conn: u32, code: u16 },
    /// A client received something that it cannot decode.
    Unreadable { client: u32, why: String },
    /// A client received a page of history that it had requested at `asked`.
    Page {
        client: u32,
        #[serde(default)]
        server: u32,
        channel: ChannelId,
        asked: u64,
        from: Pos,
        to: Pos,
        has_newer: bool,
        rows: Vec<Row>,
    },
    /// The timeline of a client; `at_end` after the run has come to rest.
    Shown { client: u32, channel: ChannelId, from: Pos, to: Pos, at_end: bool, rows: Vec<Row> },
    /// All events of a channel after `from`, read in one way after the run has come to rest.
    Final {
        channel: ChannelId,
        via: Via,
        #[serde(default)]
        server: u32,
        from: Pos,
        rows: Vec<Row>,
    },
    /// The server's counts for a user and a channel after the run has come to rest.
    Marker { account: AccountId, channel: ChannelId, head: Pos, head_n: u64, read: Pos, read_n: u64 },
    /// Messages of a client that are still unanswered when the run should rest.
    Unsent { client: u32, left: u32 },
    /// The server was killed.
    Killed,
    /// The server was stopped for this time (SIGSTOP), as on an overloaded machine.
    Paused { for_ms: u64 },
    /// The server reports that it is ready.
    Ready,
    /// The server exited by itself, or after SIGTERM.
    Exited { asked: bool, status: String, after_ms: u64 },
    /// The peak memory of a server process.
    Memory { bytes: u64 },
    /// The log of a server contains an error or a panic.
    Logged {
        #[serde(default)]
        server: u32,
        line: String,
    },
    /// A fault was injected into a part of the cluster.
    Fault { part: Part, number: u32, how: String },
    /// The fault is over: the part is back.
    Cleared { part: Part, number: u32 },
    /// The run was aborted, for this reason.
    GivenUp { why: String },
}

/// The parts of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A server of the chat.
    Server,
    /// A broker of Kafka.
    Broker,
    /// The PostgreSQL server, which holds the archive.
    Postgres,
    /// The Redis server, which holds recent history and ephemeral signals.
    Redis,
}

/// How the final state was read. The first way available counts as the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The database, after the servers have exited.
    Archive,
    /// Pages of history, from the first.
    Forward,
    /// Pages of history, from the newest backwards.
    Backward,
    /// A socket that resumes.
    Resume,
    /// Pages of history after a restart of the servers.
    Restarted,
    /// Pages of history after a restart and after clearing Redis.
    Flushed,
}

/// An event, as far as the checker needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The position of the event in its channel.
    pub pos: Pos,
    /// The position of the preceding event.
    pub prev: Pos,
    /// Its message, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// A message, as far as the checker needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// The id that the client generated; unique over the run.
    pub id: MessageId,
    /// The account that sent it.
    pub author: AccountId,
    /// The hash of its text.
    pub hash: u64,
    /// Its number among the messages of the channel.
    pub n: u64,
}

impl From<&Event> for Row {
    fn from(event: &Event) -> Self {
        let said = event.message().map(|message| Said {
            id: message.id,
            author: message.author.id.clone(),
            hash: hash(message.body.as_str()),
            n: message.n,
        });
        Self { pos: event.pos, prev: event.prev, said }
    }
}

/// Converts events to rows.
pub fn rows(events: &[Event]) -> Vec<Row> {
    events.iter().map(Row::from).collect()
}

/// FNV-1a, which is the same in every build, so that a stored history can be checked later.
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Writes a history, one JSON object per line.
///
/// # Errors
/// If the file cannot be written.
pub fn write(entries: &[Entry], mut to: impl Write) -> std::io::Result<()> {
    for entry in entries {
        serde_json::to_writer(&mut to, entry)?;
        to.write_all(b"\n")?;
    }
    to.flush()
}

/// Reads a history.
///
/// # Errors
/// If the file cannot be read, or the number of the first invalid line.
pub fn read(from: impl BufRead) -> Result<Vec<Entry>, String> {
    let entry = |(number, line): (usize, std::io::Result<String>)| {
        let line = line.map_err(|error| error.to_string())?;
        serde_json::from_str(&line).map_err(|error| format!("line {}: {error}", number + 1))
    };
    from.lines().enumerate().map(entry).collect()
}
