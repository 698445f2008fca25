//! Reads a page of a channel: from the ring, else from the cache of recent events, else from the archive. A page has no gap, or
//! it is refused: where the parts do not join, the answer is `try_again`, never a shorter page.

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
    delivery::{Delivery, RingView},
    metrics::{Metrics, since},
    ports::{Archive, RecentHistory, archive::Cursor, event_log::Partition, recent_history::RECENT_EVENTS},
};
use chain::Chain;

/// The events that a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// The newest events.
    Newest,
    /// The newest events before this position.
    Before(Pos),
    /// The oldest events after this position.
    After(Pos),
    /// The events around this position, and the one at it.
    Around(Pos),
}

/// Reads a page. See [`Messages::history`](super::Messages::history).
pub(super) async fn read(
    delivery: &Delivery,
    metrics: &Metrics,
    channel: &ChannelId,
    partition: Partition,
    range: Range,
    limit: usize,
) -> Result<History, ErrorCode> {
    // The ring first: an archive that is read after it reaches at least as far as the ring's older end.
    let ring = delivery.hub.ring(channel);
    let began = Instant::now();
    let mut reading = PageReader::new(channel, partition, &ring, &*delivery.recent, &*delivery.archive, metrics);
    let page = reading.read(range, limit).await;
    match page {
        Ok(_) => metrics.history.get_or_create(&[("source", reading.source)]).observe(since(began)),
        Err(_) => drop(metrics.history_refused.inc()),
    }
    page
}

/// A page that is being read: the channel's newest events, and where to find older ones.
struct PageReader<'a> {
    channel: &'a ChannelId,
    partition: Partition,
    chain: Chain,
    /// Events up to this position have to come from the cache or the archive.
    archived_to: Pos,
    recent: &'a dyn RecentHistory,
    has_asked_recent: bool,
    archive: &'a dyn Archive,
    /// The last source that was read, for the metrics.
    source: &'static str,
    metrics: &'a Metrics,
}

impl<'a> PageReader<'a> {
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
            Range::Newest => self.before(None, limit).await,
            Range::Before(pos) => self.before(Some(pos), limit).await,
            Range::After(pos) => self.after(pos, limit).await,
            Range::Around(pos) => {
                let newer = self.after(pos, limit / 2).await?;
                let next = Pos::from_number(pos.number() + 1).unwrap_or(pos);
                let older = self.before(Some(next), limit - limit / 2).await?;
                Ok(chain::joined(older, newer))
            }
        }
    }

    /// Reads the newest events before `before`, or the newest of all.
    async fn before(&mut self, before: Option<Pos>, limit: usize) -> Result<History, ErrorCode> {
        let mut page = self.chain.before(before, limit);
        if page.is_none() {
            // For the newest page no more than its events: the cache has those of the ring too.
            self.ask_recent(if before.is_none() { limit } else { RECENT_EVENTS }).await;
            page = self.chain.before(before, limit);
        }
        let events = match page {
            Some(events) => events,
            None => {
                let mut events = self.archived(before.map_or(Cursor::Newest, Cursor::Before), limit).await?;
                if before.is_none() {
                    // For the next reader. It takes no longer than the cache's timeout.
                    self.recent.fill(&events).await;
                }
                let held = self.chain.events().filter(|event| before.is_none_or(|before| event.pos < before));
                merge(&mut events, held)?;
                events.drain(..events.len().saturating_sub(limit));
                events
            }
        };
        Ok(chain::older_page(self.channel, events, self.chain.head()))
    }

    /// Reads the oldest events after `after`.
    async fn after(&mut self, after: Pos, limit: usize) -> Result<History, ErrorCode> {
        let mut page = self.chain.after(after, limit);
        if page.is_none() {
            self.ask_recent(RECENT_EVENTS).await;
            page = self.chain.after(after, limit);
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

    /// Reads the cache, at most once for a page.
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

    /// Reads the archive, which has to be complete up to where the ring begins.
    async fn archived(&mut self, cursor: Cursor, limit: usize) -> Result<Vec<Event>, ErrorCode> {
        self.source = "archive";
        let page = self.archive.page(self.partition, self.channel, cursor, limit).await;
        let page = page.map_err(self.metrics.archive_failed())?;
        // Positions are compared, not offsets: the channel's newest event may be of an earlier generation of the log.
        if page.complete_to <= self.archived_to && self.archived_to > Pos::ZERO {
            return Err(ErrorCode::TryAgain);
        }
        Ok(page.events)
    }
}

/// Appends events that are held in memory to archived ones, each event once, and checks that there is no gap.
fn merge<'a>(archived: &mut Vec<Event>, held: impl Iterator<Item = &'a Event>) -> Result<(), ErrorCode> {
    let to = archived.last().map_or(Pos::ZERO, |last| last.pos);
    archived.extend(held.filter(|event| event.pos > to).cloned());
    let whole = archived.windows(2).all(|pair| pair[1].prev == pair[0].pos);
    if whole { Ok(()) } else { Err(ErrorCode::TryAgain) }
}
