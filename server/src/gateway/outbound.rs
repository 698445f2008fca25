//! ⑩ Sends frames to a client: whatever is queued leaves in one write, and a heartbeat every twenty seconds proves that nothing was
//! missed. Before it on a message's way: `delivery/hub`. After it: `connection` in the page.

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

/// Frames in one write.
const WRITE_FRAMES: usize = 64;
/// Longest time of a write. A client that takes longer counts as too slow.
const WRITE_WAIT: Duration = Duration::from_secs(10);
/// Interval at which the session of an idle socket is checked. `auth/ended_sessions` closes the sockets at once;
/// this check covers a lost signal.
const SESSION_CHECK: Duration = Duration::from_secs(5);

/// The sending side of a socket.
pub(super) struct Outbound<'a> {
    pub(super) gateway: &'a Gateway,
    pub(super) socket: &'a Arc<Socket>,
    /// Events and other frames of the hub.
    pub(super) frames: mpsc::Receiver<Text>,
    /// Answers to the client's own frames.
    pub(super) answers: mpsc::Receiver<Text>,
}

type Sink<'a> = SplitSink<&'a mut WebSocket, Message>;

impl Outbound<'_> {
    /// Sends until the socket has to be closed, and returns the close code.
    pub(super) async fn run(mut self, sink: &mut Sink<'_>) -> CloseCode {
        let mut heartbeats = interval(Duration::from_secs(HEARTBEAT_S.into()));
        let mut checks = interval(SESSION_CHECK);
        heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeats.reset();
        let sent = &self.gateway.metrics.frames_sent;
        let mut known: HashMap<ChannelId, Pos> = self.gateway.delivery.hub.heads(self.socket).into_iter().collect();
        loop {
            let written = tokio::select! {
                biased;
                // Ticks first: a socket whose queue is never empty is checked and pinged, too.
                _ = heartbeats.tick() => self.send_heartbeat(sink, &mut known).await,
                _ = checks.tick() => match self.gateway.auth.sessions.check(&self.socket.session).await {
                    Err(ErrorCode::Unauthorized) => return CloseCode::SessionEnded,
                    _ => Ok(()),
                },
                Some(answer) = self.answers.recv() => write(sink, sent, batch(answer, &mut self.answers)).await,
                Some(frame) = self.frames.recv() => write(sink, sent, batch(frame, &mut self.frames)).await,
            };
            if let Err(code) = written {
                return code;
            }
        }
    }

    /// Sends the heads that have changed since the last heartbeat, and a ping, which every client answers.
    async fn send_heartbeat(
        &mut self,
        sink: &mut Sink<'_>,
        known: &mut HashMap<ChannelId, Pos>,
    ) -> Result<(), CloseCode> {
        let heads = self.gateway.delivery.hub.heads(self.socket);
        let changed = heads.iter().filter(|(channel, head)| known.get(channel) != Some(head)).cloned().collect();
        *known = heads.into_iter().collect();
        // Everything up to these heads is queued. It has to leave before the heartbeat that confirms it.
        let queued: Vec<Text> = std::iter::from_fn(|| self.frames.try_recv().ok()).take(SOCKET_QUEUE).collect();
        let sent = &self.gateway.metrics.frames_sent;
        write(sink, sent, queued).await?;
        write(sink, sent, [encode(&ServerFrame::Heartbeat { heads: changed })]).await?;
        with_write_timeout(sink.send(Message::Ping(Default::default()))).await
    }
}

/// Returns the first frame and those that wait behind it, at most [`WRITE_FRAMES`].
fn batch(first: Text, waiting: &mut mpsc::Receiver<Text>) -> impl Iterator<Item = Text> {
    let others = std::iter::from_fn(|| waiting.try_recv().ok()).take(WRITE_FRAMES - 1);
    std::iter::once(first).chain(others)
}

/// Writes frames with one flush, and counts each.
async fn write(sink: &mut Sink<'_>, sent: &Counter, frames: impl IntoIterator<Item = Text>) -> Result<(), CloseCode> {
    let all = async {
        for frame in frames {
            sink.feed(Message::Text(frame)).await?;
            sent.inc();
        }
        sink.flush().await
    };
    with_write_timeout(all).await
}

/// Gives a write up after [`WRITE_WAIT`].
pub(super) async fn with_write_timeout(write: impl Future<Output = Result<(), axum::Error>>) -> Result<(), CloseCode> {
    match tokio::time::timeout(WRITE_WAIT, write).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(CloseCode::GoingAway),
        Err(_) => Err(CloseCode::ReadTooSlowly),
    }
}
