//! The consumer that follows partitions: one for all of them, with a queue for each, so that an error is known to be of its
//! partition.
//!
//! A partition's queue is split off *before* the partition is assigned. librdkafka then remembers that the program reads the queue
//! itself (`RD_KAFKA_Q_F_FWD_APP`) and does not forward it into the common queue when fetching starts
//! (`rd_kafka_toppar_op_fetch_start`). Split off afterwards, the first records could be lost.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parking_lot::{Mutex, MutexGuard};
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _, base_consumer::PartitionQueue},
    error::{KafkaError, KafkaResult},
};
use tokio::sync::Notify;

use super::{
    client::{LogThrottle, REQUEST_WAIT, consumer_config},
    settings::KafkaSettings,
    watermarks::Watermarks,
};
use crate::ports::event_log::Partition;

/// Poll interval of the consumer's own events (connections lost and found).
const EVENTS_POLL: Duration = Duration::from_millis(100);

/// The consumer, and the queue of each followed partition.
pub struct PartitionQueues {
    consumer: Arc<BaseConsumer<LogThrottle>>,
    watermarks: Watermarks,
    slots: Slots,
    ended: Arc<AtomicBool>,
}

type Slots = Arc<Mutex<HashMap<Partition, Arc<Slot>>>>;

/// The queue of one partition. A new follower of the partition takes it from the one before.
pub struct Slot {
    queue: Mutex<Option<PartitionQueue<LogThrottle>>>,
    /// Notified when the queue has records, or was taken away.
    pub filled: Arc<Notify>,
}

impl Slot {
    /// Returns the queue, unless it was taken away.
    pub fn queue(&self) -> MutexGuard<'_, Option<PartitionQueue<LogThrottle>>> {
        self.queue.lock()
    }

    fn close(&self) {
        self.queue().take();
        self.filled.notify_one();
    }
}

impl PartitionQueues {
    /// Creates the consumer, and the thread that serves its events, which ends when this is dropped.
    ///
    /// # Errors
    /// librdkafka rejects the settings, or no thread can be started.
    pub fn new(settings: &KafkaSettings) -> Result<Self, String> {
        let consumer: BaseConsumer<LogThrottle> = consumer_config(settings)
            .create_with_context(LogThrottle::of("consumer"))
            .map_err(|error| error.to_string())?;
        let consumer = Arc::new(consumer);
        let ended = Arc::new(AtomicBool::new(false));
        let watermarks = Watermarks::new(settings).map_err(|error| error.to_string())?;
        let (served, asked, is_ended) = (consumer.clone(), watermarks.clone(), ended.clone());
        let slots = Slots::default();
        let strays = slots.clone();
        let serve = move || {
            while !is_ended.load(Ordering::Relaxed) {
                asked.serve();
                // Errors are logged by the client's throttle; records come through the queues of their partitions.
                if let Some(Ok(record)) = served.poll(EVENTS_POLL) {
                    let (partition, offset) = (record.partition(), record.offset());
                    tracing::error!(
                        partition,
                        offset,
                        "a record came through the wrong queue; reading its partition again"
                    );
                    let missed = u32::try_from(partition).ok().and_then(|partition| strays.lock().remove(&partition));
                    missed.iter().for_each(|slot| slot.close());
                }
            }
        };
        std::thread::Builder::new().name("kafka-events".into()).spawn(serve).map_err(|error| error.to_string())?;
        Ok(Self { consumer, watermarks, slots, ended })
    }

    /// Returns the watermarks of the partitions.
    pub fn watermarks(&self) -> &Watermarks {
        &self.watermarks
    }

    /// Reports that a record was read.
    pub fn recovered(&self) {
        self.consumer.context().recovered();
    }

    fn list(&self, partition: Partition, offset: Offset) -> KafkaResult<TopicPartitionList> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(self.watermarks.topic(), partition as i32, offset)?;
        Ok(list)
    }

    /// Begins to fetch a partition. Blocks for librdkafka, and the first time for a broker, for a short time.
    pub fn begin(&self, partition: Partition, from: u64) -> KafkaResult<Arc<Slot>> {
        let mut slots = self.slots.lock();
        if let Some(before) = slots.remove(&partition) {
            before.close();
            self.consumer.incremental_unassign(&self.list(partition, Offset::Invalid)?)?;
        }
        let Some(mut queue) = self.consumer.split_partition_queue(self.watermarks.topic(), partition as i32) else {
            return Err(KafkaError::Subscription("the partition has no queue".into()));
        };
        // Empties what was fetched for the follower before: librdkafka drops its records by itself, but not its errors.
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
            // librdkafka would ask for the leaders within a second. Without an answer it keeps asking by itself.
            let _ = self.consumer.fetch_metadata(Some(self.watermarks.topic()), REQUEST_WAIT);
        }
        Ok(slot)
    }

    /// Ends fetching, unless another follower has taken the partition.
    pub fn end(&self, partition: Partition, slot: &Arc<Slot>) {
        let mut slots = self.slots.lock();
        if slots.get(&partition).is_some_and(|current| Arc::ptr_eq(current, slot)) {
            slots.remove(&partition);
            slot.close();
            let ended =
                self.list(partition, Offset::Invalid).and_then(|list| self.consumer.incremental_unassign(&list));
            if let Err(error) = ended {
                tracing::error!(partition, "a partition is still fetched although it has no follower: {error}");
            }
        }
    }
}

impl Drop for PartitionQueues {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        self.consumer.context().mute();
    }
}
