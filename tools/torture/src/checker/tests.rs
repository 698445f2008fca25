//! A correct history, and for each invariant a history that violates it and no other.

mod cluster;
mod recovery;
mod sample;

use domain::{error::ErrorCode, ids::Pos};

use super::{Invariant, check};
use crate::history::{Via, What};
use sample::{ANN, BOB, Sample, account, channel, id, pos};

/// Asserts that the history violates this invariant and no other.
#[track_caller]
fn breaks(sample: Sample, invariant: u8, says: &str) {
    let found = check(&sample.history());
    assert!(!found.is_empty(), "nothing was found");
    for violation in &found {
        assert_eq!(violation.invariant, Invariant(invariant), "{violation}");
        assert!(violation.what.contains(says), "{violation}");
    }
}

#[test]
fn accepts_a_correct_history() {
    assert_eq!(check(&Sample::good().history()), []);
}

#[test]
fn history_survives_a_round_trip() {
    let history = Sample::good().history();
    let mut text = Vec::new();
    crate::history::write(&history, &mut text).unwrap();
    assert_eq!(crate::history::read(text.as_slice()).unwrap(), history);
}

#[test]
fn unanswered_message_may_exist_or_not() {
    let mut sample = Sample::good();
    sample.before_end(Sample::send(ANN, 9));
    assert_eq!(check(&sample.history()), []);
}

#[test]
fn i1_reports_a_lost_acknowledged_message() {
    let mut sample = Sample::good();
    sample.before_end(Sample::send(ANN, 9));
    sample.before_end(What::Ack { client: ANN, server: 0, channel: channel(), id: id(9), pos: pos(9) });
    breaks(sample, 1, "is lost");
}

#[test]
fn i2_reports_two_positions_of_one_message() {
    let mut sample = Sample::good();
    sample.before_end(What::Ack { client: ANN, server: 0, channel: channel(), id: id(3), pos: pos(4) });
    breaks(sample, 2, "is at");
}

#[test]
fn i3_reports_a_duplicate_on_a_connection() {
    let mut sample = Sample::good();
    sample.before_end(What::Seen { client: BOB, conn: 2, channel: channel(), row: Sample::rows()[4].clone() });
    breaks(sample, 3, "twice");
}

#[test]
fn i3_reports_a_duplicate_in_the_final_state() {
    let mut sample = Sample::good();
    sample.rows_of_the_end(|rows| {
        let mut copy = Sample::message(6, 5, 3, 4);
        copy.said = Sample::rows()[2].said.clone();
        copy.said.as_mut().unwrap().n = 4;
        rows.push(copy);
    });
    let found = check(&sample.history());
    assert!(found.iter().any(|violation| violation.invariant == Invariant(3)), "{found:?}");
}

#[test]
fn i4_reports_another_text() {
    let mut sample = Sample::good();
    let mut row = Sample::rows()[2].clone();
    row.said.as_mut().unwrap().hash = 7;
    sample.before_end(What::Stream { client: BOB, conn: 3, channel: channel(), from: pos(2) });
    sample.before_end(What::Seen { client: BOB, conn: 3, channel: channel(), row });
    breaks(sample, 4, "another text");
}

#[test]
fn i4_reports_a_message_nobody_sent() {
    let mut sample = Sample::good();
    sample.remove(|what| matches!(what, What::Send { id: sent, .. } if *sent == id(4)));
    breaks(sample, 4, "no client sent it");
}

#[test]
fn i4_reports_a_second_message_with_a_used_id() {
    let mut sample = Sample::good();
    for code in [None, Some(ErrorCode::NotMember)] {
        sample.before_end(What::Conflict { client: BOB, channel: channel(), id: id(3), code });
    }
    breaks(sample, 4, "sent another message as");
}

#[test]
fn i5_reports_different_orders() {
    let mut sample = Sample::good();
    sample.before_end(What::Stream { client: BOB, conn: 3, channel: channel(), from: pos(2) });
    let mut rows = Sample::rows();
    let (third, fourth) = (rows[2].said.take(), rows[3].said.take());
    (rows[2].said, rows[3].said) = (fourth, third);
    for row in &rows[2..4] {
        sample.before_end(What::Seen { client: BOB, conn: 3, channel: channel(), row: row.clone() });
    }
    breaks(sample, 5, "received at");
}

#[test]
fn i6_reports_a_gap_on_a_connection() {
    let mut sample = Sample::good();
    sample.remove(|what| matches!(what, What::Seen { conn: 2, row, .. } if row.pos == pos(4)));
    breaks(sample, 6, "received");
}

#[test]
fn i6_reports_events_after_leaving() {
    let mut sample = Sample::good();
    sample.before_end(What::Stream { client: BOB, conn: 3, channel: channel(), from: pos(3) });
    sample.before_end(What::Left { client: BOB, conn: 3, channel: channel() });
    sample.before_end(What::Seen { client: BOB, conn: 3, channel: channel(), row: Sample::rows()[3].clone() });
    breaks(sample, 6, "not subscribed");
}

#[test]
fn i6_reports_a_gap_in_a_timeline() {
    let mut sample = Sample::good();
    let mut rows = Sample::rows();
    rows.remove(3);
    sample.before_end(What::Shown { client: BOB, channel: channel(), from: Pos::ZERO, to: pos(5), at_end: true, rows });
    breaks(sample, 6, "lacks");
}

#[test]
fn i6_reports_a_timeline_that_misses_the_end() {
    let mut sample = Sample::good();
    let rows = Sample::rows()[..4].to_vec();
    sample.before_end(What::Shown { client: BOB, channel: channel(), from: Pos::ZERO, to: pos(4), at_end: true, rows });
    breaks(sample, 6, "expected");
}

#[test]
fn i7_reports_a_page_without_an_acknowledged_message() {
    let mut sample = Sample::good();
    let (asked, rows) = (sample.now() + 1, Sample::rows()[..4].to_vec());
    sample.before_end(What::Page {
        client: ANN,
        server: 0,
        channel: channel(),
        asked,
        from: Pos::ZERO,
        to: pos(4),
        has_newer: false,
        rows,
    });
    breaks(sample, 7, "read that the channel ends");
}

#[test]
fn i7_reports_a_decreasing_head() {
    let mut sample = Sample::good();
    for head in [5, 4] {
        sample.before_end(What::Head { client: BOB, channel: channel(), pos: pos(head) });
    }
    breaks(sample, 7, "received head");
}

#[test]
fn i7_reports_a_message_before_an_earlier_ack() {
    let mut sample = Sample::good();
    // The third message was sent before the ack of the fourth; here it was not.
    sample.remove(|what| matches!(what, What::Send { id: sent, .. } if *sent == id(3)));
    sample.before_end(Sample::send(ANN, 3));
    breaks(sample, 7, "after its ack");
}

#[test]
fn i8_reports_ways_of_reading_that_differ() {
    let mut sample = Sample::good();
    sample.without_acks();
    let rows = Sample::rows()[..4].to_vec();
    sample.push(What::Final { channel: channel(), via: Via::Backward, server: 0, from: Pos::ZERO, rows });
    breaks(sample, 8, "Backward");
}

#[test]
fn i8_reports_wrong_unread_counts() {
    let mut sample = Sample::good();
    sample.push(What::Marker {
        account: account("bob"),
        channel: channel(),
        head: pos(5),
        head_n: 3,
        read: pos(4),
        read_n: 3,
    });
    breaks(sample, 8, "the server counts");
}

#[test]
fn i9_reports_every_sign_of_failure() {
    let mut ill = vec![
        What::Logged { server: 0, line: "ERROR something broke".into() },
        What::Exited { asked: false, status: "1".into(), after_ms: 0 },
        What::Exited { asked: true, status: "0".into(), after_ms: 60_000 },
        What::Exited { asked: true, status: "101".into(), after_ms: 1 },
        What::Memory { bytes: 8 << 30 },
        What::Nack { client: ANN, channel: channel(), id: id(9), code: ErrorCode::Internal, is_final: false },
        What::Unsent { client: ANN, left: 1 },
        What::Closed { client: ANN, conn: 1, code: 4400 },
        What::Unreadable { client: ANN, why: "a frame".into() },
        What::GivenUp { why: "it did not start".into() },
    ];
    while let Some(what) = ill.pop() {
        let mut sample = Sample::good();
        sample.push(what);
        breaks(sample, 9, "");
    }
}

#[test]
fn i9_reports_a_server_that_does_not_recover() {
    let mut sample = Sample::good();
    sample.push(What::Killed);
    sample.push(What::Ready);
    sample.push(Sample::send(ANN, 9));
    sample.wait_s(60);
    breaks(sample, 9, "no recovery");
}

#[test]
fn measures_the_recovery_of_a_server() {
    let mut sample = Sample::good();
    sample.push(What::Killed);
    let history = sample.history();
    let recovered = super::recoveries_of(&history);
    assert_eq!(recovered.len(), 1, "the first start");
    assert!(recovered[0].took.is_some(), "the message was received");
}
