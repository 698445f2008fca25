//! The readers: records from Kafka, through the sequencer, into PostgreSQL.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, atomic::Ordering},
};

use domain::{
    ids::AccountId,
    sequencer::{Decision, Outcome, Reading, SequencedEvent, Sequencer},
};
use jimmy_server::{
    adapters::postgres::PostgresArchive,
    ports::{
        Archive,
        archive::{Batch, Checksum},
        event_log::{LogFollower, LogRecord, Partition},
    },
};
use tokio::sync::{Semaphore, mpsc};

use super::shape::{HOLDER, PartitionProgress};

/// The events of one read of a partition.
pub struct Chunk {
    partition: Partition,
    events: Vec<Sequenced>,
}

/// An event, and the state of its partition after it.
struct Sequenced {
    event: Arc<SequencedEvent>,
    next: u64,
    window_floor: u64,
}

/// Reads a partition, returns permits to the writers, and passes the events to a reader.
pub async fn follow(
    progress: &PartitionProgress,
    mut records: Box<dyn LogFollower>,
    mut sequencer: Sequencer,
    permits: &HashMap<AccountId, Arc<Semaphore>>,
    reader: &mpsc::Sender<Chunk>,
) -> Result<(), String> {
    loop {
        let mut events = Vec::new();
        for LogRecord { offset, bytes } in records.next().await.map_err(|error| error.to_string())? {
            let reading = sequencer.read(offset, &bytes).map_err(|broken| broken.to_string())?;
            let Reading::Change(Decision { outcome: Outcome::Kept(event), .. }) = reading else {
                return Err(format!(
                    "record {offset} of partition {} did not become an event: {reading:?}",
                    progress.partition
                ));
            };
            progress.read_to.store(sequencer.next(), Ordering::Release);
            if let (Some(_), Some(permits)) = (event.event.message(), permits.get(&event.author)) {
                permits.add_permits(1);
            }
            events.push(Sequenced { event, next: sequencer.next(), window_floor: sequencer.window().floor() });
        }
        if reader.send(Chunk { partition: progress.partition, events }).await.is_err() {
            return Err("its reader has ended".into());
        }
    }
}

/// Writes the events of all partitions in turn, at most `rows` per transaction, and reports each commit.
pub async fn archive_events(
    archive: Arc<PostgresArchive>,
    mut chunks: mpsc::Receiver<Chunk>,
    rows: usize,
    report: mpsc::Sender<Result<usize, String>>,
) {
    let mut waiting: BTreeMap<Partition, VecDeque<Sequenced>> = BTreeMap::new();
    // The next offset of each projection.
    let mut places: HashMap<Partition, u64> = HashMap::new();
    while let Some(first) = chunks.recv().await {
        let mut first = Some(first);
        // Each partition with events is served once per turn; later events wait for the next turn.
        loop {
            while let Some(Chunk { partition, events }) = first.take().or_else(|| chunks.try_recv().ok()) {
                waiting.entry(partition).or_default().extend(events);
            }
            waiting.retain(|_, events| !events.is_empty());
            if waiting.is_empty() {
                break;
            }
            for (partition, events) in &mut waiting {
                let place = places.entry(*partition).or_default();
                let taken: Vec<Sequenced> = events.drain(..events.len().min(rows)).collect();
                let committed = write(&archive, *partition, place, taken).await;
                let is_broken = committed.is_err();
                if report.send(committed).await.is_err() || is_broken {
                    return;
                }
            }
        }
    }
}

async fn write(
    archive: &PostgresArchive,
    partition: Partition,
    place: &mut u64,
    taken: Vec<Sequenced>,
) -> Result<usize, String> {
    let (next, window_floor) = taken.last().map_or((*place, 0), |last| (last.next, last.window_floor));
    let batch = Batch {
        holder: HOLDER.into(),
        partition,
        from: *place,
        next,
        // The projection is never restored.
        checksum: Checksum([0; 16]),
        window_floor,
        events: taken.into_iter().map(|sequenced| sequenced.event).collect(),
        dead_letters: Vec::new(),
    };
    archive.apply(&batch).await.map_err(|error| error.to_string())?;
    *place = next;
    Ok(batch.events.len())
}
