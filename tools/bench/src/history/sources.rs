//! The three sources of a channel's newest events, filled with the same events.

use std::{fmt, sync::Arc, time::Duration};

use domain::{
    api::History,
    event::{Event, EventKind, Message},
    ids::{ChannelId, MessageId, Pos},
    record::Digest,
    sequencer::SequencedEvent,
};
use jimmy_server::{
    adapters::{
        postgres::PostgresArchive,
        redis::{Redis, RedisRecentHistory},
    },
    delivery::Hub,
    metrics::Counter,
    ports::{
        Archive, RecentHistory,
        archive::{Batch, Checksum, Cursor, LeaseKind},
        event_log::Partition,
    },
};
use uuid::Uuid;

use crate::{cpu, database::Database, samples};

/// Number of channels, so that no single row or key is hot.
pub const CHANNELS: usize = 250;
/// Messages per channel: as many as Redis holds, and fewer than a ring.
pub const EVENTS: usize = 200;
/// Events per answer.
pub const PAGE: usize = 50;
/// Number of authors.
const USERS: usize = 20;
/// Events per transaction while the archive is filled.
const BATCH_EVENTS: usize = 512;
/// All channels are in the first partition of the first log.
const PARTITION: Partition = 0;
const GENERATION: u32 = 1;
/// The holder and the duration in seconds of the archive's lease.
const HOLDER: &str = "bench";
const LEASE_S: u32 = 600;
/// Timeout of Redis: far longer than the server's, so that slow answers are measured and not skipped.
const REDIS_WAIT: Duration = Duration::from_secs(5);

/// A source of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The hub's ring in memory.
    Ring,
    /// The recent history in Redis.
    Redis,
    /// The archive in PostgreSQL.
    Postgres,
}

impl Source {
    /// All sources, in the order in which the server queries them.
    pub const ALL: [Self; 3] = [Source::Ring, Source::Redis, Source::Postgres];
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Source::Ring => "the ring",
            Source::Redis => "Redis",
            Source::Postgres => "PostgreSQL",
        })
    }
}

/// The three sources.
pub struct Sources {
    channels: Vec<ChannelId>,
    hub: Hub,
    recent: RedisRecentHistory,
    archive: PostgresArchive,
    database: Database,
    redis_pid: u32,
    postgres_pid: u32,
}

impl Sources {
    /// Opens and fills the sources.
    ///
    /// # Errors
    /// A sentence, if a service is not available.
    pub async fn open(postgres: &str, redis: &str) -> Result<Self, String> {
        let redis_pid = redis_process(redis)?;
        let prefix = format!("bench-{}", Uuid::now_v7().simple());
        let database = Database::make(postgres).await?;
        let sources = Self {
            channels: (0..CHANNELS).map(|_| ChannelId::generate()).collect(),
            hub: Hub::new(Counter::default()).0,
            recent: RedisRecentHistory::new(Redis::with_wait(&format!("{redis}?prefix={prefix}"), REDIS_WAIT)?),
            archive: PostgresArchive(database.store.clone()),
            postgres_pid: postgres_process(&database).await?,
            redis_pid,
            database,
        };
        sources.fill().await?;
        Ok(sources)
    }

    /// Returns the events in the order of the log: one message of each channel in turn, as in a busy workspace.
    fn events(&self) -> Result<Vec<Arc<SequencedEvent>>, String> {
        let named = |code| format!("a sample message is invalid: {code:?}");
        let users = (0..USERS).map(samples::user).collect::<Result<Vec<_>, _>>().map_err(named)?;
        let place = |channel: usize, number: usize| match number {
            0 => Pos::ZERO,
            _ => Pos::new(GENERATION, ((number - 1) * CHANNELS + channel) as u64),
        };
        let mut events = Vec::with_capacity(CHANNELS * EVENTS);
        for number in 1..=EVENTS {
            for (at, channel) in self.channels.iter().enumerate() {
                let (id, n) = (MessageId::generate(), number as u64);
                let author = users[(number * 7 + at) % USERS].clone();
                let body = samples::body(number * CHANNELS + at).map_err(named)?;
                let event = Event {
                    channel: channel.clone(),
                    pos: place(at, number),
                    prev: place(at, number - 1),
                    at: jimmy_server::clock::now(),
                    kind: EventKind::Message(Message { id, author: author.clone(), body, n }),
                };
                let digest = Digest(*id.as_bytes());
                events.push(Arc::new(SequencedEvent::new(event, n, id, author.id, digest)));
            }
        }
        Ok(events)
    }

    async fn fill(&self) -> Result<(), String> {
        let events = self.events()?;
        let failed = |error: &dyn fmt::Display| format!("PostgreSQL could not be filled: {error}");
        self.archive.load(PARTITION).await.map_err(|error| failed(&error))?;
        self.archive.lease(PARTITION, HOLDER, LEASE_S, LeaseKind::Active).await.map_err(|error| failed(&error))?;
        let mut from = 0;
        for events in events.chunks(BATCH_EVENTS) {
            let next = from + events.len() as u64;
            let batch = Batch {
                holder: HOLDER.into(),
                partition: PARTITION,
                from,
                next,
                checksum: Checksum([0; 16]),
                window_floor: 0,
                events: events.to_vec(),
                dead_letters: Vec::new(),
            };
            self.archive.apply(&batch).await.map_err(|error| failed(&error))?;
            from = next;
            self.recent.extend(events).await;
        }
        self.hub.set_projected(PARTITION, from);
        for item in &events {
            self.hub.deliver(PARTITION, item);
        }
        // PostgreSQL does this by itself, some time after many inserts.
        self.database.run("VACUUM (ANALYZE) events").await
    }

    /// Returns the newest page of a channel, as the API sends it. `at` wraps around the number of channels.
    ///
    /// # Errors
    /// A sentence, if the source does not answer or has no events.
    pub async fn answer(&self, source: Source, at: usize) -> Result<Vec<u8>, String> {
        let channel = &self.channels[at % CHANNELS];
        let history = match source {
            Source::Ring => {
                let ring = self.hub.ring(channel);
                let newest = &ring.events[ring.events.len().saturating_sub(PAGE)..];
                page(channel, newest.iter().map(|event| event.event.clone()).collect())
            }
            Source::Redis => {
                let newest = self.recent.newest(channel, PAGE).await;
                newest.ok_or("Redis does not answer, or has no events of a channel; it needs about 50 MB")?
            }
            Source::Postgres => {
                let page_read = self.archive.page(PARTITION, channel, Cursor::Newest, PAGE).await;
                page(channel, page_read.map_err(|error| format!("PostgreSQL: {error}"))?.events)
            }
        };
        serde_json::to_vec(&history).map_err(|error| error.to_string())
    }

    /// Checks that all sources return the same full page of every channel.
    ///
    /// # Errors
    /// A sentence, if they do not.
    pub async fn check(&self) -> Result<(), String> {
        for at in 0..CHANNELS {
            let truth = self.answer(Source::Postgres, at).await?;
            let history: History = serde_json::from_slice(&truth).map_err(|error| error.to_string())?;
            if history.events.len() != PAGE {
                return Err(format!("PostgreSQL has {} events of a channel", history.events.len()));
            }
            for source in [Source::Ring, Source::Redis] {
                if self.answer(source, at).await? != truth {
                    return Err(format!("{source} and PostgreSQL differ for a channel"));
                }
            }
        }
        Ok(())
    }

    /// Returns the processor time of the source's processes.
    ///
    /// # Errors
    /// A sentence, if they are not on this machine.
    pub fn cpu(&self, source: Source) -> Result<Duration, String> {
        match source {
            Source::Ring => Ok(Duration::ZERO),
            Source::Redis => cpu::of_service(self.redis_pid),
            Source::Postgres => cpu::of_service(self.postgres_pid),
        }
    }

    /// Removes the database. The keys in Redis expire.
    ///
    /// # Errors
    /// A sentence, if the database cannot be removed.
    pub async fn close(&self) -> Result<(), String> {
        self.database.remove().await
    }
}

fn page(channel: &ChannelId, events: Vec<Event>) -> History {
    let from = events.first().map_or(Pos::ZERO, |first| first.prev);
    let to = events.last().map_or(from, |last| last.pos);
    History { channel: channel.clone(), from, to, events, has_older: from > Pos::ZERO, has_newer: false }
}

/// Returns the process id of a Redis server.
fn redis_process(address: &str) -> Result<u32, String> {
    let asked = redis::Client::open(address)
        .and_then(|client| client.get_connection())
        .and_then(|mut connection| redis::cmd("INFO").arg("server").query::<String>(&mut connection));
    let info = asked.map_err(|error| format!("--redis: {error}"))?;
    let pid = info.lines().find_map(|line| line.strip_prefix("process_id:")?.trim().parse().ok());
    pid.ok_or_else(|| "--redis: INFO has no process_id".into())
}

/// Returns the process id of a PostgreSQL server: the parent of the connection's process.
async fn postgres_process(database: &Database) -> Result<u32, String> {
    let asked = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(database.store.pool()).await;
    let pid: i32 = asked.map_err(|error| format!("--postgres: {error}"))?;
    cpu::parent_of(pid.unsigned_abs()).ok_or_else(|| "--postgres: the server is not on this machine".into())
}
