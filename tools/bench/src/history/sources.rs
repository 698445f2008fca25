//! The three places that hold a channel's newest events, filled with the same.

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

use crate::{cpu, database::Database, people};

/// Channels, so that neither a row nor a key is the only one that is hot.
pub const CHANNELS: usize = 250;
/// Messages in each: as many as Redis holds of a channel, and fewer than a ring.
pub const EVENTS: usize = 200;
/// Events in an answer.
pub const PAGE: usize = 50;
/// People who said them.
const PEOPLE: usize = 20;
/// Events in a transaction while the archive is filled.
const BATCH_EVENTS: usize = 512;
/// All channels are in the first partition of the first log.
const PARTITION: Partition = 0;
const GENERATION: u32 = 1;
/// Who writes, as the archive's lease knows it, and for how many seconds.
const HOLDER: &str = "bench";
const LEASE_S: u32 = 600;
/// How long Redis may take: far longer than the server gives it, so that slow answers are measured, not left out.
const REDIS_WAIT: Duration = Duration::from_secs(5);

/// Where a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// In the hub's memory.
    Ring,
    /// In Redis.
    Redis,
    /// In PostgreSQL.
    Postgres,
}

impl Source {
    /// In the order in which the server asks.
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

/// All three.
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
    /// Opens and fills them.
    ///
    /// # Errors
    /// A sentence.
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

    /// What the channels hold, in the order of the log: one message of each channel after the other, as in a busy workspace.
    fn events(&self) -> Result<Vec<Arc<SequencedEvent>>, String> {
        let named = |code| format!("a message of the comparison is not valid: {code:?}");
        let people = (0..PEOPLE).map(people::person).collect::<Result<Vec<_>, _>>().map_err(named)?;
        let place = |channel: usize, number: usize| match number {
            0 => Pos::ZERO,
            _ => Pos::new(GENERATION, ((number - 1) * CHANNELS + channel) as u64),
        };
        let mut events = Vec::with_capacity(CHANNELS * EVENTS);
        for number in 1..=EVENTS {
            for (at, channel) in self.channels.iter().enumerate() {
                let (id, n) = (MessageId::generate(), number as u64);
                let author = people[(number * 7 + at) % PEOPLE].clone();
                let body = people::body(number * CHANNELS + at).map_err(named)?;
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
        // As it does by itself, some time after so many rows have come.
        self.database.run("VACUUM (ANALYZE) events").await
    }

    /// The newest page of the `at`-th channel (round and round), as the API sends it.
    ///
    /// # Errors
    /// A sentence: the source does not answer, or holds nothing.
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
                newest.ok_or("Redis does not answer, or holds nothing of a channel; it needs about 50 MB")?
            }
            Source::Postgres => {
                let page_read = self.archive.page(PARTITION, channel, Cursor::Newest, PAGE).await;
                page(channel, page_read.map_err(|error| format!("PostgreSQL: {error}"))?.events)
            }
        };
        serde_json::to_vec(&history).map_err(|error| error.to_string())
    }

    /// Sees that all say the same, of every channel, and that it is a whole page.
    ///
    /// # Errors
    /// A sentence: they do not.
    pub async fn check(&self) -> Result<(), String> {
        for at in 0..CHANNELS {
            let truth = self.answer(Source::Postgres, at).await?;
            let history: History = serde_json::from_slice(&truth).map_err(|error| error.to_string())?;
            if history.events.len() != PAGE {
                return Err(format!("PostgreSQL holds {} events of a channel", history.events.len()));
            }
            for source in [Source::Ring, Source::Redis] {
                if self.answer(source, at).await? != truth {
                    return Err(format!("{source} does not say what PostgreSQL says of a channel"));
                }
            }
        }
        Ok(())
    }

    /// Processor time that the source's own processes have spent.
    ///
    /// # Errors
    /// A sentence: they are not on this machine.
    pub fn cpu(&self, source: Source) -> Result<Duration, String> {
        match source {
            Source::Ring => Ok(Duration::ZERO),
            Source::Redis => cpu::of_service(self.redis_pid),
            Source::Postgres => cpu::of_service(self.postgres_pid),
        }
    }

    /// Removes the database. What Redis holds is forgotten by itself.
    ///
    /// # Errors
    /// A sentence.
    pub async fn close(&self) -> Result<(), String> {
        self.database.remove().await
    }
}

fn page(channel: &ChannelId, events: Vec<Event>) -> History {
    let from = events.first().map_or(Pos::ZERO, |first| first.prev);
    let to = events.last().map_or(from, |last| last.pos);
    History { channel: channel.clone(), from, to, events, has_older: from > Pos::ZERO, has_newer: false }
}

/// The process of a Redis.
fn redis_process(address: &str) -> Result<u32, String> {
    let asked = redis::Client::open(address)
        .and_then(|client| client.get_connection())
        .and_then(|mut connection| redis::cmd("INFO").arg("server").query::<String>(&mut connection));
    let info = asked.map_err(|error| format!("--redis: {error}"))?;
    let pid = info.lines().find_map(|line| line.strip_prefix("process_id:")?.trim().parse().ok());
    pid.ok_or_else(|| "--redis: it does not say which process it is".into())
}

/// The first process of a PostgreSQL: the parent of the one that answers.
async fn postgres_process(database: &Database) -> Result<u32, String> {
    let asked = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(database.store.pool()).await;
    let pid: i32 = asked.map_err(|error| format!("--postgres: {error}"))?;
    cpu::parent_of(pid.unsigned_abs()).ok_or_else(|| "--postgres: it does not run on this machine".into())
}
