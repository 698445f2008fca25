//! The random actions of a client: sending, repeating, misusing ids, reading, scrolling.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::{
    ids::{ChannelId, MessageId},
    wire::ClientFrame,
};
use rand::Rng;
use tokio::time::Instant;

use super::{
    Client,
    hear::page,
    link::{Asked, Leave, Link},
    outbox::{Outgoing, State},
    reader::{Kind, Load},
};
use crate::{
    plan::{BURST, OUTBOX, chance},
    users::SentMessage,
};

/// Words of the messages: of one, two, three and four bytes per character.
const WORDS: [&str; 8] = ["rice", "who?", "thé", "naïve", "下午茶", "訊息", "🍚", "👩‍🍳"];
/// Number of words of an ordinary message.
const WORDS_USUAL: std::ops::Range<usize> = 1..20;
/// Number of words of a long message.
const WORDS_LONG: std::ops::Range<usize> = 300..900;

impl Client {
    /// Performs one random action.
    pub(super) async fn act(&mut self, link: &mut Link) -> Result<(), Leave> {
        let mut dice = self.rng.random_range(0.0..1.0);
        let mut falls = |chance: f64| {
            dice -= chance;
            dice < 0.0
        };
        // A user who may have left the channel can neither send nor misuse anything there.
        let is_in = !self.me().churns;
        if falls(chance::REPEATS) && is_in {
            self.repeat(link).await
        } else if falls(chance::CONFLICTS) && is_in {
            self.conflict(link).await
        } else if falls(chance::READS) {
            self.look();
            Ok(())
        } else if falls(chance::SCROLLS) {
            self.scroll();
            Ok(())
        } else if falls(chance::MARKS) {
            self.mark(link).await
        } else if self.outbox.is_writer {
            self.burst(link).await
        } else {
            Ok(())
        }
    }

    /// Sends some new messages at once.
    async fn burst(&mut self, link: &mut Link) -> Result<(), Leave> {
        for _ in 0..self.rng.random_range(1..=BURST) {
            if self.outbox.len() >= OUTBOX {
                return Ok(());
            }
            let channel = self.any_channel();
            let (id, body) = (self.new_id(), self.new_body());
            let sent = SentMessage { id, author: self.me().id.clone(), body: body.clone(), acked: false };
            let by_http = self.rng.random_bool(chance::BY_HTTP);
            let state = if by_http { State::ByHttp } else { State::Sent(Instant::now()) };
            let outgoing = Outgoing { channel: channel.clone(), id, body: body.clone(), is_tried: true, state };
            self.outbox.push(outgoing);
            if by_http {
                self.post(channel.clone(), id, body);
                self.shared.users.remember(&channel, sent);
            } else {
                let said = self.say(link, &channel, id, &body, false).await;
                self.shared.users.remember(&channel, sent);
                said?;
            }
        }
        Ok(())
    }

    /// Sends a message of this user again, first sent by any client, acknowledged or not.
    async fn repeat(&mut self, link: &mut Link) -> Result<(), Leave> {
        let channel = self.any_channel();
        let me = self.me().id.clone();
        let fits = |sent: &SentMessage| sent.author == me && !link.asked.get(&sent.id).is_some_and(|a| a.is_conflict);
        let sent = self.shared.users.one_of(&channel, fits, |count| self.rng.random_range(0..count));
        let Some(SentMessage { id, body, .. }) = sent else { return Ok(()) };
        // A client that has lost its state does not know that this is a retry.
        let retry = self.rng.random_bool(0.5);
        self.say(link, &channel, id, &body, retry).await
    }

    /// Sends another text with a used id, or the same text with the id of another user.
    async fn conflict(&mut self, link: &mut Link) -> Result<(), Leave> {
        let channel = self.any_channel();
        let fits = |sent: &SentMessage| sent.acked && !link.asked.contains_key(&sent.id);
        let sent = self.shared.users.one_of(&channel, fits, |count| self.rng.random_range(0..count));
        let Some(SentMessage { id, author, body, .. }) = sent else { return Ok(()) };
        let other = if author == self.me().id { format!("{body}, or not") } else { body };
        link.asked.insert(id, Asked { channel: channel.clone(), count: 1, is_conflict: true });
        let retry = self.rng.random_bool(0.5);
        link.socket.say(channel.as_str(), id, &other, retry).await.map_err(Leave::Ended)
    }

    /// Reads the newest page of a channel, independently of the timelines.
    fn look(&mut self) {
        let (channel, limit) = (self.any_channel(), self.rng.random_range(1..=100));
        let load = Load { channel, query: format!("?limit={limit}"), kind: Kind::Look, elsewhere_than: None };
        self.reader.loads.spawn(page(self.shared.clone(), self.who, load));
    }

    /// Sometimes reads an acknowledged message at once on another server than the one that acknowledged it.
    pub(super) fn look_elsewhere(&mut self, server: u32, channel: &ChannelId) {
        if self.shared.endpoints.is_one() || !self.rng.random_bool(chance::READS_ELSEWHERE) {
            return;
        }
        let (channel, query) = (channel.clone(), "?limit=3".into());
        let load = Load { channel, query, kind: Kind::Look, elsewhere_than: Some(server) };
        self.reader.loads.spawn(page(self.shared.clone(), self.who, load));
    }

    fn scroll(&mut self) {
        let channels = self.reader.channels();
        let channel = &channels[self.rng.random_range(0..channels.len())];
        self.reader.wants(channel, self.rng.random_bool(0.8));
        self.ask();
    }

    /// Moves a read marker to the newest event received.
    async fn mark(&mut self, link: &mut Link) -> Result<(), Leave> {
        let channel = self.any_channel();
        let Some(pos) = self.heard.get(&channel).map(|pos| pos.number()) else { return Ok(()) };
        link.socket.send(&ClientFrame::Read { channel: channel.to_string(), pos }).await.map_err(Leave::Ended)
    }

    /// Returns a random channel of this user; rarely the hall, of which all are members.
    fn any_channel(&mut self) -> ChannelId {
        let to_the_hall = self.rng.random_bool(chance::TO_THE_HALL);
        let count = self.me().channels.len();
        let index = if to_the_hall || count == 1 { 0 } else { self.rng.random_range(1..count) };
        self.me().channels[index].clone()
    }

    /// Generates an id from the current time and the seeded generator.
    fn new_id(&mut self) -> MessageId {
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &self.rng.random()).into_uuid();
        MessageId::try_from(id).unwrap_or_else(|_| MessageId::generate())
    }

    fn new_body(&mut self) -> String {
        let words = if self.rng.random_bool(chance::LONG) { WORDS_LONG } else { WORDS_USUAL };
        let count = self.rng.random_range(words);
        let words = (0..count).map(|_| WORDS[self.rng.random_range(0..WORDS.len())]).collect::<Vec<_>>();
        let break_ = if self.rng.random_bool(0.1) { "\n" } else { " " };
        format!("{}: {}", self.number, words.join(break_))
    }
}
