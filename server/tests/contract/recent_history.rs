//! The contract of [`RecentHistory`]: what it answers is contiguous, or nothing.

use std::{path::Path, sync::Arc};

use domain::{
    api::History,
    event::{Event, EventKind},
    ids::{AccountId, ChannelId, MessageId, Pos},
    record::Digest,
    sequencer::SequencedEvent,
};
use jimmy_server::{
    adapters::{memory::NoRecentHistory, redis::RedisRecentHistory},
    ports::RecentHistory,
};

use super::{real_redis, samples::message};

async fn none(_folder: &Path) -> Box<dyn RecentHistory> {
    Box::new(NoRecentHistory)
}

pub async fn redis(folder: &Path) -> Box<dyn RecentHistory> {
    Box::new(RedisRecentHistory::new(real_redis::of(folder)))
}

/// Messages at these offsets, each chained to the one before it.
pub fn chain(channel: &ChannelId, offsets: std::ops::Range<u64>) -> Vec<Event> {
    offsets.map(|offset| message(channel, offset - 1, offset)).collect()
}

/// The first and the last offset that is held.
pub async fn held(recent: &dyn RecentHistory, channel: &ChannelId) -> Option<(u64, u64)> {
    let held = recent.newest(channel, 1_000).await?;
    assert!(held.events.windows(2).all(|pair| pair[1].prev == pair[0].pos), "a hole");
    assert_eq!((held.from, held.to), (held.events[0].prev, held.events[held.events.len() - 1].pos));
    assert_eq!(held.has_older, held.from > Pos::ZERO);
    Some((held.events[0].pos.offset(), held.to.offset()))
}

async fn answers_are_contiguous(open: impl AsyncFn() -> Box<dyn RecentHistory>) {
    let recent = open().await;
    let channel = ChannelId::generate();
    let chained = chain(&channel, 1..20);
    recent.fill(&chained[..5]).await;
    recent.fill(&chained[9..]).await;
    if let Some(held) = recent.newest(&channel, 50).await {
        assert!(held.events.windows(2).all(|pair| pair[1].prev == pair[0].pos));
    }
    assert_eq!(recent.newest(&ChannelId::generate(), 50).await, None);
}

async fn appended_events_are_visible_to_all_servers(open: impl AsyncFn() -> Box<dyn RecentHistory>) {
    let (one, two) = (open().await, open().await);
    let (zoo, hall) = (ChannelId::generate(), ChannelId::generate());
    let (animals, people) = (chain(&zoo, 1..8), chain(&hall, 21..24));
    one.fill(&animals[..3]).await;
    let mixed: Vec<Event> = [&animals[3..5], &people[..], &animals[5..]].concat();
    two.fill(&mixed).await;
    let whole = |channel: &ChannelId, events: &[Event]| History {
        channel: channel.clone(),
        from: events[0].prev,
        to: events[events.len() - 1].pos,
        events: events.to_vec(),
        has_older: events[0].prev > Pos::ZERO,
        has_newer: false,
    };
    assert_eq!(one.newest(&zoo, 50).await, Some(whole(&zoo, &animals)));
    assert_eq!(one.newest(&hall, 50).await, Some(whole(&hall, &people)));
    assert_eq!(one.newest(&zoo, 2).await, Some(whole(&zoo, &animals[5..])));
}

async fn batch_appends_replaces_or_is_ignored(open: impl AsyncFn() -> Box<dyn RecentHistory>) {
    let recent = open().await;
    let channel = ChannelId::generate();
    let all = chain(&channel, 1..100);
    let steps = [
        (10..20, (10, 19), "the first is the entry"),
        (20..25, (10, 24), "it joins"),
        (22..25, (10, 24), "it is held"),
        (1..10, (10, 24), "it is older"),
        (5..25, (5, 24), "it ends there and begins before"),
        (20..30, (20, 29), "it reaches further, and does not join"),
        (40..50, (40, 49), "it leaves a gap"),
        (50..51, (40, 50), "it joins"),
    ];
    for (offsets, expected, why) in steps {
        recent.fill(&all[offsets.start - 1..offsets.end - 1]).await;
        assert_eq!(held(&*recent, &channel).await, Some(expected), "{why}");
    }
    // It is unknown whether events are missing between the two parts.
    let broken = [&all[50..55], &all[57..60]].concat();
    recent.fill(&broken).await;
    assert_eq!(held(&*recent, &channel).await, Some((58, 60)));
    recent.fill(&[]).await;
}

async fn holds_only_the_newest_events(open: impl AsyncFn() -> Box<dyn RecentHistory>) {
    let recent = open().await;
    let (channel, long) = (ChannelId::generate(), ChannelId::generate());
    for start in (1..500).step_by(50) {
        recent.fill(&chain(&channel, start..start + 50)).await;
    }
    assert_eq!(held(&*recent, &channel).await, Some((301, 500)));
    recent.fill(&chain(&channel, 501..1_001)).await;
    assert_eq!(held(&*recent, &channel).await, Some((801, 1_000)));

    let text = domain::drafts::MessageBody::parse(&"字".repeat(8_000)).expect("a body");
    let mut events = chain(&long, 1..50);
    for event in &mut events {
        if let EventKind::Message(message) = &mut event.kind {
            message.body = text.clone();
        }
    }
    recent.fill(&events[..30]).await;
    for event in &events[30..] {
        recent.fill(std::slice::from_ref(event)).await;
    }
    let (first, last) = held(&*recent, &long).await.expect("held");
    assert!(last == 49 && (4..20).contains(&(last - first)), "{first}..={last}");
}

async fn skips_events_of_unknown_kinds(open: impl AsyncFn() -> Box<dyn RecentHistory>) {
    let recent = open().await;
    let channel = ChannelId::generate();
    let mut events = chain(&channel, 1..10);
    events[4].kind = EventKind::Unknown;
    recent.fill(&events[..4]).await;
    recent.fill(&events[4..5]).await;
    assert_eq!(held(&*recent, &channel).await, Some((1, 4)));
    recent.fill(&events[3..]).await;
    assert_eq!(held(&*recent, &channel).await, Some((6, 9)));
}

async fn stores_the_json_that_events_carry(open: impl AsyncFn() -> Box<dyn RecentHistory>) {
    let recent = open().await;
    let channel = ChannelId::generate();
    let events = chain(&channel, 1..10);
    let sequenced = |event: &Event| {
        let (id, author) = (MessageId::generate(), AccountId::generate());
        Arc::new(SequencedEvent::new(event.clone(), event.pos.offset(), id, author, Digest([0; 16])))
    };
    recent.extend(&events[..5].iter().map(sequenced).collect::<Vec<_>>()).await;
    recent.fill(&events[5..8]).await;
    recent.extend(&events[8..].iter().map(sequenced).collect::<Vec<_>>()).await;
    assert_eq!(recent.newest(&channel, 50).await.expect("held").events, events);
}

adapters! {
    none => [
        answers_are_contiguous,
    ],
    redis => [
        answers_are_contiguous,
        appended_events_are_visible_to_all_servers,
        batch_appends_replaces_or_is_ignored,
        holds_only_the_newest_events,
        stores_the_json_that_events_carry,
        skips_events_of_unknown_kinds,
    ],
}
