//! The end, read by every way there is, when all has come to rest.

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
    gates::Gate,
    history::{Row, Via, What, rows},
    people::Person,
    socket::Socket,
};

/// How often a call is tried that the server is not ready for.
const TRIES: usize = 100;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);
/// What a socket missed comes within so long.
const RESUME_WAIT: Duration = Duration::from_secs(20);
/// A socket is told at most so many events one by one; some fewer are asked for.
const RESUMED: usize = 250;
/// Pages of one channel.
const PAGES_MAX: usize = 100_000;

/// Reads every channel forward, backward and by a socket, and every marker, all on one server.
///
/// # Errors
/// A sentence, when the server does not answer.
pub async fn read(shared: &Shared, gate: &Gate, rng: &mut StdRng) -> Result<(), String> {
    for (channel, member) in &shared.people.channels {
        let person = &shared.people.all[*member];
        let forward = forward(shared, gate, person, channel, Via::Forward, rng).await?;
        backward(shared, gate, person, channel, rng).await?;
        resume(shared, gate, person, channel, &forward, rng).await?;
    }
    for person in &shared.people.all {
        for channel in &person.channels {
            let seen = patient(|| gate.calls.channel(&person.token, channel)).await?;
            let (head, head_n, read, read_n) = (seen.head, seen.head_n, seen.read, seen.read_n);
            let account = person.id.clone();
            let channel = channel.clone();
            shared.recorder.note(What::Marker { account, channel, head, head_n, read, read_n });
        }
    }
    Ok(())
}

/// Reads every channel forward on one server, as it is after something else has happened: `via` says what.
///
/// # Errors
/// As [`read`].
pub async fn read_forward(shared: &Shared, gate: &Gate, via: Via, rng: &mut StdRng) -> Result<(), String> {
    for (channel, member) in &shared.people.channels {
        forward(shared, gate, &shared.people.all[*member], channel, via, rng).await?;
    }
    Ok(())
}

async fn forward(
    shared: &Shared,
    gate: &Gate,
    person: &Person,
    channel: &ChannelId,
    via: Via,
    rng: &mut StdRng,
) -> Result<Vec<Row>, String> {
    let (mut after, mut all) = (Pos::ZERO, Vec::new());
    for _ in 0..PAGES_MAX {
        let page = page(gate, person, channel, &format!("?after={after}"), rng).await?;
        all.extend(rows(&page.events));
        after = page.to;
        if !page.has_newer {
            break;
        }
    }
    end(shared, gate, channel, via, Pos::ZERO, all.clone());
    Ok(all)
}

async fn backward(
    shared: &Shared,
    gate: &Gate,
    person: &Person,
    channel: &ChannelId,
    rng: &mut StdRng,
) -> Result<(), String> {
    let mut pages = Vec::new();
    // `before` names the first place that is not wanted.
    let mut before = Pos::END;
    for _ in 0..PAGES_MAX {
        let page = page(gate, person, channel, &format!("?before={before}"), rng).await?;
        let (has_older, from) = (page.has_older, page.from);
        pages.push(rows(&page.events));
        before = Pos::from_number(from.number() + 1).unwrap_or(from);
        if !has_older {
            break;
        }
    }
    pages.reverse();
    end(shared, gate, channel, Via::Backward, Pos::ZERO, pages.concat());
    Ok(())
}

/// The newest events by a socket that holds what stands before.
async fn resume(
    shared: &Shared,
    gate: &Gate,
    person: &Person,
    channel: &ChannelId,
    known: &[Row],
    rng: &mut StdRng,
) -> Result<(), String> {
    let most = known.len().min(RESUMED);
    let first = known.len() - rng.random_range(0..=most);
    let from = if first == 0 { Pos::ZERO } else { known[first - 1].pos };
    let since = BTreeMap::from([(channel.to_string(), from.number())]);
    let opened = Socket::open(&gate.address, &person.token, since).await;
    let mut socket = opened.map_err(|why| format!("a socket does not open: {why:?}"))?;
    let (mut heard, mut head) = (Vec::new(), None);
    let hear = async {
        while head.is_none_or(|head| heard.last().map_or(from, |row: &Row| row.pos) < head) {
            match socket.next().await {
                Ok(ServerFrame::Welcome(welcome)) => {
                    head = welcome.channels.iter().find(|known| known.id == *channel).map(|known| known.head);
                }
                Ok(ServerFrame::Event(event)) if event.channel == *channel => heard.push(Row::from(&event)),
                Ok(ServerFrame::Reset { .. }) => return Err(format!("too much of {channel} is said to be missed")),
                Ok(_) => {}
                Err(why) => return Err(format!("a socket ended while it was told what it missed: {why:?}")),
            }
        }
        Ok(())
    };
    timeout(RESUME_WAIT, hear).await.map_err(|_| format!("a socket is not told all it missed of {channel}"))??;
    socket.close().await;
    end(shared, gate, channel, Via::Resume, from, heard);
    Ok(())
}

fn end(shared: &Shared, gate: &Gate, channel: &ChannelId, via: Via, from: Pos, rows: Vec<Row>) {
    shared.recorder.note(What::Final { channel: channel.clone(), via, server: gate.number, from, rows });
}

async fn page(
    gate: &Gate,
    person: &Person,
    channel: &ChannelId,
    cursor: &str,
    rng: &mut StdRng,
) -> Result<History, String> {
    let query = format!("{cursor}&limit={}", rng.random_range(20..=100));
    patient(|| gate.calls.history(&person.token, channel, &query)).await
}

/// Asks until there is an answer.
pub async fn patient<T, F: Future<Output = Result<T, NoAnswer>>>(ask: impl Fn() -> F) -> Result<T, String> {
    let mut why = NoAnswer::Gone;
    for _ in 0..TRIES {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(no) => why = no,
        }
        sleep(PAUSE).await;
    }
    Err(format!("when all was at rest the server did not answer: {why}"))
}
