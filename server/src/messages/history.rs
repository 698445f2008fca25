//! A piece of a channel's order, read as ring → recent cache → archive. It is whole, or it is refused: where the pieces do
//! not join, the answer is `try_again`, never a shorter one.

use std::sync::Arc;

use domain::{
    api::History,
    event::Event,
    ids::{ChannelId, Pos},
    rejection::Code,
};

use crate::{
    delivery::RingView,
    ports::{archive::Cursor, event_log::Partition},
    state::AppState,
};

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
/// [`Code::NotFound`] for a channel that the log does not know, [`Code::TryAgain`] where a whole answer is not to be had now.
pub async fn history(state: &AppState, channel: &ChannelId, range: Range, limit: usize) -> Result<History, Code> {
    let partition = state.hub.partition(channel).ok_or(Code::NotFound)?;
    match range {
        Range::Newest => back(state, partition, channel, None, limit).await,
        Range::Before(pos) => back(state, partition, channel, Some(pos), limit).await,
        Range::After(pos) => forth(state, partition, channel, pos, limit).await,
        Range::Around(pos) => {
            let newer = forth(state, partition, channel, pos, limit / 2).await?;
            let next = Pos::from_number(pos.number() + 1).unwrap_or(pos);
            let older = back(state, partition, channel, Some(next), limit - limit / 2).await?;
            Ok(join(older, newer))
        }
    }
}

/// The newest events before `before` (or of all).
async fn back(
    state: &AppState,
    partition: Partition,
    channel: &ChannelId,
    before: Option<Pos>,
    limit: usize,
) -> Result<History, Code> {
    // The ring first: what the archive then says is at least as new as the ring's older end.
    let ring = state.hub.newest(channel);
    let is_before = |event: &&Arc<Event>| before.is_none_or(|before| event.pos < before);
    let held: Vec<Event> = ring.events.iter().filter(is_before).map(|event| (**event).clone()).collect();
    let mut events = if held.len() >= limit {
        held
    } else {
        let cursor = before.map_or(Cursor::Newest, Cursor::Before);
        let archived = archived(state, partition, channel, &ring, cursor, limit).await?;
        merge(archived, held)?
    };
    events.drain(..events.len().saturating_sub(limit));
    let from = events.first().map_or(Pos::ZERO, |first| first.prev);
    let to = events.last().map_or(from, |last| last.pos);
    let has_newer = ring.head > to;
    Ok(History { channel: channel.clone(), from, to, events, has_older: from > Pos::ZERO, has_newer })
}

/// The oldest events after `after`.
async fn forth(
    state: &AppState,
    partition: Partition,
    channel: &ChannelId,
    after: Pos,
    limit: usize,
) -> Result<History, Code> {
    let ring = state.hub.newest(channel);
    let held = ring.events.iter().filter(|event| event.pos > after).map(|event| (**event).clone()).collect();
    let mut events = if after >= ring.archived_to() {
        held
    } else {
        let archived = archived(state, partition, channel, &ring, Cursor::After(after), limit).await?;
        if archived.len() >= limit { archived } else { merge(archived, held)? }
    };
    events.truncate(limit);
    let to = events.last().map_or(after.min(ring.head), |last| last.pos);
    // A place that is no event's is as good as the one before it: nothing stands between.
    let from = events.first().map_or(to, |first| if after.number() == 0 { Pos::ZERO } else { after.max(first.prev) });
    Ok(History { channel: channel.clone(), from, to, events, has_older: from > Pos::ZERO, has_newer: ring.head > to })
}

/// What the archive holds, if it is complete up to where the ring begins.
async fn archived(
    state: &AppState,
    partition: Partition,
    channel: &ChannelId,
    ring: &RingView,
    cursor: Cursor,
    limit: usize,
) -> Result<Vec<Event>, Code> {
    let page = state.delivery.archive.page(partition, channel, cursor, limit).await.map_err(crate::unavailable)?;
    if page.complete_to <= ring.archived_to().offset() && ring.archived_to() > Pos::ZERO {
        return Err(Code::TryAgain);
    }
    Ok(page.events)
}

/// Archived events and the ring's, each once, checked to be a chain.
fn merge(mut archived: Vec<Event>, held: Vec<Event>) -> Result<Vec<Event>, Code> {
    let to = archived.last().map_or(Pos::ZERO, |last| last.pos);
    archived.extend(held.into_iter().filter(|event| event.pos > to));
    let whole = archived.windows(2).all(|pair| pair[1].prev == pair[0].pos);
    if whole { Ok(archived) } else { Err(Code::TryAgain) }
}

fn join(mut older: History, newer: History) -> History {
    if older.events.is_empty() {
        return newer;
    }
    let joined = newer.events.first().is_none_or(|first| first.prev == older.to);
    if joined {
        older.to = newer.events.last().map_or(older.to, |last| last.pos);
        older.events.extend(newer.events);
        older.has_newer = newer.has_newer;
    }
    older
}
