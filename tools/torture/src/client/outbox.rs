//! What a client has said and has no answer to: kept in order, sent again under the same id until there is one.

use domain::{
    error::ErrorCode,
    ids::{ChannelId, MessageId, Pos},
};
use tokio::{task::JoinSet, time::Instant};

use super::{
    Client,
    link::{Leave, Link},
};
use crate::{
    calls::NoAnswer,
    history::{What, hash},
    plan::{ANSWER_WAIT, RETRY_WAIT},
};

/// Messages of a client without an answer, in the order of saying.
pub struct Outbox {
    /// Whether this client says anything new.
    pub is_writer: bool,
    /// Messages on their way by HTTP.
    pub posts: JoinSet<Post>,
    waiting: Vec<Outgoing>,
}

/// A message without an answer.
pub struct Outgoing {
    pub channel: ChannelId,
    pub id: MessageId,
    pub body: String,
    /// It may have arrived.
    pub is_tried: bool,
    pub state: State,
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// To be sent from this moment on.
    Due(Instant),
    /// Sent at this moment.
    Sent(Instant),
    /// On its way by HTTP.
    ByHttp,
}

/// What a message that went by HTTP was answered; no code when nobody answered.
pub struct Post {
    pub channel: ChannelId,
    pub id: MessageId,
    pub server: u32,
    pub answer: Result<Pos, Option<ErrorCode>>,
}

/// A send that waits for its answer on a connection.
pub struct Asked {
    pub channel: ChannelId,
    /// How often it was sent there.
    pub count: u32,
    /// It names a used id for another message.
    pub is_conflict: bool,
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

    /// Channels in which something is due, or has waited too long for its answer.
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
    /// A welcome has come: everything without an answer goes once more, in its order.
    pub(super) async fn say_again(&mut self, link: &mut Link) -> Result<(), Leave> {
        self.say_where(link, |_| true).await
    }

    /// What is due goes, and with it what waits behind it in its channel.
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

    /// Writes down that it is sent, and sends it.
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
            // What is sent later would wait behind it.
            (true, false) => return Err(Leave::Vanish),
            (false, _) => {
                self.shared.recorder.note(What::Nack { client, channel, id, code, is_final });
                match self.outbox.find(id) {
                    Some(_) if is_final => self.outbox.remove(id),
                    Some(outgoing) => outgoing.state = State::Due(Instant::now() + RETRY_WAIT),
                    // A repeat of what another client says: that one goes on asking.
                    None if !is_final => return Err(Leave::Vanish),
                    None => {}
                }
            }
        }
        Ok(())
    }

    /// Says something by HTTP.
    pub(super) fn post(&mut self, channel: ChannelId, id: MessageId, body: String) {
        self.note_send(&channel, id, &body, false);
        let (shared, who) = (self.shared.clone(), self.who);
        self.outbox.posts.spawn(async move {
            let gate = shared.gates.any();
            let answer = gate.calls.post(&shared.people.all[who].token, &channel, id, &body).await;
            let answer = answer.map(|posted| posted.pos).map_err(|why| match why {
                NoAnswer::Refused(code) => Some(code),
                NoAnswer::Gone => None,
            });
            Post { channel, id, server: gate.number, answer }
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
        self.shared.people.acked(&channel, id);
        self.shared.recorder.note(What::Ack { client: self.number, server, channel: channel.clone(), id, pos });
        self.look_elsewhere(server, &channel);
    }

    fn not_asked(&self, id: &str) {
        let why = format!("an answer for {id}, which it did not send on this connection");
        self.shared.recorder.note(What::Unreadable { client: self.number, why });
    }
}

/// Takes one answer off what a connection waits for; the send's channel, and whether it was a conflict.
fn answered(link: &mut Link, id: MessageId) -> Option<(ChannelId, bool)> {
    let asked = link.asked.get_mut(&id)?;
    asked.count -= 1;
    let answered = (asked.channel.clone(), asked.is_conflict);
    if asked.count == 0 {
        link.asked.remove(&id);
    }
    Some(answered)
}
