//! What a run writes down, entry by entry, in the order in which it happened: all that the checker knows. As a file it
//! is one JSON object a line.

use std::io::{BufRead, Write};

use domain::{
    error::ErrorCode,
    event::Event,
    ids::{AccountId, ChannelId, MessageId, Pos},
};
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Microseconds since the run began; never less than the entry's before.
    pub t: u64,
    /// What it was.
    #[serde(flatten)]
    pub what: What,
}

/// What happened. `client` is the number of a client, `conn` that of one connection of it, `server` that of a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A message is about to be sent, for the first time or once more. Written before the first byte leaves.
    Send { client: u32, author: AccountId, channel: ChannelId, id: MessageId, hash: u64, retry: bool },
    /// The server says that it is durable.
    Ack {
        client: u32,
        #[serde(default)]
        server: u32,
        channel: ChannelId,
        id: MessageId,
        pos: Pos,
    },
    /// The server refused it.
    Nack { client: u32, channel: ChannelId, id: MessageId, code: ErrorCode, is_final: bool },
    /// An id that stands for another message was sent with another text or by somebody else. Without a code it was taken.
    Conflict { client: u32, channel: ChannelId, id: MessageId, code: Option<ErrorCode> },
    /// A client was let in by a server; `asked` is when it knocked. What it is told until the next one comes from there,
    /// but for what it asks by HTTP.
    Connected { client: u32, conn: u32, server: u32, asked: u64 },
    /// A connection hears a channel, from after this place on.
    Stream { client: u32, conn: u32, channel: ChannelId, from: Pos },
    /// A connection hears a channel no more: this person has left it.
    Left { client: u32, conn: u32, channel: ChannelId },
    /// A connection was told an event.
    Seen { client: u32, conn: u32, channel: ChannelId, row: Row },
    /// A connection was told that it missed too much; live events follow from `head` on.
    Reset { client: u32, conn: u32, channel: ChannelId, head: Pos },
    /// A client was told how far a channel reaches, by a welcome or a heartbeat.
    Head { client: u32, channel: ChannelId, pos: Pos },
    /// The server closed a connection.
    Closed { client: u32, conn: u32, code: u16 },
    /// A client got what it cannot read.
    Unreadable { client: u32, why: String },
    /// A page of history. `asked` is when it was asked for, in the measure of `t`.
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
    /// What a client's timeline holds; `at_end` when all has come to rest.
    Shown { client: u32, channel: ChannelId, from: Pos, to: Pos, at_end: bool, rows: Vec<Row> },
    /// All of a channel that follows `from`, read by one way when all had come to rest.
    Final {
        channel: ChannelId,
        via: Via,
        #[serde(default)]
        server: u32,
        from: Pos,
        rows: Vec<Row>,
    },
    /// What the server says of a person's channel when all had come to rest.
    Marker { account: AccountId, channel: ChannelId, head: Pos, head_n: u64, read: Pos, read_n: u64 },
    /// Messages of a client that were still without an end when all should have come to rest.
    Unsent { client: u32, left: u32 },
    /// The server was killed.
    Killed,
    /// The server was held for so long, as by a machine that is overloaded.
    Paused { for_ms: u64 },
    /// The server says that it can serve.
    Ready,
    /// The server has ended by itself, or in answer to SIGTERM.
    Exited { asked: bool, status: String, after_ms: u64 },
    /// The most memory that a server process had in use.
    Memory { bytes: u64 },
    /// A server's log has an error or a panic.
    Logged {
        #[serde(default)]
        server: u32,
        line: String,
    },
    /// Something is being done to a part of a cluster.
    Fault { part: Part, number: u32, how: String },
    /// It is over: what was away is there again.
    Cleared { part: Part, number: u32 },
    /// The run could not go on; why.
    GivenUp { why: String },
}

/// Of what a cluster is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A server.
    Server,
    /// A broker of Kafka.
    Broker,
    /// The database.
    Postgres,
    /// The cache, and what servers tell each other.
    Redis,
}

/// By which way the end was read. The first that there is counts as the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The database itself, after the servers' end.
    Archive,
    /// History from the first page on.
    Forward,
    /// History from the newest page back.
    Backward,
    /// A socket that resumes.
    Resume,
    /// History after an orderly end and a new start.
    Restarted,
    /// History once the cache has been emptied after that.
    Flushed,
}

/// One event, as far as the checker looks at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its place.
    pub pos: Pos,
    /// The place before.
    pub prev: Pos,
    /// If it is a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Its id.
    pub id: MessageId,
    /// Whose it is.
    pub author: AccountId,
    /// Of its text.
    pub hash: u64,
    /// Its number among the channel's messages.
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

/// Rows of events.
pub fn rows(events: &[Event]) -> Vec<Row> {
    events.iter().map(Row::from).collect()
}

/// FNV-1a: the same in every build, so that a history can be judged again later.
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Writes a history, one JSON object a line.
///
/// # Errors
/// The file's.
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
/// The file's, or which line cannot be read.
pub fn read(from: impl BufRead) -> Result<Vec<Entry>, String> {
    let entry = |(number, line): (usize, std::io::Result<String>)| {
        let line = line.map_err(|error| error.to_string())?;
        serde_json::from_str(&line).map_err(|error| format!("line {}: {error}", number + 1))
    };
    from.lines().enumerate().map(entry).collect()
}
