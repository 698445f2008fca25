//! A history of one channel: created, joined, and three messages of Ann's, all of which Bob receives.

use domain::ids::{AccountId, ChannelId, MessageId, Pos};

use crate::history::{Entry, Row, Said, Via, What, hash};

pub const ANN: u32 = 1;
pub const BOB: u32 = 2;
/// Time between two entries, in microseconds.
const STEP: u64 = 1_000;

pub struct Sample {
    whats: Vec<What>,
    /// Pauses before the final state: the number of entries before each, and its length.
    waits: Vec<(usize, u64)>,
    end: Vec<What>,
    waited: u64,
}

pub fn channel() -> ChannelId {
    "kitchen".parse().unwrap()
}

pub fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

pub fn id(number: u64) -> MessageId {
    format!("019ab3de-7b1a-7c00-8000-{number:012x}").parse().unwrap()
}

pub fn pos(offset: u64) -> Pos {
    Pos::new(1, offset)
}

impl Sample {
    pub fn good() -> Self {
        let mut whats = vec![
            What::Ready,
            What::Stream { client: ANN, conn: 1, channel: channel(), from: pos(2) },
            What::Stream { client: BOB, conn: 2, channel: channel(), from: pos(2) },
            What::Head { client: BOB, channel: channel(), pos: pos(2) },
        ];
        // The third and the fourth are in flight together.
        whats.extend([3, 4].map(|n| Self::send(ANN, n)));
        for n in 3..=5 {
            if n == 5 {
                whats.push(Self::send(ANN, n));
            }
            for (client, conn) in [(ANN, 1), (BOB, 2)] {
                let row = Self::rows()[n as usize - 1].clone();
                whats.push(What::Seen { client, conn, channel: channel(), row });
            }
            whats.push(What::Ack { client: ANN, server: 0, channel: channel(), id: id(n), pos: pos(n) });
        }
        let (from, to) = (Pos::ZERO, pos(5));
        let rows = Self::rows();
        whats.push(What::Head { client: BOB, channel: channel(), pos: to });
        let (asked, has_newer) = (STEP * whats.len() as u64, false);
        whats.push(What::Page {
            client: ANN,
            server: 0,
            channel: channel(),
            asked,
            from,
            to,
            has_newer,
            rows: rows.clone(),
        });
        whats.push(What::Shown { client: BOB, channel: channel(), from, to, at_end: true, rows: rows.clone() });
        let mut end: Vec<What> = [Via::Forward, Via::Backward, Via::Restarted, Via::Archive]
            .map(|via| What::Final { channel: channel(), via, server: 0, from, rows: rows.clone() })
            .to_vec();
        end.push(What::Final {
            channel: channel(),
            via: Via::Resume,
            server: 0,
            from: pos(3),
            rows: rows[3..].to_vec(),
        });
        let marker = |account, read, read_n| What::Marker {
            account,
            channel: channel(),
            head: pos(5),
            head_n: 3,
            read: pos(read),
            read_n,
        };
        end.extend([marker(account("ann"), 5, 3), marker(account("bob"), 4, 2)]);
        end.push(What::Exited { asked: true, status: "0".into(), after_ms: 100 });
        Self { whats, waits: Vec::new(), end, waited: 0 }
    }

    /// Created, joined by Bob, then messages 3 to 5.
    pub fn rows() -> Vec<Row> {
        let event = |at, prev| Row { pos: pos(at), prev, said: None };
        let mut rows = vec![event(1, Pos::ZERO), event(2, pos(1))];
        rows.extend((3..=5).map(|at| Self::message(at, at - 1, at, at - 2)));
        rows
    }

    pub fn message(at: u64, prev: u64, number: u64, n: u64) -> Row {
        let said = Said { id: id(number), author: account("ann"), hash: hash(&number.to_string()), n };
        Row { pos: pos(at), prev: pos(prev), said: Some(said) }
    }

    pub fn send(client: u32, number: u64) -> What {
        let hash = hash(&number.to_string());
        What::Send { client, author: account("ann"), channel: channel(), id: id(number), hash, retry: false }
    }

    /// Adds an entry before the final state is read.
    pub fn before_end(&mut self, what: What) {
        self.whats.push(what);
    }

    /// Adds a pause, in microseconds.
    pub fn wait_before_end(&mut self, length: u64) {
        self.waits.push((self.whats.len(), length));
    }

    /// Adds an entry at the very end.
    pub fn push(&mut self, what: What) {
        self.end.push(what);
    }

    pub fn remove(&mut self, which: impl Fn(&What) -> bool) {
        let before = self.whats.len();
        self.whats.retain(|what| !which(what));
        assert!(self.whats.len() < before, "there was none");
    }

    pub fn remove_at_end(&mut self, which: impl Fn(&What) -> bool) {
        self.end.retain(|what| !which(what));
    }

    pub fn without_acks(&mut self) {
        self.remove(|what| matches!(what, What::Ack { .. }));
    }

    pub fn rows_of_the_end(&mut self, change: impl Fn(&mut Vec<Row>)) {
        for what in &mut self.end {
            if let What::Final { rows, .. } = what {
                change(rows);
            }
        }
    }

    pub fn wait_s(&mut self, seconds: u64) {
        self.waited = seconds * 1_000_000;
        self.end.push(What::Memory { bytes: 1 });
    }

    /// Returns the time of the next entry before the final state.
    pub fn now(&self) -> u64 {
        self.at(self.whats.len())
    }

    fn at(&self, index: usize) -> u64 {
        let waited: u64 = self.waits.iter().filter(|(before, _)| *before <= index).map(|(_, length)| length).sum();
        STEP * index as u64 + waited
    }

    pub fn history(self) -> Vec<Entry> {
        let last = self.whats.len() + self.end.len() - 1;
        let at: Vec<u64> =
            (0..=last).map(|index| self.at(index) + if index == last { self.waited } else { 0 }).collect();
        let whats = self.whats.into_iter().chain(self.end);
        at.into_iter().zip(whats).map(|(t, what)| Entry { t, what }).collect()
    }
}
