//! One run: writers append to Kafka, each partition is followed through its sequencer, readers write what was kept into
//! PostgreSQL. Between the first append and the last commit the clock runs; then the rows are counted.

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
    read::{Chunk, follow, keep},
    shape::{PARTITIONS, Shape},
    write::{self, write},
};
use crate::{database::Database, people};

/// Channels that are spoken in: a multiple of each number of partitions, so that all get the same.
const CHANNELS: usize = 48;
/// Chunks of records that wait for a reader: more than a run has, so that what is read back never waits for the database,
/// as in the server.
const CHUNKS_WAITING: usize = 1_000_000;
/// Reports of commits that wait to be counted.
const REPORTS_WAITING: usize = 1_024;
/// Without a commit for so long, something is broken.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// Who writes, as the archive's lease knows it.
pub const HOLDER: &str = "bench";
/// How long that lasts, in seconds: longer than any run.
const LEASE_S: u32 = 24 * 60 * 60;

/// The services, and what one program keeps open to them.
pub struct Services {
    logs: HashMap<u32, Arc<dyn EventLog>>,
    database: Database,
    archive: Arc<PostgresArchive>,
}

impl Services {
    /// A topic for each number of partitions, and a database.
    ///
    /// # Errors
    /// A sentence.
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

    /// Removes the database. The topics are forgotten by Kafka after their retention.
    ///
    /// # Errors
    /// A sentence.
    pub async fn close(&self) -> Result<(), String> {
        self.database.remove().await
    }
}

/// A partition, as far as writers have to know it.
pub struct Lane {
    /// Its number.
    pub partition: Partition,
    /// Everything before has been read back.
    pub read_to: AtomicU64,
}

/// Runs it once, and says how long it took.
///
/// # Errors
/// A sentence: a service failed, or not every message is there once.
pub async fn run(services: &Services, shape: &Shape) -> Result<Duration, String> {
    let log = services.logs.get(&shape.partitions).ok_or("there is no topic with so many partitions")?;
    services.database.run("TRUNCATE events, heads, window_entries, projections, dead_letters").await?;
    let authors =
        (0..shape.hands).map(people::person).collect::<Result<Vec<_>, _>>().map_err(|code| format!("{code:?}"))?;
    let under_way = shape.writing.under_way(shape.hands);
    let permits: HashMap<AccountId, Arc<Semaphore>> =
        authors.iter().map(|author| (author.id.clone(), Arc::new(Semaphore::new(under_way)))).collect();
    let permits = Arc::new(permits);

    // Everybody is there before the clock runs. The set ends them with the run, however it ends.
    let mut tasks = JoinSet::new();
    let (report, mut reports) = mpsc::channel(REPORTS_WAITING);
    let mut readers = Vec::new();
    for _ in 0..shape.hands {
        let (reader, chunks) = mpsc::channel::<Chunk>(CHUNKS_WAITING);
        readers.push(reader);
        tasks.spawn(keep(services.archive.clone(), chunks, shape.writing.rows(), report.clone()));
    }
    let mut lanes = Vec::new();
    for partition in 0..shape.partitions {
        let (lane, sequencer) = begin(services, &**log, partition).await?;
        let lane = Arc::new(lane);
        lanes.push(lane.clone());
        let records = log.follow(partition, lane.read_to.load(Ordering::Acquire));
        let reader = readers[partition as usize % readers.len()].clone();
        let (permits, report) = (permits.clone(), report.clone());
        tasks.spawn(async move {
            if let Err(why) = follow(&lane, records, sequencer, &permits, &reader).await {
                let _ = report.send(Err(why)).await;
            }
        });
    }
    let channels = create(&**log, &lanes, &authors[0]).await?;
    await_commits(&mut reports, CHANNELS).await?;

    let begun = Instant::now();
    let work = Arc::new(write::Work { log: log.clone(), lanes, channels, shape: *shape });
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

/// Where a partition begins for this run: behind what earlier ones have left in it.
async fn begin(services: &Services, log: &dyn EventLog, partition: Partition) -> Result<(Lane, Sequencer), String> {
    let projection = services.archive.load(partition).await.map_err(|error| error.to_string())?;
    let lease = services
        .archive
        .lease(partition, HOLDER, LEASE_S, LeaseKind::Active)
        .await
        .map_err(|error| error.to_string())?;
    if !lease.is_ours {
        return Err("another program writes into this database".into());
    }
    let from = log.range(partition).await.map_err(|error| error.to_string())?.next;
    let sequencer = Sequencer::restore(projection.generation, from, projection.heads, projection.window);
    Ok((Lane { partition, read_to: AtomicU64::new(from) }, sequencer))
}

/// Makes the channels, spread evenly; says which stands in which lane.
async fn create(log: &dyn EventLog, lanes: &[Arc<Lane>], by: &Account) -> Result<Vec<(ChannelId, usize)>, String> {
    let mut channels = Vec::new();
    for number in 0..CHANNELS {
        let (channel, lane) = (ChannelId::generate(), number % lanes.len());
        let read_to = lanes[lane].read_to.load(Ordering::Acquire);
        let record = people::creation(by, &channel, number, read_to).map_err(|code| format!("{code:?}"))?;
        write::append(log, lanes[lane].partition, record).await?;
        channels.push((channel, lane));
    }
    Ok(channels)
}

async fn await_commits(reports: &mut mpsc::Receiver<Result<usize, String>>, rows: usize) -> Result<(), String> {
    let mut committed = 0;
    while committed < rows {
        match timeout(SILENCE_MAX, reports.recv()).await {
            Ok(Some(report)) => committed += report?,
            Ok(None) => return Err("everybody has ended".into()),
            Err(_) => return Err(format!("{committed} of {rows} rows were committed, and then none for a minute")),
        }
    }
    Ok(())
}

/// Every message is there once, and nothing else.
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
        "{shape}: {rows} rows were due with {messages} messages; there are {stood}, {different} of them different, with {bodies} different \
         texts, and the channels count {counts} messages"
    ))
}
