//! One client: it connects, resumes, talks, listens, loses its connection in every way there is, and comes back.
//! What it shows is what a page would show: the same `Timeline`, fed the same way.

mod acts;
mod hear;
mod link;
mod outbox;
mod reader;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::ids::{ChannelId, Pos};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::{sync::watch, time::sleep};

use crate::{
    gates::Gates,
    history::What,
    people::{People, Person},
    plan::{self, chance},
    recorder::Recorder,
    socket::Socket,
};
use link::Link;
use outbox::Outbox;
use reader::Reader;

/// What all clients share.
pub struct Shared {
    pub recorder: Recorder,
    pub gates: Gates,
    pub people: People,
    pub phase: watch::Receiver<Phase>,
    /// Numbers of connections.
    pub connections: AtomicU32,
    /// Clients with messages that have no answer.
    pub unsaid: AtomicUsize,
    /// Clients whose timelines do not reach to the end.
    pub behind: AtomicUsize,
    /// Where each channel ends, once nothing is said any more.
    pub ends: OnceLock<BTreeMap<ChannelId, Pos>>,
}

/// How far the run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Everything happens.
    Running,
    /// Nothing new is said and nobody leaves; what was said comes to its end.
    Resting,
    /// Everybody goes home.
    Over,
}

/// One client.
pub struct Client {
    number: u32,
    who: usize,
    shared: Arc<Shared>,
    rng: StdRng,
    phase: watch::Receiver<Phase>,
    is_slow: bool,
    reader: Reader,
    outbox: Outbox,
    /// The server that it was on last.
    server: u32,
    /// The last place heard of each channel.
    heard: BTreeMap<ChannelId, Pos>,
    /// Whether this client is counted among the `unsaid` and among the `behind`.
    counted: (bool, bool),
}

impl Client {
    pub fn new(number: u32, shared: Arc<Shared>, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let who = number as usize % shared.people.all.len();
        let channels = &shared.people.all[who].channels;
        let first = rng.random_range(0..channels.len());
        let watched =
            (0..plan::TIMELINES.min(channels.len())).map(|next| channels[(first + next) % channels.len()].clone());
        let is_lossy = rng.random_bool(chance::LOSSY);
        let is_writer = !shared.people.all[who].wanders && !rng.random_bool(chance::ONLY_READS);
        let (reader, outbox) = (Reader::new(watched, is_lossy), Outbox::new(is_writer));
        shared.unsaid.fetch_add(1, Ordering::Relaxed);
        shared.behind.fetch_add(1, Ordering::Relaxed);
        Self {
            number,
            who,
            phase: shared.phase.clone(),
            shared,
            is_slow: rng.random_bool(chance::SLOW),
            rng,
            reader,
            outbox,
            server: 0,
            heard: BTreeMap::new(),
            counted: (true, true),
        }
    }

    /// Lives until the run is over.
    pub async fn live(mut self) {
        let mut attempt = 0;
        while self.now() < Phase::Over {
            let since = self.since();
            self.server = self.choose().await;
            let (server, asked_at) = (self.server, self.shared.recorder.now());
            match Socket::open(&self.shared.gates.at(server).address, &self.me().token, since.clone()).await {
                Ok(socket) => {
                    let number = self.shared.connections.fetch_add(1, Ordering::Relaxed);
                    let mut link = Link { number, server, asked_at, socket, asked: HashMap::new(), is_welcome: false };
                    let leave = self.converse(&mut link, &since).await;
                    attempt = if link.is_welcome { 0 } else { attempt + 1 };
                    self.leave(link, leave).await;
                }
                Err(_) => attempt += 1,
            }
            let longest = (plan::BACK_OFF_MS << attempt.min(10)).min(plan::BACK_OFF_MAX_MS);
            let wait = Duration::from_millis(self.rng.random_range(0..=longest));
            tokio::select! {
                () = sleep(wait) => {}
                _ = self.phase.wait_for(|phase| *phase == Phase::Over) => {}
            }
        }
        self.reader.show_all(&self.shared.recorder, self.number, true);
        let left = self.outbox.len() as u32;
        if left > 0 {
            self.shared.recorder.note(What::Unsent { client: self.number, left });
        }
    }

    /// On which server to open a socket: the one that a living one names, as a page does; sometimes another than before.
    async fn choose(&mut self) -> u32 {
        let gates = &self.shared.gates;
        if gates.is_one() {
            return 0;
        }
        if self.rng.random_bool(chance::SWITCHES) {
            return gates.other_than(self.server).number;
        }
        let named = gates.any().calls.gateway(&self.shared.people.all[self.who].token).await;
        named.ok().and_then(|name| gates.named(&name)).unwrap_or_else(|| gates.any()).number
    }

    fn now(&self) -> Phase {
        *self.phase.borrow()
    }

    fn me(&self) -> &Person {
        &self.shared.people.all[self.who]
    }

    /// What is named in `resume`: what the timelines hold, as a page does, and some more.
    fn since(&mut self) -> BTreeMap<String, u64> {
        let mut since = BTreeMap::new();
        for (channel, last) in &self.heard {
            if self.rng.random_bool(chance::NAMES_MORE) {
                since.insert(channel.to_string(), last.number());
            }
        }
        for (channel, held) in self.reader.held() {
            since.insert(channel.to_string(), held.number());
        }
        for place in since.values_mut() {
            if self.rng.random_bool(chance::FROM_THE_START) {
                *place = 0;
            } else if self.rng.random_bool(chance::FROM_NOWHERE) {
                *place = place.saturating_sub(self.rng.random_range(1..4));
            }
        }
        since
    }

    /// Whether everything of this client has come to its end.
    fn rest(&mut self) {
        let is_unsaid = !self.outbox.is_empty();
        let is_behind = self.shared.ends.get().is_none_or(|ends| !self.reader.reaches(ends));
        count(&self.shared.unsaid, &mut self.counted.0, is_unsaid);
        count(&self.shared.behind, &mut self.counted.1, is_behind);
    }
}

/// Counts this client, or no longer.
fn count(all: &AtomicUsize, counted: &mut bool, counts: bool) {
    match (*counted, counts) {
        (false, true) => all.fetch_add(1, Ordering::Relaxed),
        (true, false) => all.fetch_sub(1, Ordering::Relaxed),
        _ => return,
    };
    *counted = counts;
}
