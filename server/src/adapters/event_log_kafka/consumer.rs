//! The reading half: one consumer for all partitions, a queue for each, so that an error of one is known to be its own.
//!
//! A partition's queue is split off *before* the partition is assigned. librdkafka remembers then that the program reads
//! the queue itself (`RD_KAFKA_Q_F_FWD_APP`) and does not lead it into the common one when fetching starts
//! (`rd_kafka_toppar_op_fetch_start`); split off afterwards, the first records could be lost in between.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _, base_consumer::PartitionQueue},
    error::{KafkaError, KafkaResult},
};
use tokio::sync::Notify;

use super::{
    KafkaSettings,
    client::{self, QUESTION_MAX, RECORD_BYTES_MAX, Voice},
    places::Places,
};
use crate::ports::event_log::Partition;

/// What a partition's queue holds before fetching pauses, in KiB. It may be exceeded by one answer's share: with
/// `PARTITION_FETCH_BYTES` 3 MiB a partition, 36 MiB for twelve that nobody reads.
const QUEUE_KIB: usize = 2 * 1024;
/// What is asked of one partition at once.
const PARTITION_FETCH_BYTES: usize = 1024 * 1024;
/// What one answer may hold over all partitions.
const FETCH_BYTES: usize = 8 * 1024 * 1024;
/// How often the consumer's own events (connections lost and found) are looked at.
const EVENTS_POLL: Duration = Duration::from_millis(100);
/// What consumers are made with.
pub fn config(settings: &KafkaSettings) -> ClientConfig {
    let mut config = client::config(settings);
    config
        // Nothing is ever committed, and no group is joined: librdkafka wants a name all the same.
        .set("group.id", "jimmy-chat")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        .set("allow.auto.create.topics", "false")
        .set("check.crcs", "true")
        // Somebody's forgotten transaction on the topic must not stop it; all servers see the same records.
        .set("isolation.level", "read_uncommitted")
        .set("fetch.min.bytes", "1")
        // An answer leaves with the first record; this is how long a partition waits that is followed meanwhile.
        .set("fetch.wait.max.ms", "100")
        .set("fetch.error.backoff.ms", "100")
        .set("fetch.queue.backoff.ms", "5")
        .set("queued.max.messages.kbytes", QUEUE_KIB.to_string())
        .set("fetch.message.max.bytes", PARTITION_FETCH_BYTES.to_string())
        .set("fetch.max.bytes", FETCH_BYTES.to_string())
        .set("receive.message.max.bytes", (2 * FETCH_BYTES).to_string());
    config
}

const _: () = assert!(PARTITION_FETCH_BYTES >= client::REQUEST_BYTES_MAX && RECORD_BYTES_MAX < FETCH_BYTES);

/// The consumer and who reads what of it.
pub struct Following {
    consumer: Arc<BaseConsumer<Voice>>,
    places: Places,
    slots: Slots,
    ended: Arc<AtomicBool>,
}

type Slots = Arc<Mutex<HashMap<Partition, Arc<Slot>>>>;

/// One partition's queue. Whoever follows the partition anew takes it away from who did before.
pub struct Slot {
    queue: Mutex<Option<PartitionQueue<Voice>>>,
    /// There is something in it, or it was taken away.
    pub filled: Arc<Notify>,
}

impl Slot {
    /// The queue, unless it was taken away.
    pub fn queue(&self) -> MutexGuard<'_, Option<PartitionQueue<Voice>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.queue().take();
        self.filled.notify_one();
    }
}

fn locked(slots: &Slots) -> MutexGuard<'_, HashMap<Partition, Arc<Slot>>> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Following {
    /// Makes the consumer and the thread that serves its events; it ends with this.
    ///
    /// # Errors
    /// librdkafka does not take the settings, or no thread can be started.
    pub fn new(settings: &KafkaSettings) -> Result<Self, String> {
        let consumer: BaseConsumer<Voice> =
            config(settings).create_with_context(Voice::of("consumer")).map_err(|error| error.to_string())?;
        let consumer = Arc::new(consumer);
        let ended = Arc::new(AtomicBool::new(false));
        let places = Places::new(settings).map_err(|error| error.to_string())?;
        let (served, asked, is_ended) = (consumer.clone(), places.clone(), ended.clone());
        let slots = Slots::default();
        let strays = slots.clone();
        let serve = move || {
            while !is_ended.load(Ordering::Relaxed) {
                asked.serve();
                // Errors are told by the client's voice; records of partitions come through their own queues.
                if let Some(Ok(record)) = served.poll(EVENTS_POLL) {
                    let (partition, offset) = (record.partition(), record.offset());
                    tracing::error!(partition, offset, "a record came to the wrong queue: its partition is read anew");
                    let missed = u32::try_from(partition).ok().and_then(|partition| locked(&strays).remove(&partition));
                    missed.iter().for_each(|slot| slot.close());
                }
            }
        };
        std::thread::Builder::new().name("kafka-events".into()).spawn(serve).map_err(|error| error.to_string())?;
        Ok(Self { consumer, places, slots, ended })
    }

    /// Where the partitions begin and end.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Something was read.
    pub fn well(&self) {
        self.consumer.context().well();
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Partition, Arc<Slot>>> {
        locked(&self.slots)
    }

    fn list(&self, partition: Partition, offset: Offset) -> KafkaResult<TopicPartitionList> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(self.places.topic(), partition as i32, offset)?;
        Ok(list)
    }

    /// Begins to fetch a partition. Waits for librdkafka; for a broker only the first time, and not for long.
    pub fn begin(&self, partition: Partition, from: u64) -> KafkaResult<Arc<Slot>> {
        let mut slots = self.slots();
        if let Some(before) = slots.remove(&partition) {
            before.close();
            self.consumer.incremental_unassign(&self.list(partition, Offset::Invalid)?)?;
        }
        let Some(mut queue) = self.consumer.split_partition_queue(self.places.topic(), partition as i32) else {
            return Err(KafkaError::Subscription("the partition has no queue".into()));
        };
        // What was fetched for who read before: librdkafka drops its records by itself, not its errors.
        while queue.poll(Duration::ZERO).is_some() {}
        let filled = Arc::new(Notify::new());
        let wake = filled.clone();
        queue.set_nonempty_callback(move || wake.notify_one());
        self.consumer.incremental_assign(&self.list(partition, Offset::Offset(from as i64))?)?;
        let slot = Arc::new(Slot { queue: Mutex::new(Some(queue)), filled });
        slots.insert(partition, slot.clone());
        let is_first = slots.len() == 1;
        drop(slots);
        if is_first {
            // librdkafka would ask for the leaders within a second. Without an answer it goes on asking by itself.
            let _ = self.consumer.fetch_metadata(Some(self.places.topic()), QUESTION_MAX);
        }
        Ok(slot)
    }

    /// Ends fetching, unless somebody else follows the partition by now.
    pub fn end(&self, partition: Partition, slot: &Arc<Slot>) {
        let mut slots = self.slots();
        if slots.get(&partition).is_some_and(|current| Arc::ptr_eq(current, slot)) {
            slots.remove(&partition);
            slot.close();
            let ended =
                self.list(partition, Offset::Invalid).and_then(|list| self.consumer.incremental_unassign(&list));
            if let Err(error) = ended {
                tracing::error!(partition, "a partition of Kafka is fetched though nobody follows it: {error}");
            }
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        self.consumer.context().hush();
    }
}
