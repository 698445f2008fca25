//! Read markers of one socket on their way to the database. Neither its reader nor what is said waits for them, and they are
//! moved also when the socket goes right behind them, as that of a page that is left.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{
    ids::{ChannelId, Pos},
    limits::FRAMES_AT_ONCE,
};

use crate::{delivery::Socket, http::AppState, messages};

/// Markers of one socket that are moved at the same time.
const MOVED_AT_ONCE: usize = 16;
/// Channels whose marker waits for that: as many as a socket may name at once. Of more, the one that has waited longest is
/// dropped: whoever reads on there comes with the next one, and a marker that stays behind hides nothing.
const WAITING_MAX: usize = FRAMES_AT_ONCE as usize;

/// See above.
#[derive(Default)]
pub struct Markers(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    /// The furthest marker of each channel, in the order in which the channels were named.
    waiting: VecDeque<(ChannelId, Pos)>,
    /// Tasks that move them.
    tasks: usize,
}

impl Markers {
    /// Somebody has read a channel up to here.
    pub fn put(&self, state: &AppState, socket: &Socket, channel: ChannelId, pos: Pos) {
        if !lock(&self.0).put(channel, pos) {
            return;
        }
        let (queue, state, account) = (self.0.clone(), state.clone(), socket.account.id.clone());
        tokio::spawn(async move {
            loop {
                let Some((channel, pos)) = lock(&queue).take() else { return };
                if let Err(code) = messages::mark_read(&state, &account, channel.as_str(), pos.number()).await {
                    tracing::debug!(%code, "a read marker was not moved");
                }
            }
        });
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Queue {
    /// Takes a marker in; true if one more task is to move what waits.
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

    /// What a task moves next; it ends where nothing waits.
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
    fn of_each_channel_the_furthest_marker_waits_and_of_too_many_channels_the_oldest_is_dropped() {
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
    fn so_many_tasks_move_them_and_no_more_and_each_ends() {
        let mut queue = Queue::default();
        let channel = ChannelId::generate();
        let begun = (0..MOVED_AT_ONCE + 5).filter(|offset| queue.put(channel.clone(), pos(*offset as u64))).count();
        assert_eq!(begun, MOVED_AT_ONCE);
        assert!(queue.take().is_some());
        (0..MOVED_AT_ONCE).for_each(|_| assert_eq!(queue.take(), None));
        assert!(queue.put(channel, pos(1)), "all have ended");
    }
}
