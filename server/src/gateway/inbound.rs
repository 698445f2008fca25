//! ⑤ Acts on frames of a client. Before it on a message's way: `gateway/upgrade`. After it: `messages/post`. Messages are submitted in the
//! order of their frames, and answered as their verdicts arrive.

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
use tokio::{sync::mpsc, time::error::Elapsed};

use super::{send_order::SendOrder, state::Gateway, websocket::code_of};
use crate::{
    delivery::{Socket, Text, encode},
    messages::Post,
    presence::TypingLimit,
    read_markers::MarkerQueue,
};

/// Answers that may wait to be sent. When the client does not read them, its frames are not read either.
pub(super) const ANSWERS: usize = 64;
/// Messages of one socket that may wait for their verdict. At this number no further frame is read.
const IN_FLIGHT_MAX: usize = 128;
/// Longest silence of a client: two heartbeats, whose pings every client answers, and a margin.
const SILENCE_MAX: Duration = Duration::from_secs(2 * HEARTBEAT_S as u64 + 5);
/// Frames that a socket may send: per second, and in a burst.
const FRAMES: Quota = Quota::per_second(NonZeroU32::new(FRAMES_PER_SECOND).unwrap())
    .allow_burst(NonZeroU32::new(FRAMES_AT_ONCE).unwrap());
/// Seconds after which a client may resend a message whose nack was not final.
const RETRY_AFTER_S: u32 = 2;

/// Reads a socket until it has to be closed, and returns the close code.
pub(super) async fn read(
    gateway: &Gateway,
    socket: &Arc<Socket>,
    mut stream: SplitStream<&mut WebSocket>,
    answers: mpsc::Sender<Text>,
) -> CloseCode {
    let rate = gateway.has_rate_limits.then(|| RateLimiter::direct(FRAMES));
    let mut inbound = Inbound {
        gateway,
        socket,
        order: SendOrder::default(),
        typing: TypingLimit::default(),
        markers: MarkerQueue::default(),
    };
    let mut verdicts = Verdicts::new();
    loop {
        let answer = tokio::select! {
            Some((channel, verdict)) = verdicts.next() => {
                inbound.order.record(&channel, &verdict);
                Some(verdict)
            }
            received = tokio::time::timeout(SILENCE_MAX, stream.next()), if verdicts.len() < IN_FLIGHT_MAX => {
                gateway.metrics.frames_received.inc();
                let frame = match text(received, rate.as_ref()) {
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

/// The receiving side of a socket.
struct Inbound<'a> {
    gateway: &'a Gateway,
    socket: &'a Arc<Socket>,
    order: SendOrder,
    typing: TypingLimit,
    markers: MarkerQueue,
}

/// Answers to submitted messages, each with its channel.
type Verdicts<'a> = FuturesUnordered<BoxFuture<'a, (String, ServerFrame)>>;

type Received = Result<Option<Result<Message, Error>>, Elapsed>;

/// Returns the text of a frame; `None` for pings and pongs.
fn text(received: Received, rate: Option<&DefaultDirectRateLimiter>) -> Result<Option<Text>, CloseCode> {
    let message = match received {
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
    /// Acts on one frame. Returns an answer that is known at once; one that takes time is added to `verdicts`.
    async fn act(&mut self, text: &str, verdicts: &mut Verdicts<'a>) -> Result<Option<ServerFrame>, CloseCode> {
        let frame: ClientFrame = serde_json::from_str(text).map_err(|_| CloseCode::ProtocolViolation)?;
        let (gateway, socket) = (self.gateway, self.socket);
        // While sessions cannot be checked, the last check counts.
        if gateway.auth.sessions.check(&socket.session).await.is_err_and(|code| code == ErrorCode::Unauthorized) {
            return Err(CloseCode::SessionEnded);
        }
        match frame {
            ClientFrame::Send { channel, id, body, retry } => {
                let answer = self.send(&channel, id, &body, retry, verdicts).await;
                if let Some(answer) = &answer {
                    self.order.record(&channel, answer);
                }
                return Ok(answer);
            }
            // The next four have no answer, so an invalid id or position is ignored.
            ClientFrame::Read { channel, pos } => {
                if let (Ok(channel), Some(pos)) = (channel.parse(), Pos::from_number(pos)) {
                    self.markers.put(&gateway.read_markers, socket, channel, pos);
                }
            }
            ClientFrame::Typing { channel } => {
                if let Ok(channel) = channel.parse() {
                    gateway.presence.report_typing(socket, &mut self.typing, channel).await;
                }
            }
            ClientFrame::Active { state: activity } => gateway.presence.set_activity(socket, activity),
            ClientFrame::Watch { channel } => {
                gateway.presence.watch(socket, channel.and_then(|channel| channel.parse().ok()));
            }
            ClientFrame::Heartbeat => return Ok(Some(ServerFrame::Heartbeat { heads: Default::default() })),
            ClientFrame::Resume { .. } => return Err(CloseCode::ProtocolViolation),
            ClientFrame::Unknown => {}
        }
        Ok(None)
    }

    /// Submits a message. Returns its answer if it was refused at once.
    async fn send(
        &self,
        channel: &str,
        id: String,
        body: &str,
        is_retry: bool,
        verdicts: &mut Verdicts<'a>,
    ) -> Option<ServerFrame> {
        let gateway = self.gateway;
        if self.order.is_blocked(channel, &id) {
            gateway.metrics.sends.inc();
            gateway.metrics.nacks.add(ErrorCode::TryAgain.word());
            return Some(nack(id, ErrorCode::TryAgain));
        }
        let hub = &gateway.delivery.hub;
        let is_subscribed = channel.parse().is_ok_and(|channel| hub.is_subscribed(self.socket, &channel));
        let post = Post { channel, id: &id, body, is_retry, is_subscribed };
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
