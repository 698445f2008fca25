//! A client: it connects, resumes, sends, receives, loses its connection in every possible way, and reconnects. It uses the
//! page's own `Timeline` in the same way as the page.

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
    endpoints::Endpoints,
    history::What,
    plan::{self, chance},
    recorder::Recorder,
    socket::Socket,
    users::{User, Users},
};
use link::Link;
use outbox::Outbox;
use reader::Reader;

/// State shared by all clients.
pub struct Shared {
    pub recorder: Recorder,
    pub endpoints: Endpoints,
    pub users: Users,
    pub phase: watch::Receiver<Phase>,
    /// The number of the last connection.
    pub connections: AtomicU32,
    /// The number of clients with unanswered messages.
    pub unsaid: AtomicUsize,
    /// The number of clients whose timelines do not reach the end.
    pub behind: AtomicUsize,
    /// The final head of each channel, known once no new messages are sent.
    pub ends: OnceLock<BTreeMap<ChannelId, Pos>>,
}

/// The phase of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// All actions.
    Running,
    /// No new messages and no disconnects; unanswered messages are completed.
    Resting,
    /// The clients end.
    Over,
}

/// A client that performs random actions and records them.
pub struct Client {
    number: u32,
    who: usize,
    shared: Arc<Shared>,
    rng: StdRng,
    phase: watch::Receiver<Phase>,
    is_slow: bool,
    reader: Reader,
    outbox: Outbox,
    /// The number of its last server.
    server: u32,
    /// The newest position received of each channel.
    heard: BTreeMap<ChannelId, Pos>,
    /// Whether this client is counted in `unsaid` and in `behind`.
    counted: (bool, bool),
}

impl Client {
    pub fn new(number: u32, shared: Arc<Shared>, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let who = number as usize % shared.users.all.len();
        let channels = &shared.users.all[who].channels;
        let first = rng.random_range(0..channels.len());
        let watched =
            (0..plan::TIMELINES.min(channels.len())).map(|next| channels[(first + next) % channels.len()].clone());
        let is_lossy = rng.random_bool(chance::LOSSY);
        let is_writer = !shared.users.all[who].churns && !rng.random_bool(chance::ONLY_READS);
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

    /// Runs until the end of the run.
    pub async fn live(mut self) {
        let mut attempt = 0;
        while self.now() < Phase::Over {
            let since = self.since();
            self.server = self.choose().await;
            let (server, asked_at) = (self.server, self.shared.recorder.now());
            match Socket::open(&self.shared.endpoints.at(server).address, &self.me().token, since.clone()).await {
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

    /// Returns the server for the next socket: the one that `/gateway` names, as in the page; sometimes another one.
    async fn choose(&mut self) -> u32 {
        let endpoints = &self.shared.endpoints;
        if endpoints.is_one() {
            return 0;
        }
        if self.rng.random_bool(chance::SWITCHES) {
            return endpoints.other_than(self.server).number;
        }
        let named = endpoints.any().calls.gateway(&self.shared.users.all[self.who].token).await;
        named.ok().and_then(|name| endpoints.named(&name)).unwrap_or_else(|| endpoints.any()).number
    }

    fn now(&self) -> Phase {
        *self.phase.borrow()
    }

    fn me(&self) -> &User {
        &self.shared.users.all[self.who]
    }

    /// Returns the positions for `resume`: those of the timelines, as in the page, and some more.
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

    /// Returns whether this client has nothing left to complete.
    fn rest(&mut self) {
        let is_unsaid = !self.outbox.is_empty();
        let is_behind = self.shared.ends.get().is_none_or(|ends| !self.reader.reaches(ends));
        count(&self.shared.unsaid, &mut self.counted.0, is_unsaid);
        count(&self.shared.behind, &mut self.counted.1, is_behind);
    }
}

/// Updates whether this client is counted.
fn count(all: &AtomicUsize, counted: &mut bool, counts: bool) {
    match (*counted, counts) {
        (false, true) => all.fetch_add(1, Ordering::Relaxed),
        (true, false) => all.fetch_sub(1, Ordering::Relaxed),
        _ => return,
    };
    *counted = counts;
}
