//! The contract of [`Ephemeral`].

use std::{path::Path, time::Duration};

use ::redis::cmd;
use domain::ids::SessionId;
use futures_util::future::join_all;
use jimmy_server::{
    adapters::{memory::LocalEphemeral, redis::RedisEphemeral},
    ports::{
        Ephemeral,
        ephemeral::{SERVER_LIVES_S, ServerStatus, Signal},
    },
};
use tokio::sync::broadcast::Receiver;

use super::real_redis;

/// Time limit of a wait.
const SOON: Duration = Duration::from_secs(20);
/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

async fn local(_folder: &Path) -> Box<dyn Ephemeral> {
    Box::new(LocalEphemeral::default())
}

async fn redis(folder: &Path) -> Box<dyn Ephemeral> {
    Box::new(RedisEphemeral::new(real_redis::of(folder)))
}

fn signal() -> Signal {
    Signal::SessionEnded { session: SessionId::generate() }
}

fn status(name: &str, sockets: u64, is_draining: bool) -> ServerStatus {
    ServerStatus { name: name.into(), sockets, is_draining, key: Some("a fingerprint".into()) }
}

async fn subscribers_receive_later_signals(open: impl AsyncFn() -> Box<dyn Ephemeral>) {
    let ephemeral = open().await;
    let said = signal();
    ephemeral.publish(signal()).await;
    let (mut one, mut two) = (ephemeral.subscribe(), ephemeral.subscribe());
    ephemeral.publish(said.clone()).await;
    assert_eq!(one.recv().await.expect("heard"), said);
    assert_eq!(two.recv().await.expect("heard"), said);
}

async fn servers_are_known_by_their_last_heartbeat(open: impl AsyncFn() -> Box<dyn Ephemeral>) {
    let ephemeral = open().await;
    assert_eq!(ephemeral.servers().await, []);
    ephemeral.announce(status("b", 1, false)).await;
    ephemeral.announce(status("a", 7, false)).await;
    ephemeral.announce(status("b", 2, true)).await;
    assert_eq!(ephemeral.servers().await, [status("a", 7, false), status("b", 2, true)]);
}

async fn silent_servers_expire(open: impl AsyncFn() -> Box<dyn Ephemeral>) {
    let ephemeral = open().await;
    ephemeral.announce(status("gone", 1, false)).await;
    for _ in 0..3 {
        ephemeral.announce(status("here", 1, false)).await;
        tokio::time::sleep(Duration::from_secs(SERVER_LIVES_S) / 3 + PAUSE).await;
    }
    assert_eq!(ephemeral.servers().await, [status("here", 1, false)]);
}

adapters! {
    local => [
        subscribers_receive_later_signals,
        servers_are_known_by_their_last_heartbeat,
        silent_servers_expire,
    ],
    redis => [
        subscribers_receive_later_signals,
        servers_are_known_by_their_last_heartbeat,
        silent_servers_expire,
    ],
}

/// Publishes signals until the other server receives one, and returns all that were published, in order.
async fn reached(from: &dyn Ephemeral, hears: &mut Receiver<Signal>) -> Vec<Signal> {
    let mut said = Vec::new();
    for _ in 0..SOON.as_millis() / PAUSE.as_millis() {
        said.push(signal());
        from.publish(said[said.len() - 1].clone()).await;
        if let Ok(heard) = tokio::time::timeout(PAUSE, hears.recv()).await {
            assert!(said.contains(&heard.expect("open")), "a signal that was not published");
            return said;
        }
    }
    panic!("the other server never heard anything");
}

/// Returns all signals received up to `last`, which is included.
async fn heard_until(last: &Signal, hears: &mut Receiver<Signal>) -> Vec<Signal> {
    let mut heard = Vec::new();
    while heard.last() != Some(last) {
        let next = tokio::time::timeout(SOON, hears.recv()).await;
        heard.push(next.expect("heard in time").expect("open"));
    }
    heard
}

#[tokio::test]
async fn redis_signals_reach_each_server_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = (redis(folder.path()).await, redis(folder.path()).await);
    let (mut at_a, mut at_b) = (a.subscribe(), b.subscribe());
    let mut said = reached(&*a, &mut at_b).await;
    reached(&*b, &mut a.subscribe()).await;
    // Redis delivers to all subscribers in one order: a second copy of the signals of `a` would arrive before this.
    let (mine, theirs) = (signal(), signal());
    a.publish(mine.clone()).await;
    assert_eq!(heard_until(&mine, &mut at_b).await.iter().filter(|heard| **heard == mine).count(), 1);
    b.publish(theirs.clone()).await;
    let mut heard = heard_until(&theirs, &mut at_a).await;
    said.push(mine);
    heard.retain(|heard| said.contains(heard));
    assert_eq!(heard, said, "each once, in order");
    a.announce(status("a", 1, false)).await;
    b.announce(status("b", 2, false)).await;
    assert_eq!(a.servers().await, [status("a", 1, false), status("b", 2, false)]);
    // A server of an older version sends fewer fields, one of a newer version more.
    let (mut raw, key) = (real_redis::raw().await, format!("{}:servers", real_redis::prefix(folder.path())));
    let now: (u64, u64) = cmd("TIME").query_async(&mut raw).await.expect("asked");
    let said = |more: &str| format!(r#"{} {{"name":"c","sockets":3,"is_draining":false{more}}}"#, now.0 * 1_000);
    for more in ["", r#","of_tomorrow":1"#] {
        cmd("HSET").arg(&key).arg("c").arg(said(more)).exec_async(&mut raw).await.expect("written");
        assert_eq!(a.servers().await[2], ServerStatus { key: None, ..status("c", 3, false) });
    }
    let elsewhere = tempfile::tempdir().expect("a folder");
    assert_eq!(redis(elsewhere.path()).await.servers().await, [], "another installation is none of its business");
}

#[tokio::test]
async fn ignores_malformed_redis_messages() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = (redis(folder.path()).await, redis(folder.path()).await);
    let mut at_b = b.subscribe();
    reached(&*a, &mut at_b).await;
    let mut raw = real_redis::raw().await;
    let prefix = real_redis::prefix(folder.path());
    let large = format!("{{\"from\":\"x\",\"signal\":\"outbox\",\"pad\":\"{}\"}}", "x".repeat(300_000));
    let nonsense: [&[u8]; 6] =
        [b"", b"\xff\xfe", b"[[[[", br#"{"from":"x"}"#, br#"{"from":"x","signal":"of tomorrow"}"#, large.as_bytes()];
    for text in nonsense {
        let to: u64 =
            cmd("PUBLISH").arg(format!("{prefix}:signals")).arg(text).query_async(&mut raw).await.expect("published");
        assert_eq!(to, 2, "both servers get it");
    }
    let last = signal();
    a.publish(last.clone()).await;
    let heard = heard_until(&last, &mut at_b).await;
    assert!(heard.iter().all(|heard| matches!(heard, Signal::SessionEnded { .. })), "{heard:?}");

    let key = format!("{prefix}:servers");
    cmd("HSET").arg(&key).arg("x").arg("nonsense").exec_async(&mut raw).await.expect("written");
    let of_tomorrow = r#"9999999999999 {"name":"y","sockets":0,"is_draining":false}"#;
    cmd("HSET").arg(&key).arg("y").arg(of_tomorrow).exec_async(&mut raw).await.expect("written");
    assert_eq!(a.servers().await, []);
    a.announce(status("a", 1, false)).await;
    assert_eq!(a.servers().await, [status("a", 1, false)]);
    let left: u64 = cmd("HLEN").arg(&key).query_async(&mut raw).await.expect("asked");
    assert_eq!(left, 1);
    cmd("SET").arg(&key).arg("nonsense").exec_async(&mut raw).await.expect("written");
    assert_eq!(a.servers().await, []);
    a.announce(status("a", 1, false)).await;
    assert_eq!(a.servers().await, [status("a", 1, false)]);
}

#[tokio::test]
async fn redis_limits_the_number_of_known_servers() {
    let folder = tempfile::tempdir().expect("a folder");
    let ephemeral = redis(folder.path()).await;
    ephemeral.announce(status("a", 1, false)).await;
    // At the same time: the first publishers must not expire before the last ones have published.
    join_all((0..300).map(|number| ephemeral.announce(status(&format!("n{number}"), 1, false)))).await;
    ephemeral.announce(status("a", 2, false)).await;
    let servers = ephemeral.servers().await;
    assert_eq!(servers.len(), 256);
    assert_eq!(servers[0], status("a", 2, false), "who was known stays so");
}

#[tokio::test]
async fn redis_restart_resumes_signals() {
    let own = real_redis::Own::start();
    let open = || RedisEphemeral::new(real_redis::at(&own.address()));
    let (a, b) = (open(), open());
    let (mut at_a, mut at_b) = (a.subscribe(), b.subscribe());
    reached(&a, &mut at_b).await;
    a.announce(status("a", 1, false)).await;
    assert_eq!(b.servers().await, [status("a", 1, false)]);

    own.script("kill");
    let said = signal();
    a.publish(said.clone()).await;
    assert_eq!(heard_until(&said, &mut at_a).await.iter().filter(|heard| **heard == said).count(), 1);
    for _ in 0..10 {
        a.announce(status("a", 1, false)).await;
        assert_eq!(a.servers().await, []);
    }

    own.script("up");
    while at_b.try_recv().is_ok() {}
    reached(&a, &mut at_b).await;
    reached(&b, &mut a.subscribe()).await;
    for _ in 0..SOON.as_millis() / PAUSE.as_millis() {
        a.announce(status("a", 1, false)).await;
        if b.servers().await == [status("a", 1, false)] {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("who lives was never known again");
}
