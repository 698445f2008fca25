//! What is asked of Redis alone as a [`RecentHistory`]: what it holds is not trusted, and it may go at any time.

use std::time::Duration;

use domain::{event::Event, ids::ChannelId};
use jimmy_server::{
    adapters::redis::{Redis, RedisRecentHistory},
    ports::RecentHistory,
};
use redis::{Client, Value, cmd};

use super::{
    real_redis,
    recent_history::{chain, held, redis as open},
};

#[tokio::test]
async fn drops_malformed_redis_entries() {
    let folder = tempfile::tempdir().expect("a folder");
    let recent = open(folder.path()).await;
    let mut raw = real_redis::raw().await;
    let (channel, other) = (ChannelId::generate(), ChannelId::generate());
    let key = format!("{}:recent:{channel}", real_redis::prefix(folder.path()));
    let events = chain(&channel, 1..10);
    let text = |event: &Event| serde_json::to_string(event).expect("JSON");
    let lists: [Vec<String>; 7] = [
        vec!["".into()],
        vec!["\u{0}{".into(), text(&events[0])],
        vec![text(&events[0]), "[[[[".into()],
        vec![text(&events[0]), text(&events[2])],
        vec![text(&chain(&other, 1..2)[0])],
        vec![text(&events[0]).replace(&events[0].pos.to_string(), "1e300")],
        vec![format!("{}{}", text(&events[0]), " ".repeat(300_000))],
    ];
    for list in lists {
        let _: u64 = cmd("RPUSH").arg(&key).arg(&list).query_async(&mut raw).await.expect("written");
        assert_eq!(recent.newest(&channel, 50).await, None, "{list:.200?}");
        let left: u64 = cmd("EXISTS").arg(&key).query_async(&mut raw).await.expect("asked");
        assert_eq!(left, 0, "{list:.200?}");
        recent.fill(&events).await;
        assert_eq!(held(&*recent, &channel).await, Some((1, 9)));
        let _: u64 = cmd("DEL").arg(&key).query_async(&mut raw).await.expect("gone");
    }
    for kind in ["SET k v", "HSET k a b", "SADD k a"] {
        let mut words = kind.split(' ');
        let mut command = cmd(words.next().expect("a word"));
        words.for_each(|word| {
            command.arg(if word == "k" { key.as_str() } else { word });
        });
        let _: Value = command.query_async(&mut raw).await.expect("written");
        assert_eq!(recent.newest(&channel, 50).await, None, "{kind}");
        let _: Value = command.query_async(&mut raw).await.expect("written");
        recent.fill(&events).await;
        assert_eq!(held(&*recent, &channel).await, Some((1, 9)), "{kind}");
        let _: u64 = cmd("DEL").arg(&key).query_async(&mut raw).await.expect("gone");
    }
}

#[tokio::test]
async fn redis_is_used_again_after_flush_or_kill() {
    let own = real_redis::Own::start();
    let recent = RedisRecentHistory::new(real_redis::at(&own.address()));
    let channel = ChannelId::generate();
    let events = chain(&channel, 1..10);
    recent.fill(&events[..5]).await;
    assert_eq!(held(&recent, &channel).await, Some((1, 5)));
    let client = Client::open(own.address()).expect("a valid address");
    let mut raw = client.get_multiplexed_async_connection().await.expect("Redis answers");
    cmd("FLUSHALL").exec_async(&mut raw).await.expect("emptied");
    cmd("SCRIPT").arg("FLUSH").exec_async(&mut raw).await.expect("emptied");
    assert_eq!(recent.newest(&channel, 50).await, None);
    recent.fill(&events[5..]).await;
    assert_eq!(held(&recent, &channel).await, Some((6, 9)));

    own.script("kill");
    for _ in 0..10 {
        assert_eq!(recent.newest(&channel, 50).await, None);
        recent.fill(&events).await;
    }
    own.script("up");
    assert!(is_used(&recent, &channel, &events).await, "it is tried again");
}

#[tokio::test]
async fn redis_started_later_is_used() {
    let own = real_redis::Own::start();
    own.script("kill");
    let recent = RedisRecentHistory::new(Redis::open(&own.address()).await.expect("a valid address"));
    let channel = ChannelId::generate();
    let events = chain(&channel, 1..10);
    recent.fill(&events).await;
    assert_eq!(recent.newest(&channel, 50).await, None);
    own.script("up");
    assert!(is_used(&recent, &channel, &events).await, "it is tried again");
}

#[tokio::test]
async fn hanging_redis_delays_no_call() {
    let own = real_redis::Own::start();
    let recent = RedisRecentHistory::new(Redis::open(&own.address()).await.expect("a valid address"));
    let channel = ChannelId::generate();
    let events = chain(&channel, 1..10);
    assert!(is_used(&recent, &channel, &events).await);
    own.signal("STOP");
    // Without a time-out, the first would never end.
    for _ in 0..100 {
        assert_eq!(recent.newest(&channel, 50).await, None);
        recent.fill(&events).await;
    }
    own.signal("CONT");
    assert!(is_used(&recent, &channel, &events).await, "it is tried again");
}

/// Whether events are held within some seconds.
async fn is_used(recent: &dyn RecentHistory, channel: &ChannelId, events: &[Event]) -> bool {
    for _ in 0..200 {
        recent.fill(events).await;
        if held(recent, channel).await == Some((1, 9)) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}
