//! Several servers: what a change between them excuses, what a fault excuses, and what nothing excuses.

use domain::ids::Pos;

use super::{
    super::{Faults, From, HELD, faults::ERROR_GRACE_US, faults::GRACE_US, lags, recoveries_of},
    breaks, check,
    sample::{ANN, BOB, Sample, account, channel, id, pos},
};
use crate::history::{Entry, Part, What, hash};

const ERROR: &str = r#"{"level":"ERROR","fields":{"message":"a store failed"}}"#;
const SECOND: u64 = 1_000_000;

fn fault(part: Part, number: u32) -> What {
    What::Fault { part, number, how: "SIGKILL".into() }
}

fn cleared(part: Part, number: u32) -> What {
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

/// Ann sends a sixth message, server 0 acknowledges it, and Bob hears it on a server.
fn said_and_heard(sample: &mut Sample, on: u32) {
    let at = sample.now();
    sample.before_end(What::Connected { client: BOB, conn: 4, server: on, asked: at });
    sample.before_end(What::Stream { client: BOB, conn: 4, channel: channel(), from: pos(5) });
    sample.before_end(Sample::send(ANN, 6));
    sample.before_end(What::Ack { client: ANN, server: 0, channel: channel(), id: id(6), pos: pos(6) });
    let row = Sample::message(6, 5, 6, 4);
    sample.before_end(What::Seen { client: BOB, conn: 4, channel: channel(), row: row.clone() });
    assert_eq!(row.said.as_ref().map(|said| said.hash), Some(hash("6")));
    sample.rows_of_the_end(|rows| rows.push(row.clone()));
    sample.remove_at_end(|what| matches!(what, What::Marker { .. }));
    sample.remove(|what| matches!(what, What::Shown { .. }));
    sample.push(What::Marker {
        account: account("bob"),
        channel: channel(),
        head: pos(6),
        head_n: 4,
        read: pos(4),
        read_n: 2,
    });
}

#[test]
fn a_part_that_is_back_counts_when_somebody_on_another_server_has_heard() {
    for (part, on, is_measured) in [(Part::Broker, 1, true), (Part::Broker, 0, false), (Part::Server, 1, true)] {
        let mut sample = Sample::good();
        sample.before_end(fault(part, 1));
        sample.before_end(cleared(part, 1));
        said_and_heard(&mut sample, on);
        let history = sample.history();
        assert_eq!(check(&history), []);
        let recovered = recoveries_of(&history);
        let back = recovered.iter().find(|recovery| recovery.from == From::Back(part)).expect("it was waited for");
        assert_eq!(back.took.is_some(), is_measured, "{part:?}, heard on server {on}");
    }
}

#[test]
fn what_is_back_is_waited_for_through_a_servers_fault_that_follows() {
    let mut sample = Sample::good();
    sample.before_end(fault(Part::Broker, 1));
    sample.before_end(cleared(Part::Broker, 1));
    sample.wait_before_end(3 * SECOND);
    sample.before_end(fault(Part::Server, 1));
    said_and_heard(&mut sample, 0);
    let recovered = recoveries_of(&sample.history());
    let back = recovered.iter().find(|recovery| recovery.from == From::Back(Part::Broker)).expect("it was waited for");
    assert!(back.took.is_some_and(|took| took > 3 * SECOND), "{back:?}");
}

#[test]
fn the_slowest_channel_counts() {
    let mut sample = Sample::good();
    sample.before_end(fault(Part::Broker, 1));
    let mut send = Sample::send(ANN, 7);
    if let What::Send { channel, .. } = &mut send {
        *channel = "pantry".parse().unwrap();
    }
    sample.before_end(send);
    said_and_heard(&mut sample, 1);
    sample.wait_before_end(5 * SECOND);
    let pantry: domain::ids::ChannelId = "pantry".parse().unwrap();
    let ack = What::Ack { client: ANN, server: 0, channel: pantry.clone(), id: id(7), pos: pos(9) };
    let seen = What::Seen { client: BOB, conn: 4, channel: pantry, row: Sample::message(9, 8, 7, 1) };
    sample.before_end(ack);
    sample.before_end(seen);
    let recovered = recoveries_of(&sample.history());
    assert!(recovered[0].took.is_some_and(|took| took > 5 * SECOND), "{recovered:?}");
}

#[test]
fn while_a_server_is_gone_any_other_client_counts() {
    let mut sample = Sample::good();
    sample.before_end(fault(Part::Server, 1));
    said_and_heard(&mut sample, 0);
    let recovered = recoveries_of(&sample.history());
    assert_eq!(recovered.len(), 1);
    assert_eq!((recovered[0].from, recovered[0].took.is_some()), (From::Gone(Part::Server), true));
}

#[test]
fn i9_a_cluster_in_which_one_channel_never_goes_on_is_not_back() {
    let mut sample = Sample::good();
    sample.before_end(fault(Part::Broker, 1));
    sample.before_end(cleared(Part::Broker, 1));
    said_and_heard(&mut sample, 1);
    let mut send = Sample::send(ANN, 7);
    if let What::Send { channel, .. } = &mut send {
        *channel = "pantry".parse().unwrap();
    }
    sample.before_end(send);
    sample.wait_s(60);
    breaks(sample, 9, "nothing new");
}
