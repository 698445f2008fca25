//! ⑩ Frames to a client: what waits leaves in one write, a heartbeat every twenty seconds proves that nothing was missed. Before
//! it on a message's way: `delivery/hub`. After it: `connection` in the page.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::extract::ws::{Message, WebSocket};
use domain::{
    error::ErrorCode,
    ids::{ChannelId, Pos},
    limits::HEARTBEAT_S,
    wire::{CloseCode, ServerFrame},
};
use futures_util::{SinkExt, stream::SplitSink};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

use super::state::Gateway;
use crate::{
    delivery::{SOCKET_QUEUE, Socket, Text, encode},
    metrics::Counter,
};

/// Frames that leave in one write.
const WRITE_FRAMES: usize = 64;
/// A write that takes longer has no reader.
const WRITE_WAIT: Duration = Duration::from_secs(10);
/// An idle socket's session is checked so often; kick-outs come at once by another path.
const SESSION_EVERY: Duration = Duration::from_secs(5);

/// What a socket has to send.
pub struct Outbound<'a> {
    pub gateway: &'a Gateway,
    /// Whose.
    pub socket: &'a Arc<Socket>,
    /// Events.
    pub frames: mpsc::Receiver<Text>,
    /// Answers.
    pub answered: mpsc::Receiver<Text>,
}

type Sink<'a> = SplitSink<&'a mut WebSocket, Message>;

impl Outbound<'_> {
    /// Writes until it cannot any more; says with which code to close.
    pub async fn run(mut self, sink: &mut Sink<'_>) -> CloseCode {
        let mut heartbeats = interval(Duration::from_secs(HEARTBEAT_S.into()));
        let mut checks = interval(SESSION_EVERY);
        heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeats.reset();
        let sent = &self.gateway.metrics.frames_sent;
        let mut told: HashMap<ChannelId, Pos> = self.gateway.delivery.hub.heads(self.socket).into_iter().collect();
        loop {
            let written = tokio::select! {
                biased;
                // Ticks first: a socket whose queue never empties is asked and pinged all the same.
                _ = heartbeats.tick() => self.heartbeat(sink, &mut told).await,
                _ = checks.tick() => match self.gateway.auth.sessions.check(&self.socket.session).await {
                    Err(ErrorCode::Unauthorized) => return CloseCode::SessionEnded,
                    _ => Ok(()),
                },
                Some(answer) = self.answered.recv() => write(sink, sent, gathered(answer, &mut self.answered)).await,
                Some(frame) = self.frames.recv() => write(sink, sent, gathered(frame, &mut self.frames)).await,
            };
            if let Err(code) = written {
                return code;
            }
        }
    }

    /// The heads that changed since the last heartbeat; and a ping, which every living peer answers.
    async fn heartbeat(&mut self, sink: &mut Sink<'_>, told: &mut HashMap<ChannelId, Pos>) -> Result<(), CloseCode> {
        let heads = self.gateway.delivery.hub.heads(self.socket);
        let changed = heads.iter().filter(|(channel, head)| told.get(channel) != Some(head)).cloned().collect();
        *told = heads.into_iter().collect();
        // Up to these heads everything is queued: it goes before the word that nothing was missed.
        let queued: Vec<Text> = std::iter::from_fn(|| self.frames.try_recv().ok()).take(SOCKET_QUEUE).collect();
        let sent = &self.gateway.metrics.frames_sent;
        write(sink, sent, queued).await?;
        write(sink, sent, [encode(&ServerFrame::Heartbeat { heads: changed })]).await?;
        timely(sink.send(Message::Ping(Default::default()))).await
    }
}

/// What waits, at most [`WRITE_FRAMES`] of it.
fn gathered(first: Text, waiting: &mut mpsc::Receiver<Text>) -> impl Iterator<Item = Text> {
    let others = std::iter::from_fn(|| waiting.try_recv().ok()).take(WRITE_FRAMES - 1);
    std::iter::once(first).chain(others)
}

/// Several frames, one flush; each is counted.
async fn write(sink: &mut Sink<'_>, sent: &Counter, frames: impl IntoIterator<Item = Text>) -> Result<(), CloseCode> {
    let all = async {
        for frame in frames {
            sink.feed(Message::Text(frame)).await?;
            sent.inc();
        }
        sink.flush().await
    };
    timely(all).await
}

pub(super) async fn timely(write: impl Future<Output = Result<(), axum::Error>>) -> Result<(), CloseCode> {
    match tokio::time::timeout(WRITE_WAIT, write).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(CloseCode::GoingAway),
        Err(_) => Err(CloseCode::ReadTooSlowly),
    }
}
