//! No delay makes a second message: gateways that look and append, a log that takes any copy at any time, readers that
//! lag.

use std::collections::{HashMap, HashSet};

use proptest::{collection::vec, prelude::*, sample::Index, test_runner::Config};

use super::{
    super::{Outcome, Reading, Sequencer},
    fresh,
    script::{self, GENERATION},
    stored::{Read, Stored},
};
use crate::{
    clock::Timestamp,
    ids::{MessageId, Pos},
    record::{Action, Change, Record},
};

/// Servers that take sends.
const GATEWAYS: usize = 2;
/// Messages that one person sends again and again.
const MESSAGES: u8 = 4;

#[derive(Clone, Debug)]
enum Step {
    /// The client sends a message, for the first time or again.
    Send { message: u8, gateway: usize },
    /// A record that is on its way arrives; a copy of it may stay on its way.
    Arrive { which: Index, copied: bool },
    /// A record on its way is lost.
    Lose { which: Index },
    /// Other users send `many` messages.
    Others { many: u8 },
    /// A gateway reads on.
    Read { gateway: usize, most: usize },
    /// The archive is written further.
    Project { most: usize },
    /// A gateway waits no longer for its verdicts.
    GiveUp { gateway: usize },
    /// A gateway restarts from the content of the archive.
    Restart { gateway: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let gateway = || 0..GATEWAYS;
    prop_oneof![
        6 => (0..MESSAGES, gateway()).prop_map(|(message, gateway)| Step::Send { message, gateway }),
        6 => (any::<Index>(), any::<bool>()).prop_map(|(which, copied)| Step::Arrive { which, copied }),
        1 => any::<Index>().prop_map(|which| Step::Lose { which }),
        3 => (1..5_u8).prop_map(|many| Step::Others { many }),
        6 => (gateway(), 1..9_usize).prop_map(|(gateway, most)| Step::Read { gateway, most }),
        4 => (1..9_usize).prop_map(|most| Step::Project { most }),
        1 => gateway().prop_map(|gateway| Step::GiveUp { gateway }),
        1 => gateway().prop_map(|gateway| Step::Restart { gateway }),
    ]
}

struct Gateway {
    sequencer: Sequencer,
    waiting: HashSet<MessageId>,
}

struct World {
    log: Vec<Vec<u8>>,
    /// Reads each record as it arrives; what it says has still to be written.
    truth: Sequencer,
    unwritten: Vec<Read>,
    stored: Stored,
    gateways: Vec<Gateway>,
    on_the_way: Vec<Vec<u8>>,
    sent: HashSet<MessageId>,
    acks: HashMap<MessageId, Pos>,
    kept: HashMap<MessageId, Pos>,
    others: u64,
}

impl World {
    fn new(capacity: usize) -> Self {
        let gateway = || Gateway { sequencer: fresh(capacity), waiting: HashSet::new() };
        let mut world = Self {
            log: Vec::new(),
            truth: fresh(capacity),
            unwritten: Vec::new(),
            stored: Stored::new(capacity, true),
            gateways: std::iter::repeat_with(gateway).take(GATEWAYS).collect(),
            on_the_way: Vec::new(),
            sent: HashSet::new(),
            acks: HashMap::new(),
            kept: HashMap::new(),
            others: 0,
        };
        world.append(&Record::Marker { generation: GENERATION }.encode());
        let create = script::create(script::account("bob"), "here");
        world.append(&change(MessageId::generate(), 0, create));
        world
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Send { message, gateway } => {
                let id = script::id(*message);
                let retry = !self.sent.insert(id);
                self.look(*gateway, id, retry);
            }
            Step::Arrive { which, copied } if !self.on_the_way.is_empty() => {
                let bytes = self.on_the_way.remove(which.index(self.on_the_way.len()));
                self.append(&bytes);
                self.on_the_way.extend(copied.then_some(bytes));
            }
            Step::Lose { which } if !self.on_the_way.is_empty() => {
                self.on_the_way.swap_remove(which.index(self.on_the_way.len()));
            }
            Step::Arrive { .. } | Step::Lose { .. } => {}
            Step::Others { many } => (0..*many).for_each(|_| self.other()),
            Step::Read { gateway, most } => self.read(*gateway, *most),
            Step::Project { most } => {
                let most = self.unwritten.len().min(*most);
                self.unwritten.drain(..most).for_each(|read| self.stored.write(read));
            }
            Step::GiveUp { gateway } => self.gateways[*gateway].waiting.clear(),
            Step::Restart { gateway } => {
                self.gateways[*gateway] = Gateway { sequencer: self.stored.sequencer(), waiting: HashSet::new() };
            }
        }
    }

    /// What `delivery/submit` does with a send.
    fn look(&mut self, gateway: usize, id: MessageId, retry: bool) {
        let channel = script::channel(0);
        let sequencer = &self.gateways[gateway].sequencer;
        let (after, floor) = (sequencer.next(), sequencer.window().floor());
        if let Some(first) = sequencer.window().find(&channel, id) {
            return self.ack(id, first.pos);
        }
        if retry {
            if let Some(pos) = self.stored.find(&channel, id) {
                return self.ack(id, pos);
            }
            if self.stored.complete_to() < floor {
                return;
            }
        }
        if self.gateways[gateway].waiting.insert(id) {
            self.on_the_way.push(change(id, after, script::say(script::account("ann"), "hi")));
        }
    }

    fn ack(&mut self, id: MessageId, pos: Pos) {
        let first = *self.acks.entry(id).or_insert(pos);
        assert_eq!(first, pos, "two acks of one message name two places");
        assert_eq!(self.kept.get(&id), Some(&pos), "an ack names its position");
    }

    fn other(&mut self) {
        self.others += 1;
        let text = format!("other {}", self.others);
        let after = self.truth.next();
        self.append(&change(MessageId::generate(), after, script::say(script::account("bob"), &text)));
    }

    fn append(&mut self, bytes: &[u8]) {
        let offset = self.log.len() as u64;
        self.log.push(bytes.to_vec());
        let reading = self.truth.read(offset, bytes).unwrap();
        if let Reading::Change(decision) = &reading
            && let Outcome::Kept(kept) = &decision.outcome
        {
            let first = self.kept.insert(decision.id, kept.event.pos);
            assert_eq!(first, None, "a second message under one id");
        }
        self.unwritten.push(Read::new(offset, &self.truth, reading));
    }

    /// What `delivery/follower` does: each waiter gets the verdict, and its id is looked up again if the record was stale.
    fn read(&mut self, gateway: usize, most: usize) {
        for _ in 0..most {
            let Gateway { sequencer, waiting } = &mut self.gateways[gateway];
            let next = sequencer.next();
            let Some(bytes) = self.log.get(next as usize) else { return };
            let Reading::Change(decision) = sequencer.read(next, bytes).unwrap() else { continue };
            if !waiting.remove(&decision.id) {
                continue;
            }
            match decision.outcome {
                Outcome::Kept(kept) => self.ack(decision.id, kept.event.pos),
                Outcome::Repeat(pos) => self.ack(decision.id, pos),
                Outcome::Conflict => panic!("one author, one text"),
                Outcome::Stale => self.look(gateway, decision.id, true),
            }
        }
    }

    /// Everything is read and written, then the client sends a message once more, and nothing is in the way.
    fn decide(&mut self, id: MessageId) {
        let gateway = 0;
        self.step(&Step::GiveUp { gateway });
        self.read(gateway, usize::MAX);
        self.step(&Step::Project { most: usize::MAX });
        self.look(gateway, id, true);
        if !self.acks.contains_key(&id) {
            let bytes = self.on_the_way.pop().expect("it was appended");
            self.append(&bytes);
            self.read(gateway, usize::MAX);
        }
        assert!(self.acks.contains_key(&id), "looked for everywhere, and still not decided");
    }
}

fn change(id: MessageId, after: u64, action: Action) -> Vec<u8> {
    let at = Timestamp::from_millis(1_000);
    Record::Change(Change { generation: GENERATION, channel: script::channel(0), id, at, after, action }).encode()
}

proptest! {
    #![proptest_config(Config { cases: 192, ..Config::default() })]

    #[test]
    fn no_delay_makes_a_second_message(capacity in script::CAPACITIES, steps in vec(step(), 1..60)) {
        let mut world = World::new(capacity);
        steps.iter().for_each(|step| world.step(step));
        let late = std::mem::take(&mut world.on_the_way);
        for id in world.sent.clone() {
            world.decide(id);
        }
        for copy in late {
            (0..capacity).for_each(|_| world.other());
            world.append(&copy);
        }
    }
}
