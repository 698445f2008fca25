//! Queues the read markers that a socket reports. Neither its reader nor messages wait for them, and they are moved even if the
//! socket closes right after them, as when the user leaves the page.

use std::{collections::VecDeque, sync::Arc};

use domain::{
    ids::{ChannelId, Pos},
    limits::FRAMES_AT_ONCE,
};
use parking_lot::Mutex;

use super::ReadMarkers;
use crate::delivery::Socket;

/// Markers of one socket that are moved at a time.
const MOVED_AT_ONCE: usize = 16;
/// Channels whose marker waits: as many as a socket may name at once. Beyond it the oldest one is dropped: the next marker of that
/// channel replaces it, and a marker that stays behind hides nothing.
const WAITING_MAX: usize = FRAMES_AT_ONCE as usize;

/// The markers that a socket has reported and that are not moved yet.
#[derive(Default)]
pub struct MarkerQueue(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    /// The furthest marker of each channel, in the order in which the channels were named.
    waiting: VecDeque<(ChannelId, Pos)>,
    /// Number of running tasks that move markers; at most [`MOVED_AT_ONCE`].
    tasks: usize,
}

impl MarkerQueue {
    /// Queues a marker.
    pub fn put(&self, read_markers: &Arc<ReadMarkers>, socket: &Socket, channel: ChannelId, pos: Pos) {
        if !self.0.lock().put(channel, pos) {
            return;
        }
        let (queue, read_markers, account) = (self.0.clone(), read_markers.clone(), socket.account.id.clone());
        tokio::spawn(async move {
            loop {
                let Some((channel, pos)) = queue.lock().take() else { return };
                if let Err(code) = read_markers.mark(&account, channel.as_str(), pos.number()).await {
                    tracing::debug!(%code, "read marker not moved");
                }
            }
        });
    }
}

impl Queue {
    /// Adds a marker. Returns whether one more task has to be started.
    fn put(&mut self, channel: ChannelId, pos: Pos) -> bool {
        match self.waiting.iter_mut().find(|(waits, _)| *waits == channel) {
            Some((_, place)) => *place = pos.max(*place),
            None => self.waiting.push_back((channel, pos)),
        }
        if self.waiting.len() > WAITING_MAX {
            self.waiting.pop_front();
        }
        let is_more = self.tasks < MOVED_AT_ONCE;
        self.tasks += usize::from(is_more);
        is_more
    }

    /// Returns the marker that a task moves next; without one the task ends.
    fn take(&mut self) -> Option<(ChannelId, Pos)> {
        let next = self.waiting.pop_front();
        self.tasks -= usize::from(next.is_none());
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pos(offset: u64) -> Pos {
        Pos::new(1, offset)
    }

    #[test]
    fn keeps_furthest_marker_per_channel() {
        let mut queue = Queue::default();
        let channels: Vec<ChannelId> = (0..=WAITING_MAX).map(|_| ChannelId::generate()).collect();
        for channel in &channels[..WAITING_MAX] {
            for offset in [7, 9, 8] {
                queue.put(channel.clone(), pos(offset));
            }
        }
        assert_eq!(queue.waiting.len(), WAITING_MAX);
        queue.put(channels[WAITING_MAX].clone(), pos(1));
        assert_eq!(queue.waiting.len(), WAITING_MAX);
        assert_eq!(queue.take(), Some((channels[1].clone(), pos(9))));
    }

    #[test]
    fn bounds_the_tasks() {
        let mut queue = Queue::default();
        let channel = ChannelId::generate();
        let begun = (0..MOVED_AT_ONCE + 5).filter(|offset| queue.put(channel.clone(), pos(*offset as u64))).count();
        assert_eq!(begun, MOVED_AT_ONCE);
        assert!(queue.take().is_some());
        (0..MOVED_AT_ONCE).for_each(|_| assert_eq!(queue.take(), None));
        assert!(queue.put(channel, pos(1)), "all have ended");
    }
}
