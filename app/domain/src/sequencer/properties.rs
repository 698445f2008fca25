//! What holds for every log, however odd: servers of any age decide alike, and the order is whole.

mod gateways;
mod script;
mod stored;

use std::collections::{BTreeSet, HashMap};

use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use super::*;
use script::{CAPACITIES, GENERATION, log, script};
use stored::Stored;

/// A sequencer at the beginning of a log, with a window of `capacity` ids.
fn fresh(capacity: usize) -> Sequencer {
    Sequencer::restore(GENERATION, 0, HashMap::new(), Window::new(capacity))
}

fn read_all(sequencer: &mut Sequencer, log: &[(u64, Vec<u8>)]) -> Vec<Reading> {
    log.iter().map(|(offset, bytes)| sequencer.read(*offset, bytes).unwrap()).collect()
}

/// What a server does besides reading the next record.
#[derive(Clone, Copy, Debug)]
enum Aside {
    Nothing,
    /// The archive is written up to here.
    Project,
    /// It ends, and begins again from what the archive holds.
    Restart,
}

fn asides() -> impl Strategy<Value = Vec<Aside>> {
    let aside = prop_oneof![4 => Just(Aside::Nothing), 3 => Just(Aside::Project), 2 => Just(Aside::Restart)];
    vec(aside, script::RECORDS_MAX)
}

proptest! {
    #![proptest_config(Config { cases: 128, ..Config::default() })]

    #[test]
    fn servers_of_any_age_decide_alike(
        script in script(),
        capacity in CAPACITIES,
        asides in asides(),
        tidy in any::<bool>(),
    ) {
        let log = log(&script);
        let mut old = fresh(capacity);
        let readings = read_all(&mut old, &log);
        let (mut young, mut stored) = (fresh(capacity), Stored::new(capacity, tidy));
        let mut unwritten = Vec::new();
        for (i, ((offset, bytes), aside)) in log.iter().zip(&asides).enumerate() {
            let reading = young.read(*offset, bytes).unwrap();
            prop_assert_eq!(&reading, &readings[i]);
            unwritten.push(stored::Read::new(*offset, &young, reading));
            match aside {
                Aside::Nothing => {}
                Aside::Project => unwritten.drain(..).for_each(|read| stored.write(read)),
                Aside::Restart => {
                    (young, unwritten) = (stored.sequencer(), Vec::new());
                    for ((offset, bytes), expected) in log[..=i].iter().zip(&readings) {
                        if *offset >= young.next() {
                            let reading = young.read(*offset, bytes).unwrap();
                            prop_assert_eq!(&reading, expected);
                            unwritten.push(stored::Read::new(*offset, &young, reading));
                        }
                    }
                }
            }
        }
        prop_assert_eq!(young.next(), old.next());
        prop_assert_eq!(&young.heads, &old.heads);
        prop_assert_eq!(young.window.floor(), old.window.floor());
        prop_assert!(young.window.entries().eq(old.window.entries()));
    }

    #[test]
    fn the_order_is_whole_whatever_the_log_holds(script in script(), capacity in CAPACITIES) {
        let log = log(&script);
        let mut sequencer = fresh(capacity);
        let mut heads: HashMap<ChannelId, Head> = HashMap::new();
        let mut kept: Vec<WindowEntry> = Vec::new();
        for (offset, bytes) in &log {
            let Reading::Change(decision) = sequencer.read(*offset, bytes).unwrap() else { continue };
            let Decision { channel, id, author, digest, outcome } = decision;
            match outcome {
                Outcome::Kept(sequenced) => {
                    prop_assert_eq!((sequenced.id, &sequenced.author, sequenced.digest), (id, &author, digest));
                    let (event, n_so_far) = (&sequenced.event, sequenced.n);
                    let before = heads.get(&channel).copied();
                    let is_first = matches!(event.kind, EventKind::Created { .. });
                    prop_assert_eq!(is_first, before.is_none(), "a channel begins with its creation, once");
                    let before = before.unwrap_or(Head { pos: Pos::ZERO, n: 0, at: Timestamp::default() });
                    prop_assert_eq!((&event.channel, event.prev), (&channel, before.pos));
                    prop_assert!(event.pos > before.pos && event.pos.offset() == *offset);
                    prop_assert!(event.at >= before.at, "time goes back");
                    let n = before.n + u64::from(event.message().is_some());
                    prop_assert!(event.message().is_none_or(|message| message.n == n && message.id == id));
                    prop_assert_eq!(n_so_far, n);
                    heads.insert(channel.clone(), Head { pos: event.pos, n, at: event.at });
                    kept.push(WindowEntry { channel, id, pos: event.pos, author, digest });
                }
                Outcome::Repeat(pos) => {
                    let first = WindowEntry { channel, id, pos, author, digest };
                    prop_assert!(kept.contains(&first), "a repeat of what was never kept");
                }
                Outcome::Conflict => {
                    let other = kept.iter().any(|one| one.channel == channel && one.id == id);
                    prop_assert!(other, "in conflict with nothing");
                }
                Outcome::Stale => prop_assert!(kept.len() > capacity, "nothing was forgotten"),
            }
            let newest = &kept[kept.len().saturating_sub(capacity)..];
            prop_assert!(sequencer.window.entries().eq(newest), "the window holds the newest");
            for one in kept.iter().filter(|one| one.pos.offset() >= sequencer.window.floor()) {
                let found = sequencer.window.find(&one.channel, one.id);
                prop_assert!(found.is_some(), "at or after the floor, and not in the window");
            }
        }
        prop_assert_eq!(&sequencer.heads, &heads);
    }
}

#[test]
fn the_scripts_reach_every_verdict() {
    let mut runner = TestRunner::deterministic();
    let mut reached = BTreeSet::new();
    for _ in 0..64 {
        let script = script().new_tree(&mut runner).unwrap().current();
        for reading in read_all(&mut fresh(4), &log(&script)) {
            reached.insert(match reading {
                Reading::Rejected { .. } => "unreadable",
                Reading::Skipped => "skipped",
                Reading::Change(decision) => match decision.outcome {
                    Outcome::Kept(_) => "kept",
                    Outcome::Repeat(_) => "repeat",
                    Outcome::Conflict => "conflict",
                    Outcome::Stale => "stale",
                },
            });
        }
    }
    let all = ["conflict", "kept", "repeat", "skipped", "stale", "unreadable"];
    assert!(reached.iter().copied().eq(all), "only {reached:?}");
}
