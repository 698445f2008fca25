//! Reads the final state in every possible way, after the run has come to rest.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    api::History,
    ids::{ChannelId, Pos},
    wire::ServerFrame,
};
use rand::{Rng, rngs::StdRng};
use tokio::time::{sleep, timeout};

use crate::{
    calls::NoAnswer,
    client::Shared,
    endpoints::Endpoint,
    history::{Row, Via, What, rows},
    socket::Socket,
    users::User,
};

/// Maximum number of attempts of a call.
const TRIES: usize = 100;
/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// Timeout for the missed events of a socket.
const RESUME_WAIT: Duration = Duration::from_secs(20);
/// Maximum number of events requested by a `resume`, below the server's limit of 300.
const RESUMED: usize = 250;
/// Maximum number of pages of one channel.
const PAGES_MAX: usize = 100_000;

/// Reads every channel forwards, backwards and by a socket, and every read marker, on one server.
///
/// # Errors
/// A sentence, if the server does not answer.
pub async fn read(shared: &Shared, endpoint: &Endpoint, rng: &mut StdRng) -> Result<(), String> {
    for (channel, member) in &shared.users.channels {
        let user = &shared.users.all[*member];
        let forward = forward(shared, endpoint, user, channel, Via::Forward, rng).await?;
        backward(shared, endpoint, user, channel, rng).await?;
        resume(shared, endpoint, user, channel, &forward, rng).await?;
    }
    for user in &shared.users.all {
        for channel in &user.channels {
            let seen = retry_until_answered(|| endpoint.calls.channel(&user.token, channel)).await?;
            let (head, head_n, read, read_n) = (seen.head, seen.head_n, seen.read, seen.read_n);
            let account = user.id.clone();
            let channel = channel.clone();
            shared.recorder.note(What::Marker { account, channel, head, head_n, read, read_n });
        }
    }
    Ok(())
}

/// Reads every channel forwards on one server. `via` is what happened before.
///
/// # Errors
/// As [`read`].
pub async fn read_forward(shared: &Shared, endpoint: &Endpoint, via: Via, rng: &mut StdRng) -> Result<(), String> {
    for (channel, member) in &shared.users.channels {
        forward(shared, endpoint, &shared.users.all[*member], channel, via, rng).await?;
    }
    Ok(())
}

async fn forward(
    shared: &Shared,
    endpoint: &Endpoint,
    user: &User,
    channel: &ChannelId,
    via: Via,
    rng: &mut StdRng,
) -> Result<Vec<Row>, String> {
    let (mut after, mut all) = (Pos::ZERO, Vec::new());
    for _ in 0..PAGES_MAX {
        let page = page(endpoint, user, channel, &format!("?after={after}"), rng).await?;
        all.extend(rows(&page.events));
        after = page.to;
        if !page.has_newer {
            break;
        }
    }
    end(shared, endpoint, channel, via, Pos::ZERO, all.clone());
    Ok(all)
}

async fn backward(
    shared: &Shared,
    endpoint: &Endpoint,
    user: &User,
    channel: &ChannelId,
    rng: &mut StdRng,
) -> Result<(), String> {
    let mut pages = Vec::new();
    // `before` excludes the position it names.
    let mut before = Pos::END;
    for _ in 0..PAGES_MAX {
        let page = page(endpoint, user, channel, &format!("?before={before}"), rng).await?;
        let (has_older, from) = (page.has_older, page.from);
        pages.push(rows(&page.events));
        before = Pos::from_number(from.number() + 1).unwrap_or(from);
        if !has_older {
            break;
        }
    }
    pages.reverse();
    end(shared, endpoint, channel, Via::Backward, Pos::ZERO, pages.concat());
    Ok(())
}

/// Reads the newest events by a socket that resumes from an older position.
async fn resume(
    shared: &Shared,
    endpoint: &Endpoint,
    user: &User,
    channel: &ChannelId,
    known: &[Row],
    rng: &mut StdRng,
) -> Result<(), String> {
    let most = known.len().min(RESUMED);
    let first = known.len() - rng.random_range(0..=most);
    let from = if first == 0 { Pos::ZERO } else { known[first - 1].pos };
    let since = BTreeMap::from([(channel.to_string(), from.number())]);
    let opened = Socket::open(&endpoint.address, &user.token, since).await;
    let mut socket = opened.map_err(|why| format!("a socket failed to open: {why:?}"))?;
    let (mut heard, mut head) = (Vec::new(), None);
    let hear = async {
        while head.is_none_or(|head| heard.last().map_or(from, |row: &Row| row.pos) < head) {
            match socket.next().await {
                Ok(ServerFrame::Welcome(welcome)) => {
                    head = welcome.channels.iter().find(|known| known.id == *channel).map(|known| known.head);
                }
                Ok(ServerFrame::Event(event)) if event.channel == *channel => heard.push(Row::from(&event)),
                Ok(ServerFrame::Reset { .. }) => return Err(format!("unexpected reset of {channel}")),
                Ok(_) => {}
                Err(why) => return Err(format!("a socket ended while it received missed events: {why:?}")),
            }
        }
        Ok(())
    };
    timeout(RESUME_WAIT, hear)
        .await
        .map_err(|_| format!("a socket did not receive all missed events of {channel}"))??;
    socket.close().await;
    end(shared, endpoint, channel, Via::Resume, from, heard);
    Ok(())
}

fn end(shared: &Shared, endpoint: &Endpoint, channel: &ChannelId, via: Via, from: Pos, rows: Vec<Row>) {
    shared.recorder.note(What::Final { channel: channel.clone(), via, server: endpoint.number, from, rows });
}

async fn page(
    endpoint: &Endpoint,
    user: &User,
    channel: &ChannelId,
    cursor: &str,
    rng: &mut StdRng,
) -> Result<History, String> {
    let query = format!("{cursor}&limit={}", rng.random_range(20..=100));
    retry_until_answered(|| endpoint.calls.history(&user.token, channel, &query)).await
}

/// Repeats a call until it is answered.
pub async fn retry_until_answered<T, F: Future<Output = Result<T, NoAnswer>>>(
    ask: impl Fn() -> F,
) -> Result<T, String> {
    let mut why = NoAnswer::Gone;
    for _ in 0..TRIES {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(no) => why = no,
        }
        sleep(PAUSE).await;
    }
    Err(format!("the server did not answer at rest: {why}"))
}
