//! Several servers: what a change between them excuses, what a fault excuses, and what nothing excuses.

use domain::ids::Pos;

use super::{
    super::{Faults, HELD, faults::ERROR_GRACE_US, faults::GRACE_US, lags},
    breaks, check,
    sample::{ANN, BOB, Sample, channel, pos},
};
use crate::history::{Entry, Part, What};

const ERROR: &str = r#"{"level":"ERROR","fields":{"message":"a store failed"}}"#;
pub const SECOND: u64 = 1_000_000;

pub fn fault(part: Part, number: u32) -> What {
    What::Fault { part, number, how: "SIGKILL".into() }
}

pub fn cleared(part: Part, number: u32) -> What {
    What::Cleared { part, number }
}

fn logged(line: &str) -> What {
    What::Logged { server: 0, line: line.into() }
}

/// Bob, whom server 0 has told of the fifth place, comes to a server and is told of the fourth. `waits` lie between.
fn comes_back(sample: &mut Sample, server: u32, waits: u64) {
    sample.wait_before_end(waits);
    let asked = sample.now();
    sample.before_end(What::Connected { client: BOB, conn: 3, server, asked });
    sample.before_end(What::Head { client: BOB, channel: channel(), pos: pos(4) });
}

/// Ann, who has an ack for the fifth place from server 0, reads on a server that the channel ends at the fourth.
fn reads_short(sample: &mut Sample, server: u32, waits: u64) {
    sample.wait_before_end(waits);
    let (asked, rows) = (sample.now(), Sample::rows()[..4].to_vec());
    let (from, to) = (Pos::ZERO, pos(4));
    sample.before_end(What::Page { client: ANN, server, channel: channel(), asked, from, to, has_newer: false, rows });
}

#[test]
fn i7_another_server_may_be_behind_within_the_grace_and_is_counted() {
    let mut sample = Sample::good();
    comes_back(&mut sample, 1, GRACE_US / 2);
    reads_short(&mut sample, 1, 0);
    let history = sample.history();
    assert_eq!(check(&history), []);
    assert_eq!(lags(&history), 2);
}

#[test]
fn i7_another_server_is_behind_after_the_grace() {
    let mut sample = Sample::good();
    comes_back(&mut sample, 1, GRACE_US + SECOND);
    breaks(sample, 7, "reaches to");
    let mut sample = Sample::good();
    reads_short(&mut sample, 1, GRACE_US + SECOND);
    breaks(sample, 7, "read that it ends");
}

#[test]
fn i7_the_server_that_told_it_takes_it_back_after_a_return() {
    let mut sample = Sample::good();
    comes_back(&mut sample, 0, 0);
    breaks(sample, 7, "reaches to");
    let mut sample = Sample::good();
    reads_short(&mut sample, 0, 0);
    breaks(sample, 7, "read that it ends");
}

#[test]
fn i7_on_the_new_server_a_head_goes_back_once_more() {
    let mut sample = Sample::good();
    comes_back(&mut sample, 1, 0);
    sample.before_end(What::Head { client: BOB, channel: channel(), pos: pos(3) });
    breaks(sample, 7, "reaches to");
}

#[test]
fn i7_the_grace_does_not_run_while_a_broker_or_the_server_itself_is_away() {
    for (part, number) in [(Part::Broker, 2), (Part::Server, 1)] {
        let mut sample = Sample::good();
        sample.before_end(fault(part, number));
        sample.wait_before_end(GRACE_US * 3);
        sample.before_end(cleared(part, number));
        comes_back(&mut sample, 1, GRACE_US / 2);
        assert_eq!(check(&sample.history()), [], "{part:?}");
        // It runs on after it.
        let mut sample = Sample::good();
        sample.before_end(fault(part, number));
        sample.wait_before_end(GRACE_US * 3);
        sample.before_end(cleared(part, number));
        comes_back(&mut sample, 1, GRACE_US + SECOND);
        breaks(sample, 7, "reaches to");
    }
}

#[test]
fn i7_nothing_else_that_is_away_stops_the_grace() {
    for (part, number) in [(Part::Postgres, 0), (Part::Redis, 0), (Part::Server, 0)] {
        let mut sample = Sample::good();
        sample.before_end(fault(part, number));
        comes_back(&mut sample, 1, GRACE_US + SECOND);
        sample.before_end(cleared(part, number));
        breaks(sample, 7, "reaches to");
    }
}

#[test]
fn the_grace_runs_before_and_after_faults_that_overlap() {
    let at = |seconds: u64, what| Entry { t: seconds * SECOND, what };
    let history = [
        at(10, fault(Part::Broker, 1)),
        at(12, fault(Part::Server, 1)),
        at(14, cleared(Part::Server, 1)),
        at(15, cleared(Part::Broker, 1)),
    ];
    let faults = Faults::new(&history);
    assert_eq!(faults.known_by(1, 16 * SECOND), Some(9 * SECOND), "one second before, one after");
    assert_eq!(faults.known_by(1, 13 * SECOND), Some(8 * SECOND), "two before");
    assert_eq!(faults.known_by(1, 20 * SECOND), Some(18 * SECOND));
    assert_eq!(faults.known_by(1, SECOND), None, "it has just begun");
}

#[test]
fn i9_an_error_is_excused_by_a_store_that_is_away_and_shortly_after() {
    for part in [Part::Broker, Part::Postgres] {
        for after in [0, ERROR_GRACE_US / 2] {
            let mut sample = Sample::good();
            sample.before_end(fault(part, 1));
            sample.before_end(logged(ERROR));
            sample.before_end(cleared(part, 1));
            sample.wait_before_end(after);
            sample.before_end(logged(ERROR));
            assert_eq!(check(&sample.history()), [], "{part:?}");
        }
    }
}

#[test]
fn i9_an_error_has_no_excuse_before_a_fault_nor_long_after_it() {
    let mut sample = Sample::good();
    sample.before_end(logged(ERROR));
    sample.before_end(fault(Part::Broker, 1));
    sample.before_end(cleared(Part::Broker, 1));
    breaks(sample, 9, "a store failed");
    let mut sample = Sample::good();
    sample.before_end(fault(Part::Broker, 1));
    sample.before_end(cleared(Part::Broker, 1));
    sample.wait_before_end(ERROR_GRACE_US + SECOND);
    sample.before_end(logged(ERROR));
    breaks(sample, 9, "a store failed");
}

#[test]
fn i9_an_error_is_excused_in_the_log_of_the_server_that_was_held_and_in_no_other() {
    for (held, is_excused) in [(0, true), (1, false)] {
        let mut sample = Sample::good();
        sample.before_end(What::Fault { part: Part::Server, number: held, how: HELD.into() });
        sample.before_end(cleared(Part::Server, held));
        sample.before_end(logged(ERROR));
        assert_eq!(check(&sample.history()).is_empty(), is_excused, "server {held} was held");
    }
}

#[test]
fn i9_neither_redis_nor_another_server_excuses_an_error_and_nothing_excuses_a_panic() {
    for part in [Part::Redis, Part::Server] {
        let mut sample = Sample::good();
        sample.before_end(fault(part, 0));
        sample.before_end(logged(ERROR));
        sample.before_end(cleared(part, 0));
        breaks(sample, 9, "a store failed");
    }
    let mut sample = Sample::good();
    sample.before_end(fault(Part::Postgres, 0));
    sample.before_end(logged("thread 'main' panicked at somewhere"));
    sample.before_end(cleared(Part::Postgres, 0));
    breaks(sample, 9, "panicked");
}
