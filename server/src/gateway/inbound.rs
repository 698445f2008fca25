//! ⑤ Frames from a client, decoded and acted on. Before it on a message's way: `gateway/upgrade`. After it:
//! `messages/post`. Sends are begun in the order of their frames, and answered as their verdicts come.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    Error,
    extract::ws::{Message, WebSocket},
};
use domain::{
    error::ErrorCode,
    ids::Pos,
    limits::{FRAMES_AT_ONCE, FRAMES_PER_SECOND, HEARTBEAT_S},
    wire::{ClientFrame, CloseCode, ServerFrame},
};
use futures_util::{
    StreamExt,
    future::{BoxFuture, FutureExt},
    stream::{FuturesUnordered, SplitStream},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::mpsc;

use super::{stack::code_of, state::Gateway, unsettled::Unsettled};
use crate::{
    delivery::{Socket, Text, encode},
    messages::Post,
    presence::TypingRate,
    read_markers::MarkerQueue,
};

/// Answers that wait to be written; a client that does not read them is not read either.
pub const ANSWERS: usize = 64;
/// Sends of one socket that wait for their verdict; the next frame is read when one of them has it.
const IN_FLIGHT_MAX: usize = 128;
/// Silence that ends a socket: two heartbeats, each of which a living peer answers, and some patience.
const SILENCE: Duration = Duration::from_secs(2 * HEARTBEAT_S as u64 + 5);
/// How fast a socket may send frames.
const FRAMES: Quota = Quota::per_second(NonZeroU32::new(FRAMES_PER_SECOND).unwrap())
    .allow_burst(NonZeroU32::new(FRAMES_AT_ONCE).unwrap());
/// Seconds after which a client that was too fast may try again.
const RETRY_AFTER_S: u32 = 2;

/// Reads a socket until it has to be closed; says with which code.
pub async fn read(
    gateway: &Gateway,
    socket: &Arc<Socket>,
    mut stream: SplitStream<&mut WebSocket>,
    answers: mpsc::Sender<Text>,
) -> CloseCode {
    let rate = gateway.has_rate_limits.then(|| RateLimiter::direct(FRAMES));
    let (unsettled, typing, markers) = (Unsettled::default(), TypingRate::default(), MarkerQueue::default());
    let mut inbound = Inbound { gateway, socket, unsettled, typing, markers };
    let mut verdicts = Verdicts::new();
    loop {
        let answer = tokio::select! {
            Some((channel, verdict)) = verdicts.next() => {
                inbound.unsettled.answered(&channel, &verdict);
                Some(verdict)
            }
            heard = tokio::time::timeout(SILENCE, stream.next()), if verdicts.len() < IN_FLIGHT_MAX => {
                gateway.metrics.frames_received.inc();
                let frame = match text(heard, rate.as_ref()) {
                    Ok(Some(frame)) => frame,
                    Ok(None) => continue,
                    Err(code) => return code,
                };
                match inbound.act(&frame, &mut verdicts).await {
                    Ok(answer) => answer,
                    Err(code) => return code,
                }
            }
        };
        if let Some(answer) = answer
            && answers.send(encode(&answer)).await.is_err()
        {
            return CloseCode::GoingAway;
        }
    }
}

/// What a reader of one socket keeps in mind.
struct Inbound<'a> {
    gateway: &'a Gateway,
    socket: &'a Arc<Socket>,
    unsettled: Unsettled,
    typing: TypingRate,
    markers: MarkerQueue,
}

/// Answers to sends that are on their way, each with its channel.
type Verdicts<'a> = FuturesUnordered<BoxFuture<'a, (String, ServerFrame)>>;

type Heard = Result<Option<Result<Message, Error>>, tokio::time::error::Elapsed>;

/// The text of a frame; `None` for pings and pongs.
fn text(
    heard: Heard,
    rate: Option<&DefaultDirectRateLimiter>,
) -> Result<Option<axum::extract::ws::Utf8Bytes>, CloseCode> {
    let message = match heard {
        Err(_) => return Err(CloseCode::TimedOut),
        Ok(None) => return Err(CloseCode::GoingAway),
        Ok(Some(Err(error))) => return Err(code_of(error)),
        Ok(Some(Ok(message))) => message,
    };
    if rate.is_some_and(|rate| rate.check().is_err()) {
        return Err(CloseCode::TooMany);
    }
    match message {
        Message::Text(text) => Ok(Some(text)),
        Message::Ping(_) | Message::Pong(_) => Ok(None),
        Message::Binary(_) => Err(CloseCode::ProtocolViolation),
        Message::Close(_) => Err(CloseCode::Normal),
    }
}

impl<'a> Inbound<'a> {
    /// Acts on one frame. An answer that is known at once is returned; one that has to be waited for joins `verdicts`.
    async fn act(&mut self, text: &str, verdicts: &mut Verdicts<'a>) -> Result<Option<ServerFrame>, CloseCode> {
        let frame: ClientFrame = serde_json::from_str(text).map_err(|_| CloseCode::ProtocolViolation)?;
        let (gateway, socket) = (self.gateway, self.socket);
        // While nobody can say, what was checked before stays good.
        if gateway.auth.sessions.check(&socket.session).await.is_err_and(|code| code == ErrorCode::Unauthorized) {
            return Err(CloseCode::SessionEnded);
        }
        match frame {
            ClientFrame::Send { channel, id, body, retry } => {
                let answer = self.send(&channel, id, &body, retry, verdicts).await;
                if let Some(answer) = &answer {
                    self.unsettled.answered(&channel, answer);
                }
                Ok(answer)
            }
            ClientFrame::Read { channel, pos } => {
                // Not answered, so neither is what names no place.
                if let (Ok(channel), Some(pos)) = (channel.parse(), Pos::from_number(pos)) {
                    self.markers.put(&gateway.read_markers, socket, channel, pos);
                }
                Ok(None)
            }
            ClientFrame::Typing { channel } => {
                gateway.presence.typing(socket, &mut self.typing, &channel).await;
                Ok(None)
            }
            ClientFrame::Active { state: activity } => {
                gateway.presence.set_activity(socket, activity);
                Ok(None)
            }
            ClientFrame::Watch { channel } => {
                // What this socket does not hear, it is not told about.
                let channel = channel.and_then(|channel| channel.parse().ok());
                gateway
                    .presence
                    .watch(socket, channel.filter(|channel| gateway.delivery.hub.is_subscribed(socket, channel)));
                Ok(None)
            }
            ClientFrame::Heartbeat => Ok(Some(ServerFrame::Heartbeat { heads: Default::default() })),
            ClientFrame::Resume { .. } => Err(CloseCode::ProtocolViolation),
            ClientFrame::Unknown => Ok(None),
        }
    }

    async fn send(
        &self,
        channel: &str,
        id: String,
        body: &str,
        retry: bool,
        verdicts: &mut Verdicts<'a>,
    ) -> Option<ServerFrame> {
        let gateway = self.gateway;
        if self.unsettled.is_behind(channel, &id) {
            gateway.metrics.sends.inc();
            gateway.metrics.nacks.add(ErrorCode::TryAgain.word());
            return Some(nack(id, ErrorCode::TryAgain));
        }
        let is_subscribed =
            channel.parse().is_ok_and(|channel| gateway.delivery.hub.is_subscribed(self.socket, &channel));
        let post = Post { channel, id: &id, body, is_retry: retry, is_subscribed };
        let posting = match gateway.messages.post(&self.socket.account, post).await {
            Ok(posting) => posting,
            Err(code) => return Some(nack(id, code)),
        };
        let channel = channel.to_owned();
        let verdict = async move {
            let answer = match posting.await {
                Ok((posted, _)) => ServerFrame::Ack { id: posted.id, pos: posted.pos },
                Err(code) => nack(id, code),
            };
            (channel, answer)
        };
        verdicts.push(verdict.boxed());
        None
    }
}

fn nack(id: String, code: ErrorCode) -> ServerFrame {
    let is_final = code.is_final();
    ServerFrame::Nack { id, code, is_final, retry_after: (!is_final).then_some(RETRY_AFTER_S) }
}
