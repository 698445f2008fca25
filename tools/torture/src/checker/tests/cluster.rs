//! Several servers: what a change of server excuses, what a fault excuses, and what nothing excuses.

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

/// Bob, to whom server 0 has sent the fifth position, connects to a server and receives the fourth. `waits` lie between.
fn comes_back(sample: &mut Sample, server: u32, waits: u64) {
    sample.wait_before_end(waits);
    let asked = sample.now();
    sample.before_end(What::Connected { client: BOB, conn: 3, server, asked });
    sample.before_end(What::Head { client: BOB, channel: channel(), pos: pos(4) });
}

/// Ann, who has an ack for the fifth position from server 0, reads on a server that the channel ends at the fourth.
fn reads_short(sample: &mut Sample, server: u32, waits: u64) {
    sample.wait_before_end(waits);
    let (asked, rows) = (sample.now(), Sample::rows()[..4].to_vec());
    let (from, to) = (Pos::ZERO, pos(4));
    sample.before_end(What::Page { client: ANN, server, channel: channel(), asked, from, to, has_newer: false, rows });
}

#[test]
fn i7_counts_lags_within_the_grace_period() {
    let mut sample = Sample::good();
    comes_back(&mut sample, 1, GRACE_US / 2);
    reads_short(&mut sample, 1, 0);
    let history = sample.history();
    assert_eq!(check(&history), []);
    assert_eq!(lags(&history), 2);
}

#[test]
fn i7_reports_lags_after_the_grace_period() {
    let mut sample = Sample::good();
    comes_back(&mut sample, 1, GRACE_US + SECOND);
    breaks(sample, 7, "received head");
    let mut sample = Sample::good();
    reads_short(&mut sample, 1, GRACE_US + SECOND);
    breaks(sample, 7, "read that the channel ends");
}

#[test]
fn i7_reports_a_server_that_contradicts_itself() {
    let mut sample = Sample::good();
    comes_back(&mut sample, 0, 0);
    breaks(sample, 7, "received head");
    let mut sample = Sample::good();
    reads_short(&mut sample, 0, 0);
    breaks(sample, 7, "read that the channel ends");
}

#[test]
fn i7_reports_a_decreasing_head_on_the_new_server() {
    let mut sample = Sample::good();
    comes_back(&mut sample, 1, 0);
    sample.before_end(What::Head { client: BOB, channel: channel(), pos: pos(3) });
    breaks(sample, 7, "received head");
}

#[test]
fn i7_grace_pauses_while_broker_or_server_is_down() {
    for (part, number) in [(Part::Broker, 2), (Part::Server, 1)] {
        let mut sample = Sample::good();
        sample.before_end(fault(part, number));
        sample.wait_before_end(GRACE_US * 3);
        sample.before_end(cleared(part, number));
        comes_back(&mut sample, 1, GRACE_US / 2);
        assert_eq!(check(&sample.history()), [], "{part:?}");
        // The period continues afterwards.
        let mut sample = Sample::good();
        sample.before_end(fault(part, number));
        sample.wait_before_end(GRACE_US * 3);
        sample.before_end(cleared(part, number));
        comes_back(&mut sample, 1, GRACE_US + SECOND);
        breaks(sample, 7, "received head");
    }
}

#[test]
fn i7_grace_ignores_other_outages() {
    for (part, number) in [(Part::Postgres, 0), (Part::Redis, 0), (Part::Server, 0)] {
        let mut sample = Sample::good();
        sample.before_end(fault(part, number));
        comes_back(&mut sample, 1, GRACE_US + SECOND);
        sample.before_end(cleared(part, number));
        breaks(sample, 7, "received head");
    }
}

#[test]
fn grace_counts_around_overlapping_faults() {
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
fn i9_excuses_errors_of_an_outage_and_shortly_after() {
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
fn i9_reports_errors_before_and_long_after_a_fault() {
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
fn i9_excuses_errors_of_the_stopped_server_only() {
    for (held, is_excused) in [(0, true), (1, false)] {
        let mut sample = Sample::good();
        sample.before_end(What::Fault { part: Part::Server, number: held, how: HELD.into() });
        sample.before_end(cleared(Part::Server, held));
        sample.before_end(logged(ERROR));
        assert_eq!(check(&sample.history()).is_empty(), is_excused, "server {held} was held");
    }
}

#[test]
fn i9_reports_panics_and_errors_without_excuse() {
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
