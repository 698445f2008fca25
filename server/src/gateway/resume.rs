//! Answers the first frame of a socket: the client reports what it holds, and gets its subscriptions and the events that it missed. Events
//! that arrive meanwhile wait in the socket's queue, so that there is no gap and no duplicate.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::extract::ws::{Message, WebSocket};
use domain::{
    api::Channel,
    error::ErrorCode,
    event::Event,
    ids::{ChannelId, Pos},
    limits::{HEARTBEAT_S, Limits, RESUME_CHANNELS_MAX, WELCOME_CHANNELS_MAX},
    wire::{ClientFrame, CloseCode, ServerFrame, Welcome},
};

use super::{outbound::with_write_timeout, state::Gateway, wait_for_log::wait_until_read, websocket::code_of};
use crate::{
    delivery::{CatchUp, MISSED_MAX, Socket, Subscription, Text, encode, event_frame},
    failpoint, metrics,
    ports::{
        archive::Cursor,
        directory::{ChannelQuery, ChannelRow},
    },
};

/// Longest wait for the first frame.
const FIRST_FRAME_WAIT: Duration = Duration::from_secs(10);
/// Bytes of missed events of all channels together. A client that does not read costs as much memory.
const MISSED_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Attempts when memberships change while they are read.
const TRIES: usize = 5;

/// Answers a socket's `resume`.
///
/// # Errors
/// The close code.
pub(super) async fn resume(gateway: &Gateway, socket: &Arc<Socket>, ws: &mut WebSocket) -> Result<(), CloseCode> {
    let since = tokio::time::timeout(FIRST_FRAME_WAIT, first_frame(ws)).await.map_err(|_| CloseCode::TimedOut)??;
    let began = Instant::now();
    if since.len() > RESUME_CHANNELS_MAX {
        return Err(CloseCode::ProtocolViolation);
    }
    let (rows, subscriptions) = subscribe(gateway, socket, &since).await?;
    failpoint::reached("resume.after-subscribe");
    let mut frames = vec![welcome(gateway, socket, rows, &subscriptions)];
    let mut bytes_left = MISSED_BYTES_MAX;
    for subscription in subscriptions {
        let missed = missed(gateway, subscription, bytes_left).await;
        bytes_left = bytes_left.saturating_sub(missed.iter().map(|frame| frame.len()).sum());
        frames.extend(missed);
    }
    for frame in frames {
        with_write_timeout(ws.send(Message::Text(frame))).await?;
        gateway.metrics.frames_sent.inc();
    }
    gateway.metrics.resume.observe(metrics::since(began));
    Ok(())
}

async fn first_frame(ws: &mut WebSocket) -> Result<BTreeMap<String, u64>, CloseCode> {
    loop {
        match ws.recv().await {
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(ClientFrame::Resume { since }) => return Ok(since),
                Ok(_) | Err(_) => return Err(CloseCode::ProtocolViolation),
            },
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(CloseCode::ProtocolViolation),
            Some(Ok(Message::Close(_))) | None => return Err(CloseCode::GoingAway),
            Some(Err(error)) => return Err(code_of(error)),
        }
    }
}

/// Reads the memberships and subscribes the socket to them. Starts over when they change in between.
async fn subscribe(
    gateway: &Gateway,
    socket: &Arc<Socket>,
    since: &BTreeMap<String, u64>,
) -> Result<(Vec<ChannelRow>, Vec<Subscription>), CloseCode> {
    let (account, hub) = (&socket.account.id, &gateway.delivery.hub);
    for _ in 0..TRIES {
        let version = hub.user_version(account);
        let query = ChannelQuery { joined: Some(true), limit: WELCOME_CHANNELS_MAX, ..ChannelQuery::default() };
        let (rows, next) = gateway.channels.rows(account, query).await.map_err(unavailable)?;
        let joined: Vec<ChannelId> = match next {
            None => rows.iter().map(|row| row.id.clone()).collect(),
            Some(_) => gateway.channels.joined(account).await.map_err(unavailable)?,
        };
        let with_since = |id: ChannelId| {
            // An invalid number counts as a position beyond every head: the client loads the channel again.
            let since = since.get(id.as_str()).map(|number| Pos::from_number(*number).unwrap_or(Pos::END));
            (id, since)
        };
        let channels: Vec<_> = joined.into_iter().map(with_since).collect();
        wait_until_read(gateway, &channels).await?;
        if let Ok(subscriptions) = hub.subscribe(socket, &channels, version) {
            return Ok((rows, subscriptions));
        }
    }
    Err(CloseCode::GoingAway)
}

fn unavailable(_: ErrorCode) -> CloseCode {
    CloseCode::GoingAway
}

fn welcome(gateway: &Gateway, socket: &Socket, rows: Vec<ChannelRow>, subscriptions: &[Subscription]) -> Text {
    let mut heads: BTreeMap<_, _> = subscriptions.iter().map(|s| (s.channel.clone(), (s.head, s.n))).collect();
    let more = subscriptions.len() > rows.len();
    let channel = |row: ChannelRow| {
        let (head, head_n) = heads.remove(&row.id).unwrap_or_default();
        Channel { head, head_n, ..gateway.channels.view_of(&socket.account.id, row) }
    };
    encode(&ServerFrame::Welcome(Box::new(Welcome {
        account: socket.account.clone(),
        server: gateway.cluster.name.clone(),
        heartbeat_s: HEARTBEAT_S,
        limits: Limits { sockets_per_address_max: gateway.sockets_per_address, ..Limits::default() },
        channels: rows.into_iter().map(channel).collect(),
        more,
    })))
}

/// Returns the frames of the events that a client missed in one channel, or a `reset` if they are more than `bytes_left` or [`MISSED_MAX`],
/// or cannot be read.
async fn missed(gateway: &Gateway, subscription: Subscription, bytes_left: usize) -> Vec<Text> {
    let Subscription { channel, head, catch_up, .. } = subscription;
    let (source, frames): (_, Result<Vec<Text>, ErrorCode>) = match catch_up {
        CatchUp::Nothing => {
            gateway.metrics.resumed_channels.add("nothing");
            return Vec::new();
        }
        CatchUp::Unknown | CatchUp::TooMuch => ("reset", Err(ErrorCode::NotFound)),
        CatchUp::Events(events) => ("ring", Ok(events.iter().map(event_frame).collect())),
        CatchUp::Older { since, ring } => {
            let ring_from = ring.first().map_or(head, |first| first.event.prev);
            let older = archived(gateway, &channel, since, ring_from, MISSED_MAX).await;
            let joined = older.map(|older| older.into_iter().chain(ring.iter().map(event_frame)).collect());
            ("archive", joined)
        }
    };
    match frames {
        Ok(frames)
            if frames.len() <= MISSED_MAX && frames.iter().map(|frame| frame.len()).sum::<usize>() <= bytes_left =>
        {
            gateway.metrics.resumed_channels.add(source);
            frames
        }
        _ => {
            gateway.metrics.resumed_channels.add("reset");
            vec![encode(&ServerFrame::Reset { channel, head })]
        }
    }
}

/// Returns the frames of the archived events after `since` up to `to`.
///
/// # Errors
/// [`ErrorCode::TryAgain`] when they cannot be read, or are not a whole chain.
async fn archived(
    gateway: &Gateway,
    channel: &ChannelId,
    since: Pos,
    to: Pos,
    most: usize,
) -> Result<Vec<Text>, ErrorCode> {
    let partition = gateway.delivery.hub.partition(channel).ok_or(ErrorCode::NotFound)?;
    let archive = &gateway.delivery.archive;
    let _permit = gateway.archive_resumes.acquire().await.map_err(|_| ErrorCode::TryAgain)?;
    let page = archive
        .page(partition, channel, Cursor::After(since), most + 1)
        .await
        .map_err(gateway.metrics.archive_failed())?;
    let events: Vec<Event> = page.events.into_iter().take_while(|event| event.pos <= to).collect();
    let begins = events.first().is_none_or(|first| first.prev == since);
    let chained = events.windows(2).all(|pair| pair[1].prev == pair[0].pos);
    let ends = events.last().map_or(since, |last| last.pos) == to;
    if !(begins && chained && ends) {
        return Err(ErrorCode::TryAgain);
    }
    Ok(events.into_iter().map(|event| encode(&ServerFrame::Event(event))).collect())
}
