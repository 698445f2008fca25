//! What becomes of one's own messages.

use super::*;

#[test]
fn what_the_storage_still_holds_is_no_second_row() {
    let mut timeline = opened();
    let id = MessageId::generate();
    let _ = timeline.apply(live(event_of(id, 7, 9)));
    let _ = timeline.apply(pending(id));
    assert_eq!((places(&timeline), timeline.pending().len()), (vec![4, 7, 9], 0), "it is in the order already");
    let unsent = MessageId::generate();
    let _ = timeline.apply(pending(unsent));
    let _ = timeline.apply(pending(unsent));
    assert_eq!(timeline.pending().len(), 1, "told twice, shown once");
}

#[test]
fn a_message_found_further_back_is_pending_no_more() {
    let mut timeline = opened();
    let id = MessageId::generate();
    let _ = timeline.apply(pending(id));
    let _ = timeline.apply(Input::Older(page(vec![event(0, 1), event_of(id, 1, 2)], false, false)));
    assert_eq!((places(&timeline), timeline.pending().len()), (vec![1, 2, 4, 7], 0));
}

#[test]
fn acked_message_within_or_before_the_page_is_not_pending() {
    let mut timeline = opened();
    timeline.trim_newer(1);
    let (before, beyond) = (MessageId::generate(), MessageId::generate());
    let _ = timeline.apply(pending(before));
    let _ = timeline.apply(pending(beyond));
    let _ = timeline.apply(Input::Acked(before, pos(2)));
    let _ = timeline.apply(Input::Acked(beyond, pos(7)));
    assert_eq!(timeline.pending().iter().map(|pending| pending.id).collect::<Vec<_>>(), [beyond]);
}

#[test]
fn what_is_durable_is_not_refused_by_a_second_answer() {
    let mut timeline = opened();
    let id = MessageId::generate();
    let _ = timeline.apply(pending(id));
    let _ = timeline.apply(Input::Acked(id, pos(9)));
    let _ = timeline.apply(Input::Refused(id, ErrorCode::NotMember));
    let _ = timeline.apply(Input::Retried(id));
    assert_eq!(timeline.pending()[0].state, PendingState::Placed(pos(9)));
}

#[test]
fn what_no_link_was_given_is_told_apart_until_one_was() {
    let mut timeline = opened();
    let id = MessageId::generate();
    let kept = Pending { id, author: ann(), body: body(), state: PendingState::Kept };
    let _ = timeline.apply(Input::Sent(kept));
    assert_eq!(timeline.pending()[0].state, PendingState::Kept);
    let _ = timeline.apply(Input::Tried(id));
    assert_eq!(timeline.pending()[0].state, PendingState::Waiting);
    let _ = timeline.apply(Input::Acked(id, pos(9)));
    let _ = timeline.apply(Input::Tried(id));
    assert_eq!(timeline.pending()[0].state, PendingState::Placed(pos(9)), "a late word of another tab undoes nothing");
}
