//! The newest events of each channel in Redis: one list of JSON events per channel, oldest first.
//!
//! It promises what [`ports::recent_history`](crate::ports::recent_history) says, for all servers that share the Redis. What Redis holds
//! is not trusted: a list that cannot be read, or has a gap, is deleted and counts as empty.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use domain::{
    api::History,
    event::{Event, EventKind},
    ids::{ChannelId, Pos},
    sequencer::SequencedEvent,
};
use redis::{AsyncCommands, Script};

use super::client::{CallError, Redis};
use crate::ports::{RecentHistory, recent_history::RECENT_EVENTS};

/// Most bytes that are cached of a channel, so that 100,000 channels with long messages leave room for others.
const BYTES_MAX: usize = 256 * 1024;
/// Bytes of one call; a larger batch takes several calls.
const CALL_BYTES_MAX: usize = 1024 * 1024;
/// Seconds after which a channel without new events expires.
const KEPT_S: u64 = 7 * 24 * 60 * 60;

/// The newest events of each channel.
pub struct RedisRecentHistory {
    redis: Redis,
    extend: Script,
}

/// The newest part of a channel's events in one batch, as it is sent to Redis.
struct Piece {
    key: String,
    from: Pos,
    to: Pos,
    events: Vec<String>,
}

/// An event that is to be stored, and where its JSON comes from.
#[derive(Clone, Copy)]
enum Encode<'a> {
    /// The event carries it.
    Copy(&'a SequencedEvent),
    /// The event was read from the archive and has to be encoded again.
    New(&'a Event),
}

impl<'a> Encode<'a> {
    fn event(self) -> &'a Event {
        match self {
            Encode::Copy(sequenced) => &sequenced.event,
            Encode::New(event) => event,
        }
    }

    fn json(self) -> Option<String> {
        match self {
            Encode::Copy(sequenced) => Some(sequenced.json()),
            Encode::New(event) => serde_json::to_string(event).ok(),
        }
    }
}

impl RedisRecentHistory {
    /// Creates the cache in a Redis.
    pub fn new(redis: Redis) -> Self {
        Self { redis, extend: Script::new(include_str!("recent.lua")) }
    }

    fn key(&self, channel: &ChannelId) -> String {
        self.redis.key(&format!("recent:{channel}"))
    }

    async fn send(&self, pieces: &[Piece]) {
        let mut call = self.extend.prepare_invoke();
        call.arg(RECENT_EVENTS).arg(BYTES_MAX).arg(KEPT_S);
        for piece in pieces {
            call.key(&piece.key).arg(piece.from.number()).arg(piece.to.number()).arg(piece.events.len());
            piece.events.iter().for_each(|event| {
                call.arg(event);
            });
        }
        // After a failure the next batch replaces the list.
        let _ = self.redis.call(|mut connection| async move { call.invoke_async::<u64>(&mut connection).await }).await;
    }

    async fn store(&self, events: impl Iterator<Item = Encode<'_>>) {
        let mut channels: HashMap<&ChannelId, Vec<Encode<'_>>> = HashMap::new();
        for event in events {
            channels.entry(&event.event().channel).or_default().push(event);
        }
        let (mut call, mut bytes) = (Vec::new(), 0);
        for (channel, events) in channels {
            let Some(piece) = piece(self.key(channel), &events) else { continue };
            bytes += piece.events.iter().map(String::len).sum::<usize>();
            call.push(piece);
            if bytes > CALL_BYTES_MAX {
                self.send(&call).await;
                (call, bytes) = (Vec::new(), 0);
            }
        }
        if !call.is_empty() {
            self.send(&call).await;
        }
    }

    /// Deletes a list that cannot be used.
    async fn drop_entry(&self, channel: &ChannelId) {
        tracing::debug!(%channel, "unreadable list of recent events deleted");
        let key = self.key(channel);
        // After a failure it expires, or is deleted next time.
        let _ = self.redis.call(|mut connection| async move { connection.del::<_, u64>(key).await }).await;
    }
}

#[async_trait]
impl RecentHistory for RedisRecentHistory {
    async fn newest(&self, channel: &ChannelId, limit: usize) -> Option<History> {
        let limit = isize::try_from(limit.clamp(1, RECENT_EVENTS)).ok()?;
        let key = self.key(channel);
        let asked = self.redis.call(|mut connection| async move { connection.lrange(key, -limit, -1).await });
        let held: Vec<Vec<u8>> = match asked.await {
            Ok(held) => held,
            Err(CallError::Unavailable) => return None,
            Err(CallError::Refused) => {
                self.drop_entry(channel).await;
                return None;
            }
        };
        if held.is_empty() {
            return None;
        }
        let read = read(channel, &held);
        if read.is_none() {
            self.drop_entry(channel).await;
        }
        read
    }

    async fn extend(&self, events: &[Arc<SequencedEvent>]) {
        self.store(events.iter().map(|sequenced| Encode::Copy(sequenced))).await;
    }

    async fn fill(&self, events: &[Event]) {
        self.store(events.iter().map(Encode::New)).await;
    }
}

/// Returns the newest of a channel's events that have no gap and fit.
fn piece(key: String, events: &[Encode<'_>]) -> Option<Piece> {
    let (mut from, mut encoded, mut bytes) = (None, Vec::new(), 0);
    for encode in events.iter().rev() {
        let event = encode.event();
        // Encoding an unknown kind would lose its content; the events after it replace the list.
        if encoded.len() == RECENT_EVENTS
            || event.kind == EventKind::Unknown
            || from.is_some_and(|from| from != event.pos)
        {
            break;
        }
        let Some(text) = encode.json() else { break };
        bytes += text.len();
        if bytes > BYTES_MAX {
            break;
        }
        from = Some(event.prev);
        encoded.push(text);
    }
    encoded.reverse();
    Some(Piece { key, from: from?, to: events.last()?.event().pos, events: encoded })
}

/// Returns the cached events, if all are events of this channel and each follows the one before.
fn read(channel: &ChannelId, held: &[Vec<u8>]) -> Option<History> {
    if held.iter().map(Vec::len).sum::<usize>() > BYTES_MAX {
        return None;
    }
    let events: Vec<Event> = held.iter().map(|text| serde_json::from_slice(text).ok()).collect::<Option<_>>()?;
    let follow = events.windows(2).all(|pair| pair[1].prev == pair[0].pos);
    let rise = events.iter().all(|event| event.channel == *channel && event.prev < event.pos);
    let (from, to) = (events.first()?.prev, events.last()?.pos);
    (follow && rise).then(|| History {
        channel: channel.clone(),
        from,
        to,
        events,
        has_older: from > Pos::ZERO,
        has_newer: false,
    })
}
