mod ends;
mod own;

use super::*;
use crate::{
    clock::Timestamp,
    drafts::MessageBody,
    error::ErrorCode,
    event::{Account, EventKind, Message},
    ids::MessageId,
    names::{AccountName, DisplayName},
};

fn ann() -> Account {
    Account {
        id: "ann".parse().unwrap(),
        name: AccountName::parse("ann").unwrap(),
        display_name: DisplayName::parse("Ann").unwrap(),
    }
}

fn body() -> MessageBody {
    MessageBody::parse("hi").unwrap()
}

fn pos(offset: u64) -> Pos {
    Pos::new(1, offset)
}

fn event_of(id: MessageId, prev: u64, at: u64) -> Event {
    let message = Message { id, author: ann(), body: body(), n: at };
    let prev = if prev == 0 { Pos::ZERO } else { pos(prev) };
    Event {
        channel: "c".parse().unwrap(),
        pos: pos(at),
        prev,
        at: Timestamp::default(),
        kind: EventKind::Message(message),
    }
}

fn event(prev: u64, at: u64) -> Event {
    event_of(MessageId::generate(), prev, at)
}

fn page(events: Vec<Event>, has_older: bool, has_newer: bool) -> History {
    let (from, to) = (events[0].prev, events[events.len() - 1].pos);
    History { channel: "c".parse().unwrap(), from, to, events, has_older, has_newer }
}

fn opened() -> Timeline {
    let mut timeline = Timeline::default();
    assert_eq!(timeline.apply(Input::Opened(page(vec![event(2, 4), event(4, 7)], true, false))), Need::Nothing);
    timeline
}

fn pending(id: MessageId) -> Input {
    Input::Sent(Pending { id, author: ann(), body: body(), state: PendingState::Waiting })
}

fn live(event: Event) -> Input {
    Input::Live(Box::new(event))
}

fn places(timeline: &Timeline) -> Vec<u64> {
    timeline.events().iter().map(|event| event.pos.offset()).collect()
}

#[test]
fn live_events_follow_and_repeats_are_nothing() {
    let mut timeline = opened();
    let next = event(7, 9);
    assert_eq!(timeline.apply(live(next.clone())), Need::Nothing);
    assert_eq!(timeline.apply(live(next)), Need::Nothing);
    assert_eq!(places(&timeline), [4, 7, 9]);
}

#[test]
fn a_gap_is_seen_and_filled_never_shown() {
    let mut timeline = opened();
    let missed = vec![event(7, 8), event(8, 11), event(11, 12)];
    assert_eq!(timeline.apply(live(missed[2].clone())), Need::After(pos(7)));
    assert_eq!(places(&timeline), [4, 7]);
    assert_eq!(timeline.apply(Input::Newer(page(missed, true, false))), Need::Nothing);
    assert_eq!(places(&timeline), [4, 7, 8, 11, 12]);
}

#[test]
fn a_heartbeat_shows_a_lost_end() {
    let mut timeline = opened();
    assert_eq!(timeline.apply(Input::Head(pos(7))), Need::Nothing);
    assert_eq!(timeline.apply(Input::Head(pos(9))), Need::After(pos(7)));
}

#[test]
fn an_own_message_is_one_row_whichever_comes_first() {
    let id = MessageId::generate();
    let inputs = || vec![Input::Acked(id, pos(9)), live(event_of(id, 7, 9))];
    for reversed in [false, true] {
        let mut timeline = opened();
        let _ = timeline.apply(pending(id));
        let mut inputs = inputs();
        if reversed {
            inputs.reverse();
        }
        for input in inputs {
            assert_eq!(timeline.apply(input), Need::Nothing);
            let rows = timeline.pending().len()
                + timeline.events().iter().filter(|e| e.message().is_some_and(|m| m.id == id)).count();
            assert_eq!(rows, 1, "never none, never two");
        }
        assert!(timeline.pending().is_empty());
    }
}

#[test]
fn an_acked_message_is_found_in_the_page_that_reaches_past_it() {
    let mut timeline = opened();
    let id = MessageId::generate();
    let _ = timeline.apply(pending(id));
    let _ = timeline.apply(Input::Acked(id, pos(9)));
    let _ = timeline.apply(Input::Newer(page(vec![event_of(id, 7, 9), event(9, 10)], true, false)));
    assert!(timeline.pending().is_empty());
    assert_eq!(places(&timeline), [4, 7, 9, 10]);
}

#[test]
fn what_was_refused_stays_until_the_person_decides() {
    let mut timeline = opened();
    let id = MessageId::generate();
    let _ = timeline.apply(pending(id));
    let _ = timeline.apply(Input::Refused(id, ErrorCode::NotMember));
    assert_eq!(timeline.pending()[0].state, PendingState::Failed(ErrorCode::NotMember));
    let _ = timeline.apply(Input::Retried(id));
    assert_eq!(timeline.pending()[0].state, PendingState::Waiting);
    let _ = timeline.apply(Input::Discarded(id));
    assert!(timeline.pending().is_empty());
}

#[test]
fn reading_far_back_forgets_the_new_end_and_comes_back_whole() {
    let mut timeline = opened();
    let _ = timeline.apply(Input::Older(page(vec![event(0, 1), event(1, 2)], false, false)));
    assert_eq!((places(&timeline), timeline.has_older()), (vec![1, 2, 4, 7], false));
    timeline.trim_newer(3);
    assert_eq!((places(&timeline), timeline.has_newer()), (vec![1, 2, 4], true));
    assert_eq!(timeline.apply(live(event(7, 9))), Need::Nothing, "not shown while the end is elsewhere");
    assert_eq!(timeline.unheld(), 1, "but counted");
    let _ = timeline.apply(Input::Newer(page(vec![event(4, 7), event(7, 9)], true, false)));
    assert_eq!((places(&timeline), timeline.has_newer(), timeline.unheld()), (vec![1, 2, 4, 7, 9], false, 0));
    timeline.trim_older(2);
    assert_eq!((places(&timeline), timeline.has_older(), timeline.from()), (vec![7, 9], true, pos(4)));
}

#[test]
fn a_page_that_does_not_join_is_not_taken() {
    let mut timeline = opened();
    let _ = timeline.apply(Input::Older(page(vec![event(0, 1)], false, false)));
    assert_eq!(places(&timeline), [4, 7], "older page ends elsewhere");
    assert_eq!(timeline.apply(Input::Newer(page(vec![event(8, 9)], true, false))), Need::Nothing);
    assert_eq!(places(&timeline), [4, 7], "newer page begins elsewhere");
}

#[test]
fn a_reset_loads_the_newest_and_keeps_what_was_not_sent() {
    let mut timeline = opened();
    let id = MessageId::generate();
    let _ = timeline.apply(pending(id));
    assert_eq!(timeline.apply(Input::Reset(pos(90))), Need::Newest);
    let _ = timeline.apply(Input::Opened(page(vec![event(80, 90)], true, false)));
    assert_eq!((places(&timeline), timeline.pending().len()), (vec![90], 1));
}
