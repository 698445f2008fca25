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
