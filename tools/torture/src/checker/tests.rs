//! One good history, and for each invariant a bad one that breaks it and no other.

mod cluster;
mod recovery;
mod sample;

use domain::{error::ErrorCode, ids::Pos};

use super::{Invariant, check};
use crate::history::{Via, What};
use sample::{ANN, BOB, Sample, account, channel, id, pos};

/// The history breaks this invariant, and it alone.
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
fn a_good_history_is_good() {
    assert_eq!(check(&Sample::good().history()), []);
}

#[test]
fn a_history_is_the_same_after_it_was_written_and_read() {
    let history = Sample::good().history();
    let mut text = Vec::new();
    crate::history::write(&history, &mut text).unwrap();
    assert_eq!(crate::history::read(text.as_slice()).unwrap(), history);
}

#[test]
fn a_message_without_an_answer_may_be_there_or_not() {
    let mut sample = Sample::good();
    sample.before_end(Sample::send(ANN, 9));
    assert_eq!(check(&sample.history()), []);
}

#[test]
fn i1_what_was_acknowledged_is_lost() {
    let mut sample = Sample::good();
    sample.before_end(Sample::send(ANN, 9));
    sample.before_end(What::Ack { client: ANN, server: 0, channel: channel(), id: id(9), pos: pos(9) });
    breaks(sample, 1, "is lost");
}

#[test]
fn i2_it_stands_elsewhere_than_its_second_ack_says() {
    let mut sample = Sample::good();
    sample.before_end(What::Ack { client: ANN, server: 0, channel: channel(), id: id(3), pos: pos(4) });
    breaks(sample, 2, "stands at");
}

#[test]
fn i3_a_connection_is_told_twice() {
    let mut sample = Sample::good();
    sample.before_end(What::Seen { client: BOB, conn: 2, channel: channel(), row: Sample::rows()[4].clone() });
    breaks(sample, 3, "twice");
}

#[test]
fn i3_the_end_holds_two_copies() {
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
fn i4_the_text_is_another_one() {
    let mut sample = Sample::good();
    let mut row = Sample::rows()[2].clone();
    row.said.as_mut().unwrap().hash = 7;
    sample.before_end(What::Stream { client: BOB, conn: 3, channel: channel(), from: pos(2) });
    sample.before_end(What::Seen { client: BOB, conn: 3, channel: channel(), row });
    breaks(sample, 4, "another text");
}

#[test]
fn i4_a_message_comes_from_nowhere() {
    let mut sample = Sample::good();
    sample.remove(|what| matches!(what, What::Send { id: sent, .. } if *sent == id(4)));
    breaks(sample, 4, "nobody sent it");
}

#[test]
fn i4_a_used_id_takes_a_second_message() {
    let mut sample = Sample::good();
    for code in [None, Some(ErrorCode::NotMember)] {
        sample.before_end(What::Conflict { client: BOB, channel: channel(), id: id(3), code });
    }
    breaks(sample, 4, "sent another message as");
}

#[test]
fn i5_two_people_are_told_another_order() {
    let mut sample = Sample::good();
    sample.before_end(What::Stream { client: BOB, conn: 3, channel: channel(), from: pos(2) });
    let mut rows = Sample::rows();
    let (third, fourth) = (rows[2].said.take(), rows[3].said.take());
    (rows[2].said, rows[3].said) = (fourth, third);
    for row in &rows[2..4] {
        sample.before_end(What::Seen { client: BOB, conn: 3, channel: channel(), row: row.clone() });
    }
    breaks(sample, 5, "told at");
}

#[test]
fn i6_a_connection_is_not_told_one() {
    let mut sample = Sample::good();
    sample.remove(|what| matches!(what, What::Seen { conn: 2, row, .. } if row.pos == pos(4)));
    breaks(sample, 6, "heard");
}

#[test]
fn i6_who_has_left_goes_on_hearing() {
    let mut sample = Sample::good();
    sample.before_end(What::Stream { client: BOB, conn: 3, channel: channel(), from: pos(3) });
    sample.before_end(What::Left { client: BOB, conn: 3, channel: channel() });
    sample.before_end(What::Seen { client: BOB, conn: 3, channel: channel(), row: Sample::rows()[3].clone() });
    breaks(sample, 6, "not live");
}

#[test]
fn i6_a_timeline_shows_a_hole() {
    let mut sample = Sample::good();
    let mut rows = Sample::rows();
    rows.remove(3);
    sample.before_end(What::Shown { client: BOB, channel: channel(), from: Pos::ZERO, to: pos(5), at_end: true, rows });
    breaks(sample, 6, "lacks");
}

#[test]
fn i6_a_timeline_that_rests_before_the_end_has_missed_it() {
    let mut sample = Sample::good();
    let rows = Sample::rows()[..4].to_vec();
    sample.before_end(What::Shown { client: BOB, channel: channel(), from: Pos::ZERO, to: pos(4), at_end: true, rows });
    breaks(sample, 6, "reaches to");
}

#[test]
fn i7_who_has_the_ack_reads_that_it_is_not_there() {
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
    breaks(sample, 7, "read that it ends");
}

#[test]
fn i7_a_head_goes_back() {
    let mut sample = Sample::good();
    for head in [5, 4] {
        sample.before_end(What::Head { client: BOB, channel: channel(), pos: pos(head) });
    }
    breaks(sample, 7, "reaches to");
}

#[test]
fn i7_what_was_sent_after_an_ack_stands_before_it() {
    let mut sample = Sample::good();
    // The third message was sent before the ack of the fourth; here it was not.
    sample.remove(|what| matches!(what, What::Send { id: sent, .. } if *sent == id(3)));
    sample.before_end(Sample::send(ANN, 3));
    breaks(sample, 7, "after its ack");
}

#[test]
fn i8_one_way_of_reading_lacks_the_newest() {
    let mut sample = Sample::good();
    sample.without_acks();
    let rows = Sample::rows()[..4].to_vec();
    sample.push(What::Final { channel: channel(), via: Via::Backward, server: 0, from: Pos::ZERO, rows });
    breaks(sample, 8, "Backward");
}

#[test]
fn i8_unread_messages_are_counted_wrong() {
    let mut sample = Sample::good();
    sample.push(What::Marker {
        account: account("bob"),
        channel: channel(),
        head: pos(5),
        head_n: 3,
        read: pos(4),
        read_n: 3,
    });
    breaks(sample, 8, "the server says");
}

#[test]
fn i9_each_sign_of_ill_health() {
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
fn i9_a_server_that_starts_and_takes_nothing_is_not_back() {
    let mut sample = Sample::good();
    sample.push(What::Killed);
    sample.push(What::Ready);
    sample.push(Sample::send(ANN, 9));
    sample.wait_s(60);
    breaks(sample, 9, "nothing new");
}

#[test]
fn a_server_that_is_back_is_measured() {
    let mut sample = Sample::good();
    sample.push(What::Killed);
    let history = sample.history();
    let recovered = super::recoveries_of(&history);
    assert_eq!(recovered.len(), 1, "the first start");
    assert!(recovered[0].took.is_some(), "what was sent was heard");
}
