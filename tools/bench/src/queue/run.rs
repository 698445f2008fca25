//! One run: writers append to Kafka, each partition is read through its sequencer, and readers write the events to
//! PostgreSQL. The time from the first append to the last commit is measured; then the rows are checked.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    event::Account,
    ids::{AccountId, ChannelId},
    sequencer::Sequencer,
};
use jimmy_server::{
    adapters::{
        kafka::{self, KafkaSettings},
        postgres::PostgresArchive,
    },
    ports::{Archive, EventLog, archive::LeaseKind, event_log::Partition},
};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::timeout,
};
use uuid::Uuid;

use super::{
    read::{Chunk, archive_events, follow},
    shape::{HOLDER, PARTITIONS, PartitionProgress, Shape},
    write::{self, write},
};
use crate::{database::Database, samples};

/// Number of channels: a multiple of each number of partitions, so that all partitions get equal shares.
const CHANNELS: usize = 48;
/// Capacity of a reader's queue in chunks: more than a run has, so that reading the log never waits for the database,
/// as in the server.
const CHUNKS_WAITING: usize = 1_000_000;
/// Capacity of the queue of commit reports.
const REPORTS_WAITING: usize = 1_024;
/// Time without a commit after which a run has failed.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// Duration of the lease in seconds, longer than any run.
const LEASE_S: u32 = 24 * 60 * 60;

/// The services, with open connections.
pub struct Services {
    logs: HashMap<u32, Arc<dyn EventLog>>,
    database: Database,
    archive: Arc<PostgresArchive>,
}

impl Services {
    /// Opens a topic for each number of partitions, and a database.
    ///
    /// # Errors
    /// A sentence, if a service is not available.
    pub async fn open(kafka: &str, postgres: &str) -> Result<Self, String> {
        let mut logs = HashMap::new();
        for partitions in PARTITIONS {
            let topic = format!("bench-{}", Uuid::now_v7().simple());
            let named = |why| format!("--kafka {kafka}: {why}");
            let settings = KafkaSettings::parse(&format!("{kafka}/{topic}?partitions={partitions}")).map_err(named)?;
            logs.insert(partitions, kafka::open(&settings).await.map_err(named)?);
        }
        let database = Database::make(postgres).await?;
        let archive = Arc::new(PostgresArchive(database.store.clone()));
        Ok(Self { logs, database, archive })
    }

    /// Removes the database. Kafka removes the topics' records after their retention.
    ///
    /// # Errors
    /// A sentence, if the database cannot be removed.
    pub async fn close(&self) -> Result<(), String> {
        self.database.remove().await
    }
}

/// Measures one run.
///
/// # Errors
/// A sentence, if a service failed, or not every message is in the database exactly once.
pub async fn run(services: &Services, shape: &Shape) -> Result<Duration, String> {
    let log = services.logs.get(&shape.partitions).ok_or("no topic has this number of partitions")?;
    services.database.run("TRUNCATE events, heads, window_entries, projections, dead_letters").await?;
    let authors =
        (0..shape.writers).map(samples::user).collect::<Result<Vec<_>, _>>().map_err(|code| format!("{code:?}"))?;
    let in_flight = shape.writing.in_flight(shape.writers);
    let permits: HashMap<AccountId, Arc<Semaphore>> =
        authors.iter().map(|author| (author.id.clone(), Arc::new(Semaphore::new(in_flight)))).collect();
    let permits = Arc::new(permits);

    // All tasks start before the measurement, and end with the set.
    let mut tasks = JoinSet::new();
    let (report, mut reports) = mpsc::channel(REPORTS_WAITING);
    let mut readers = Vec::new();
    for _ in 0..shape.writers {
        let (reader, chunks) = mpsc::channel::<Chunk>(CHUNKS_WAITING);
        readers.push(reader);
        tasks.spawn(archive_events(services.archive.clone(), chunks, shape.writing.rows(), report.clone()));
    }
    let mut partitions = Vec::new();
    for partition in 0..shape.partitions {
        let (progress, sequencer) = begin(services, &**log, partition).await?;
        let progress = Arc::new(progress);
        partitions.push(progress.clone());
        let records = log.follow(partition, progress.read_to.load(Ordering::Acquire));
        let reader = readers[partition as usize % readers.len()].clone();
        let (permits, report) = (permits.clone(), report.clone());
        tasks.spawn(async move {
            if let Err(why) = follow(&progress, records, sequencer, &permits, &reader).await {
                let _ = report.send(Err(why)).await;
            }
        });
    }
    let channels = create(&**log, &partitions, &authors[0]).await?;
    await_commits(&mut reports, CHANNELS).await?;

    let begun = Instant::now();
    let work = Arc::new(write::Work { log: log.clone(), partitions, channels, shape: *shape });
    for (number, author) in authors.into_iter().enumerate() {
        let (work, permits, report) = (work.clone(), permits.clone(), report.clone());
        tasks.spawn(async move {
            if let Err(why) = write(&work, number, &author, &permits).await {
                let _ = report.send(Err(why)).await;
            }
        });
    }
    await_commits(&mut reports, shape.messages).await?;
    let took = begun.elapsed();
    tasks.shutdown().await;
    check(services, shape).await?;
    Ok(took)
}

/// Starts a partition after the records of earlier runs.
async fn begin(
    services: &Services,
    log: &dyn EventLog,
    partition: Partition,
) -> Result<(PartitionProgress, Sequencer), String> {
    let projection = services.archive.load(partition).await.map_err(|error| error.to_string())?;
    let lease = services
        .archive
        .lease(partition, HOLDER, LEASE_S, LeaseKind::Active)
        .await
        .map_err(|error| error.to_string())?;
    if !lease.is_ours {
        return Err("another program holds the lease of this database".into());
    }
    let from = log.range(partition).await.map_err(|error| error.to_string())?.next;
    let sequencer = Sequencer::restore(projection.generation, from, projection.heads, projection.window);
    Ok((PartitionProgress { partition, read_to: AtomicU64::new(from) }, sequencer))
}

/// Creates the channels, distributed evenly over the partitions; returns the index of each channel's partition.
async fn create(
    log: &dyn EventLog,
    partitions: &[Arc<PartitionProgress>],
    by: &Account,
) -> Result<Vec<(ChannelId, usize)>, String> {
    let mut channels = Vec::new();
    for number in 0..CHANNELS {
        let (channel, partition) = (ChannelId::generate(), number % partitions.len());
        let read_to = partitions[partition].read_to.load(Ordering::Acquire);
        let record = samples::creation(by, &channel, number, read_to).map_err(|code| format!("{code:?}"))?;
        write::append(log, partitions[partition].partition, record).await?;
        channels.push((channel, partition));
    }
    Ok(channels)
}

async fn await_commits(reports: &mut mpsc::Receiver<Result<usize, String>>, rows: usize) -> Result<(), String> {
    let mut committed = 0;
    while committed < rows {
        match timeout(SILENCE_MAX, reports.recv()).await {
            Ok(Some(report)) => committed += report?,
            Ok(None) => return Err("all tasks have ended".into()),
            Err(_) => return Err(format!("{committed} of {rows} rows were committed, then none for a minute")),
        }
    }
    Ok(())
}

/// Checks that every message is in the database exactly once, and nothing else.
async fn check(services: &Services, shape: &Shape) -> Result<(), String> {
    let counted: (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT count(*), count(DISTINCT (channel, id)),
                count(DISTINCT event::json ->> 'body') FILTER (WHERE event::json ->> 'kind' = 'message'),
                (SELECT coalesce(sum(n), 0)::bigint FROM heads)
         FROM events",
    )
    .fetch_one(services.database.store.pool())
    .await
    .map_err(|error| error.to_string())?;
    let (rows, messages) = ((CHANNELS + shape.messages) as i64, shape.messages as i64);
    if counted == (rows, rows, messages, messages) {
        return Ok(());
    }
    let (stood, different, bodies, counts) = counted;
    Err(format!(
        "{shape}: expected {rows} rows with {messages} messages; found {stood} rows with {different} ids and {bodies} texts, and the \
         channels count {counts} messages"
    ))
}
