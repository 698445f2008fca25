//! A piece of a channel's order, read as ring → recent cache → archive. It is whole, or it is refused: where the pieces do
//! not join, the answer is `try_again`, never a shorter one.

mod chain;
#[cfg(test)]
mod tests;

use std::time::Instant;

use domain::{
    api::History,
    error::ErrorCode,
    event::Event,
    ids::{ChannelId, Pos},
};

use crate::{
    delivery::RingView,
    http::AppState,
    metrics::{Metrics, since},
    ports::{Archive, RecentHistory, archive::Cursor, event_log::Partition, recent_history::RECENT_EVENTS},
};
use chain::Chain;

/// Which piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// The newest.
    Newest,
    /// The newest of what stands before this place.
    Before(Pos),
    /// The oldest of what stands after this place.
    After(Pos),
    /// What stands around this place, it among them.
    Around(Pos),
}

/// Reads a piece of at most `limit` events. Whether the reader may see the channel is decided before.
///
/// # Errors
/// [`ErrorCode::TryAgain`] where a whole answer is not to be had now: also for a channel so new that this server has not heard of it.
pub async fn history(state: &AppState, channel: &ChannelId, range: Range, limit: usize) -> Result<History, ErrorCode> {
    let partition = state.hub.partition(channel).ok_or(ErrorCode::TryAgain)?;
    // What is heard elsewhere only is missing here.
    if state.cluster.evacuation.is_active() {
        return Err(ErrorCode::TryAgain);
    }
    // While it is read anew it would seem to end where the archive does.
    state.delivery.lane(partition)?;
    // The ring first: what the archive then says is at least as new as the ring's older end.
    let ring = state.hub.newest(channel);
    let (began, metrics) = (Instant::now(), &state.metrics);
    let mut reading =
        Reading::new(channel, partition, &ring, &*state.delivery.recent, &*state.delivery.archive, metrics);
    let answer = reading.read(range, limit).await;
    match answer {
        Ok(_) => metrics.history.get_or_create(&[("source", reading.source)]).observe(since(began)),
        Err(_) => drop(metrics.history_refused.inc()),
    }
    answer
}

/// One answer on its way: what is known of the channel's newest events, and where to find older ones.
struct Reading<'a> {
    channel: &'a ChannelId,
    partition: Partition,
    chain: Chain,
    /// Everything up to here has to come from the cache or the archive.
    archived_to: Pos,
    recent: &'a dyn RecentHistory,
    has_asked_recent: bool,
    archive: &'a dyn Archive,
    /// The last place that was asked.
    source: &'static str,
    metrics: &'a Metrics,
}

impl<'a> Reading<'a> {
    fn new(
        channel: &'a ChannelId,
        partition: Partition,
        ring: &RingView,
        recent: &'a dyn RecentHistory,
        archive: &'a dyn Archive,
        metrics: &'a Metrics,
    ) -> Self {
        let archived_to = ring.archived_to();
        let chain = Chain::of(ring);
        Self {
            channel,
            partition,
            chain,
            archived_to,
            recent,
            has_asked_recent: false,
            archive,
            source: "ring",
            metrics,
        }
    }

    async fn read(&mut self, range: Range, limit: usize) -> Result<History, ErrorCode> {
        match range {
            Range::Newest => self.back(None, limit).await,
            Range::Before(pos) => self.back(Some(pos), limit).await,
            Range::After(pos) => self.forth(pos, limit).await,
            Range::Around(pos) => {
                let newer = self.forth(pos, limit / 2).await?;
                let next = Pos::from_number(pos.number() + 1).unwrap_or(pos);
                let older = self.back(Some(next), limit - limit / 2).await?;
                Ok(chain::joined(older, newer))
            }
        }
    }

    /// The newest events before `before` (or of all).
    async fn back(&mut self, before: Option<Pos>, limit: usize) -> Result<History, ErrorCode> {
        let mut page = self.chain.back(before, limit);
        if page.is_none() {
            // Of all: no more than are wanted, for the cache has the ring's events too.
            self.ask_recent(if before.is_none() { limit } else { RECENT_EVENTS }).await;
            page = self.chain.back(before, limit);
        }
        let events = match page {
            Some(events) => events,
            None => {
                let mut events = self.archived(before.map_or(Cursor::Newest, Cursor::Before), limit).await?;
                if before.is_none() {
                    // Whoever reads next finds them there. It takes no longer than the cache's time-out.
                    self.recent.extend(&events).await;
                }
                let held = self.chain.events().filter(|event| before.is_none_or(|before| event.pos < before));
                merge(&mut events, held)?;
                events.drain(..events.len().saturating_sub(limit));
                events
            }
        };
        Ok(chain::older_page(self.channel, events, self.chain.head()))
    }

    /// The oldest events after `after`.
    async fn forth(&mut self, after: Pos, limit: usize) -> Result<History, ErrorCode> {
        let mut page = self.chain.forth(after, limit);
        if page.is_none() {
            self.ask_recent(RECENT_EVENTS).await;
            page = self.chain.forth(after, limit);
        }
        let events = match page {
            Some(events) => events,
            None => {
                let mut events = self.archived(Cursor::After(after), limit).await?;
                if events.len() < limit {
                    merge(&mut events, self.chain.events().filter(|event| event.pos > after))?;
                }
                events.truncate(limit);
                events
            }
        };
        Ok(chain::newer_page(self.channel, events, after, self.chain.head()))
    }

    /// Asks the cache, once for an answer.
    async fn ask_recent(&mut self, limit: usize) {
        if std::mem::replace(&mut self.has_asked_recent, true) {
            return;
        }
        self.source = "cache";
        let recent = self.recent.newest(self.channel, limit).await;
        self.metrics.cache_reads.add(if recent.is_some() { "hit" } else { "miss" });
        if let Some(recent) = recent {
            self.chain.join(recent);
        }
    }

    /// What the archive holds, if it is complete up to where the ring begins.
    async fn archived(&mut self, cursor: Cursor, limit: usize) -> Result<Vec<Event>, ErrorCode> {
        self.source = "archive";
        let page = self.archive.page(self.partition, self.channel, cursor, limit).await;
        let page = page.map_err(self.metrics.archive_failed())?;
        // By place, not by offset: the channel's newest event may be of a log that came before this one.
        if page.complete_to <= self.archived_to && self.archived_to > Pos::ZERO {
            return Err(ErrorCode::TryAgain);
        }
        Ok(page.events)
    }
}

/// Puts what is held behind what is archived, each event once, and checks that it is a chain.
fn merge<'a>(archived: &mut Vec<Event>, held: impl Iterator<Item = &'a Event>) -> Result<(), ErrorCode> {
    let to = archived.last().map_or(Pos::ZERO, |last| last.pos);
    archived.extend(held.filter(|event| event.pos > to).cloned());
    let whole = archived.windows(2).all(|pair| pair[1].prev == pair[0].pos);
    if whole { Ok(()) } else { Err(ErrorCode::TryAgain) }
}
