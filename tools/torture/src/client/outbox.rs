//! The unanswered messages of a client: kept in order, and sent again with the same id until they are answered.

use domain::{
    error::ErrorCode,
    ids::{ChannelId, MessageId, Pos},
};
use tokio::{task::JoinSet, time::Instant};

use super::{
    Client,
    link::{Asked, Leave, Link},
};
use crate::{
    calls::NoAnswer,
    history::{What, hash},
    plan::{ANSWER_WAIT, RETRY_WAIT},
};

/// Unanswered messages of a client, in the order of sending.
pub struct Outbox {
    /// Whether this client sends new messages.
    pub is_writer: bool,
    /// Messages being sent by HTTP.
    pub posts: JoinSet<Post>,
    waiting: Vec<Outgoing>,
}

/// An unanswered message.
pub struct Outgoing {
    pub channel: ChannelId,
    pub id: MessageId,
    pub body: String,
    /// Whether it may have arrived.
    pub is_tried: bool,
    pub state: State,
}

/// The state of an unanswered message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// To be sent at this time or later.
    Due(Instant),
    /// Sent at this time.
    Sent(Instant),
    /// Being sent by HTTP.
    ByHttp,
}

/// The answer to a message sent by HTTP; no code if there was no answer.
pub struct Post {
    pub channel: ChannelId,
    pub id: MessageId,
    pub server: u32,
    pub answer: Result<Pos, Option<ErrorCode>>,
}

impl Outbox {
    pub fn new(is_writer: bool) -> Self {
        Self { is_writer, posts: JoinSet::new(), waiting: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn push(&mut self, outgoing: Outgoing) {
        self.waiting.push(outgoing);
    }

    fn find(&mut self, id: MessageId) -> Option<&mut Outgoing> {
        self.waiting.iter_mut().find(|outgoing| outgoing.id == id)
    }

    fn remove(&mut self, id: MessageId) {
        self.waiting.retain(|outgoing| outgoing.id != id);
    }

    /// Returns channels in which a message is due, or has waited too long for its answer.
    fn due(&self) -> Vec<ChannelId> {
        let now = Instant::now();
        let is_due = |outgoing: &&Outgoing| match outgoing.state {
            State::Due(at) => at <= now,
            State::Sent(at) => now - at > ANSWER_WAIT,
            State::ByHttp => false,
        };
        let mut channels: Vec<ChannelId> = self.waiting.iter().filter(is_due).map(|o| o.channel.clone()).collect();
        channels.sort();
        channels.dedup();
        channels
    }
}

impl Client {
    /// After a welcome: sends all unanswered messages again, in order.
    pub(super) async fn say_again(&mut self, link: &mut Link) -> Result<(), Leave> {
        self.say_where(link, |_| true).await
    }

    /// Sends the messages that are due, and those behind them in their channels.
    pub(super) async fn say_due(&mut self, link: &mut Link) -> Result<(), Leave> {
        let due = self.outbox.due();
        self.say_where(link, |channel| due.contains(channel)).await
    }

    async fn say_where(&mut self, link: &mut Link, fits: impl Fn(&ChannelId) -> bool) -> Result<(), Leave> {
        for index in 0..self.outbox.waiting.len() {
            let Outgoing { channel, id, body, is_tried, state } = &mut self.outbox.waiting[index];
            if *state == State::ByHttp || !fits(channel) {
                continue;
            }
            *state = State::Sent(Instant::now());
            let retry = std::mem::replace(is_tried, true);
            let (channel, id, body) = (channel.clone(), *id, body.clone());
            self.say(link, &channel, id, &body, retry).await?;
        }
        Ok(())
    }

    /// Records a send, and sends it.
    pub(super) async fn say(
        &self,
        link: &mut Link,
        channel: &ChannelId,
        id: MessageId,
        body: &str,
        retry: bool,
    ) -> Result<(), Leave> {
        self.note_send(channel, id, body, retry);
        let asked = Asked { channel: channel.clone(), count: 0, is_conflict: false };
        link.asked.entry(id).or_insert(asked).count += 1;
        link.socket.say(channel.as_str(), id, body, retry).await.map_err(Leave::Ended)
    }

    pub(super) fn note_send(&self, channel: &ChannelId, id: MessageId, body: &str, retry: bool) {
        let (client, author, channel) = (self.number, self.me().id.clone(), channel.clone());
        self.shared.recorder.note(What::Send { client, author, channel, id, hash: hash(body), retry });
    }

    pub(super) fn acked(&mut self, link: &mut Link, id: MessageId, pos: Pos) {
        match answered(link, id) {
            Some((channel, false)) => self.note_ack(link.server, channel, id, pos),
            Some((channel, true)) => {
                self.shared.recorder.note(What::Conflict { client: self.number, channel, id, code: None });
            }
            None => self.not_asked(&id.to_string()),
        }
    }

    pub(super) fn nacked(&mut self, link: &mut Link, id: &str, code: ErrorCode, is_final: bool) -> Result<(), Leave> {
        let parsed = id.parse().ok();
        let Some((id, (channel, is_conflict))) = parsed.and_then(|id| Some((id, answered(link, id)?))) else {
            self.not_asked(id);
            return Ok(());
        };
        let client = self.number;
        match (is_conflict, is_final) {
            (true, true) => self.shared.recorder.note(What::Conflict { client, channel, id, code: Some(code) }),
            // Later messages would wait behind it.
            (true, false) => return Err(Leave::Vanish),
            (false, _) => {
                self.shared.recorder.note(What::Nack { client, channel, id, code, is_final });
                match self.outbox.find(id) {
                    Some(_) if is_final => self.outbox.remove(id),
                    Some(outgoing) => outgoing.state = State::Due(Instant::now() + RETRY_WAIT),
                    // A repeat of another client's message: that client continues to retry it.
                    None if !is_final => return Err(Leave::Vanish),
                    None => {}
                }
            }
        }
        Ok(())
    }

    /// Sends a message by HTTP.
    pub(super) fn post(&mut self, channel: ChannelId, id: MessageId, body: String) {
        self.note_send(&channel, id, &body, false);
        let (shared, who) = (self.shared.clone(), self.who);
        self.outbox.posts.spawn(async move {
            let endpoint = shared.endpoints.any();
            let answer = endpoint.calls.post(&shared.users.all[who].token, &channel, id, &body).await;
            let answer = answer.map(|posted| posted.pos).map_err(|why| match why {
                NoAnswer::Refused(code) => Some(code),
                NoAnswer::Gone => None,
            });
            Post { channel, id, server: endpoint.number, answer }
        });
    }

    pub(super) fn posted(&mut self, Post { channel, id, server, answer }: Post) {
        if let Some(outgoing) = self.outbox.find(id) {
            (outgoing.state, outgoing.is_tried) = (State::Due(Instant::now()), true);
        }
        match answer {
            Ok(pos) => self.note_ack(server, channel, id, pos),
            Err(Some(code)) => {
                let is_final = code.is_final();
                self.shared.recorder.note(What::Nack { client: self.number, channel, id, code, is_final });
            }
            Err(None) => {}
        }
    }

    fn note_ack(&mut self, server: u32, channel: ChannelId, id: MessageId, pos: Pos) {
        self.outbox.remove(id);
        self.shared.users.acked(&channel, id);
        self.shared.recorder.note(What::Ack { client: self.number, server, channel: channel.clone(), id, pos });
        self.look_elsewhere(server, &channel);
    }

    fn not_asked(&self, id: &str) {
        let why = format!("an answer for {id}, which was not sent on this connection");
        self.shared.recorder.note(What::Unreadable { client: self.number, why });
    }
}

/// Removes one expected answer. Returns the channel of the send, and whether it was a conflict.
fn answered(link: &mut Link, id: MessageId) -> Option<(ChannelId, bool)> {
    let asked = link.asked.get_mut(&id)?;
    asked.count -= 1;
    let answered = (asked.channel.clone(), asked.is_conflict);
    if asked.count == 0 {
        link.asked.remove(&id);
    }
    Some(answered)
}
