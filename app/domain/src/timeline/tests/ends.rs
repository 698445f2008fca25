//! Where the piece ends, and what is asked for.

use super::*;

#[test]
fn what_was_loaded_is_not_said_to_be_new() {
    let mut timeline = opened();
    timeline.trim_newer(1);
    for (prev, at) in [(7, 8), (8, 9), (9, 10)] {
        let _ = timeline.apply(live(event(prev, at)));
    }
    assert_eq!(timeline.unheld(), 3);
    let _ = timeline.apply(Input::Newer(page(vec![event(4, 7), event(7, 8)], true, true)));
    assert_eq!((places(&timeline), timeline.unheld()), (vec![4, 7, 8], 2));
}
