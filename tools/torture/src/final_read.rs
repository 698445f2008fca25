//! The end, read by every way there is, when all has come to rest.

use std::{collections::BTreeMap, path::Path, time::Duration};

use domain::{
    api::History,
    event::Event,
    ids::{ChannelId, Pos},
    wire::ServerFrame,
};
use rand::{Rng, rngs::StdRng};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::time::{sleep, timeout};

use crate::{
    calls::NoAnswer,
    client::Shared,
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

/// Reads every channel forward, backward and by a socket, and every marker.
///
/// # Errors
/// A sentence, when the server does not answer.
pub async fn read(shared: &Shared, rng: &mut StdRng) -> Result<(), String> {
    for (channel, member) in &shared.people.channels {
        let person = &shared.people.all[*member];
        let forward = forward(shared, person, channel, Via::Forward, rng).await?;
        backward(shared, person, channel, rng).await?;
        resume(shared, person, channel, &forward, rng).await?;
    }
    for person in &shared.people.all {
        for channel in &person.channels {
            let seen = patient(|| shared.calls.channel(&person.token, channel)).await?;
            let (head, head_n, read, read_n) = (seen.head, seen.head_n, seen.read, seen.read_n);
            let account = person.id.clone();
            let channel = channel.clone();
            shared.recorder.note(What::Marker { account, channel, head, head_n, read, read_n });
        }
    }
    Ok(())
}

/// Reads every channel forward, as it is after another start.
///
/// # Errors
/// As [`read`].
pub async fn read_restarted(shared: &Shared, rng: &mut StdRng) -> Result<(), String> {
    for (channel, member) in &shared.people.channels {
        forward(shared, &shared.people.all[*member], channel, Via::Restarted, rng).await?;
    }
    Ok(())
}

/// Reads every channel in the database's file.
///
/// # Errors
/// A sentence, when the file cannot be read.
pub async fn read_archive(shared: &Shared, data: &Path) -> Result<(), String> {
    let failed = |error: sqlx::Error| format!("the database's file cannot be read: {error}");
    let options = SqliteConnectOptions::new().filename(data.join("jimmy.db")).read_only(true);
    let mut db = SqliteConnection::connect_with(&options).await.map_err(failed)?;
    for (channel, _) in &shared.people.channels {
        let query = sqlx::query_as("SELECT event FROM events WHERE channel = ? ORDER BY pos").bind(channel.as_str());
        let texts: Vec<(String,)> = query.fetch_all(&mut db).await.map_err(failed)?;
        let event = |(text,): &(String,)| serde_json::from_str::<Event>(text).map_err(|error| error.to_string());
        let events = texts.iter().map(event).collect::<Result<Vec<_>, _>>()?;
        end(shared, channel, Via::Archive, Pos::ZERO, rows(&events));
    }
    db.close().await.map_err(failed)
}

async fn forward(
    shared: &Shared,
    person: &Person,
    channel: &ChannelId,
    via: Via,
    rng: &mut StdRng,
) -> Result<Vec<Row>, String> {
    let (mut after, mut all) = (Pos::ZERO, Vec::new());
    for _ in 0..PAGES_MAX {
        let page = page(shared, person, channel, &format!("?after={after}"), rng).await?;
        all.extend(rows(&page.events));
        after = page.to;
        if !page.has_newer {
            break;
        }
    }
    end(shared, channel, via, Pos::ZERO, all.clone());
    Ok(all)
}

async fn backward(shared: &Shared, person: &Person, channel: &ChannelId, rng: &mut StdRng) -> Result<(), String> {
    let mut pages = Vec::new();
    // `before` names the first place that is not wanted.
    let mut before = Pos::END;
    for _ in 0..PAGES_MAX {
        let page = page(shared, person, channel, &format!("?before={before}"), rng).await?;
        let (has_older, from) = (page.has_older, page.from);
        pages.push(rows(&page.events));
        before = Pos::from_number(from.number() + 1).unwrap_or(from);
        if !has_older {
            break;
        }
    }
    pages.reverse();
    end(shared, channel, Via::Backward, Pos::ZERO, pages.concat());
    Ok(())
}

/// The newest events by a socket that holds what stands before.
async fn resume(
    shared: &Shared,
    person: &Person,
    channel: &ChannelId,
    known: &[Row],
    rng: &mut StdRng,
) -> Result<(), String> {
    let most = known.len().min(RESUMED);
    let first = known.len() - rng.random_range(0..=most);
    let from = if first == 0 { Pos::ZERO } else { known[first - 1].pos };
    let since = BTreeMap::from([(channel.to_string(), from.number())]);
    let opened = Socket::open(&shared.address, &person.token, since).await;
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
    end(shared, channel, Via::Resume, from, heard);
    Ok(())
}

fn end(shared: &Shared, channel: &ChannelId, via: Via, from: Pos, rows: Vec<Row>) {
    shared.recorder.note(What::Final { channel: channel.clone(), via, from, rows });
}

async fn page(
    shared: &Shared,
    person: &Person,
    channel: &ChannelId,
    cursor: &str,
    rng: &mut StdRng,
) -> Result<History, String> {
    let query = format!("{cursor}&limit={}", rng.random_range(20..=100));
    patient(|| shared.calls.history(&person.token, channel, &query)).await
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
