//! From a fault, and from its end, to a new message that another client has received.

use super::{
    super::{From, HELD, Recovery, recoveries_of},
    breaks, check,
    cluster::{SECOND, cleared, fault},
    sample::{ANN, BOB, Sample, account, channel, id, pos},
};
use crate::history::{Part, What, hash};

/// Ann sends a sixth message, server 0 acknowledges it, and Bob receives it on a server.
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
fn recovery_needs_a_client_on_another_server() {
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
fn recovery_continues_through_a_later_server_fault() {
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
fn recovery_is_that_of_the_slowest_channel() {
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
fn recovery_from_a_server_fault_needs_any_client() {
    let mut sample = Sample::good();
    sample.before_end(fault(Part::Server, 1));
    said_and_heard(&mut sample, 0);
    let recovered = recoveries_of(&sample.history());
    assert_eq!(recovered.len(), 1);
    assert_eq!((recovered[0].from, recovered[0].took.is_some()), (From::Gone(Part::Server), true));
}

#[test]
fn i9_reports_a_channel_that_does_not_recover() {
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
    breaks(sample, 9, "no recovery");
}

#[test]
fn recoveries_with_overlapping_faults_are_separate() {
    let recovery = |from, since, took| Recovery { from, since, took: Some(took) };
    let server = recovery(From::Gone(Part::Server), 100, 50);
    for (other, is_mixed) in [
        (recovery(From::Gone(Part::Broker), 20, 90), true),
        (recovery(From::Gone(Part::Broker), 149, 10), true),
        (recovery(From::Gone(Part::Broker), 20, 80), false),
        (recovery(From::Gone(Part::Broker), 150, 10), false),
        (recovery(From::Back(Part::Broker), 100, 50), false),
        (recovery(From::Gone(Part::Server), 100, 50), false),
    ] {
        assert_eq!(server.is_felt_with(&other), is_mixed, "{other:?}");
    }
}

#[test]
fn stopped_and_killed_servers_are_separate() {
    let mut sample = Sample::good();
    sample.before_end(What::Fault { part: Part::Server, number: 1, how: HELD.into() });
    sample.before_end(cleared(Part::Server, 1));
    said_and_heard(&mut sample, 1);
    let recovered = recoveries_of(&sample.history());
    assert!(recovered.iter().any(|recovery| recovery.from == From::Held(Part::Server)), "{recovered:?}");
    assert!(recovered.iter().all(|recovery| recovery.from != From::Gone(Part::Server)), "{recovered:?}");
}
