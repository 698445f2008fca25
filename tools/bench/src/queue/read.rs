//! The other side: records out of Kafka, through the sequencer, into PostgreSQL.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, atomic::Ordering},
};

use domain::{
    ids::AccountId,
    sequencer::{Decision, Outcome, SequencedEvent, Sequencer, Verdict},
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

use super::run::{HOLDER, Lane};

/// What was read of a partition at once.
pub struct Chunk {
    partition: Partition,
    events: Vec<Sequenced>,
}

/// A kept event, and where its partition stands with it.
struct Sequenced {
    event: Arc<SequencedEvent>,
    next: u64,
    window_floor: u64,
}

/// Follows a partition, gives writers their permits back, and hands over to a reader what was kept.
pub async fn follow(
    lane: &Lane,
    mut records: Box<dyn LogFollower>,
    mut sequencer: Sequencer,
    permits: &HashMap<AccountId, Arc<Semaphore>>,
    reader: &mpsc::Sender<Chunk>,
) -> Result<(), String> {
    loop {
        let mut events = Vec::new();
        for LogRecord { offset, bytes } in records.next().await.map_err(|error| error.to_string())? {
            let verdict = sequencer.read(offset, &bytes).map_err(|broken| broken.to_string())?;
            let Verdict::Change(Decision { outcome: Outcome::Kept(event), .. }) = verdict else {
                return Err(format!("record {offset} of partition {} was not kept: {verdict:?}", lane.partition));
            };
            lane.read_to.store(sequencer.next(), Ordering::Release);
            if let (Some(_), Some(permits)) = (event.event.message(), permits.get(&event.author)) {
                permits.add_permits(1);
            }
            events.push(Sequenced { event, next: sequencer.next(), window_floor: sequencer.window().floor() });
        }
        if reader.send(Chunk { partition: lane.partition, events }).await.is_err() {
            return Err("its reader has ended".into());
        }
    }
}

/// Writes what is handed over, partition after partition, at most `rows` in a transaction; reports each commit.
pub async fn keep(
    archive: Arc<PostgresArchive>,
    mut chunks: mpsc::Receiver<Chunk>,
    rows: usize,
    report: mpsc::Sender<Result<usize, String>>,
) {
    let mut waiting: BTreeMap<Partition, VecDeque<Sequenced>> = BTreeMap::new();
    // Where each projection stands.
    let mut places: HashMap<Partition, u64> = HashMap::new();
    while let Some(first) = chunks.recv().await {
        let mut first = Some(first);
        // Whoever has something is served once in a turn; what has come meanwhile belongs to the next.
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
        // Nobody starts from here again.
        checksum: Checksum([0; 16]),
        window_floor,
        events: taken.into_iter().map(|sequenced| sequenced.event).collect(),
        dead_letters: Vec::new(),
    };
    archive.apply(&batch).await.map_err(|error| error.to_string())?;
    *place = next;
    Ok(batch.events.len())
}
