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

#[test]
fn a_page_that_was_overtaken_says_nothing_of_the_end() {
    let mut timeline = opened();
    let overtaken = page(vec![event(2, 4)], true, true);
    assert_eq!(timeline.apply(Input::Newer(overtaken)), Need::Nothing);
    assert!(!timeline.has_newer());
    let _ = timeline.apply(live(event(7, 9)));
    assert_eq!(places(&timeline), [4, 7, 9], "the end is followed as before");
}

#[test]
fn a_gap_of_several_pages_is_loaded_to_its_end() {
    let mut timeline = opened();
    let _ = timeline.apply(Input::Head(pos(20)));
    let first = page(vec![event(7, 8), event(8, 9)], true, true);
    assert_eq!(timeline.apply(Input::Newer(first)), Need::After(pos(9)));
    assert!(!timeline.has_newer(), "the reader had not left the end");
    let last = page(vec![event(9, 20)], true, false);
    assert_eq!(timeline.apply(Input::Newer(last)), Need::Nothing);
}

#[test]
fn what_came_while_the_last_page_was_loading_is_asked_for() {
    let mut timeline = opened();
    timeline.trim_newer(1);
    let last = page(vec![event(4, 7)], true, false);
    let _ = timeline.apply(live(event(7, 9)));
    assert_eq!(timeline.apply(Input::Newer(last)), Need::After(pos(7)), "it was cut before the event");
}

#[test]
fn a_page_that_brings_nothing_is_not_asked_for_at_once() {
    let mut timeline = opened();
    assert_eq!(timeline.apply(Input::Head(pos(9))), Need::After(pos(7)));
    let empty = History { from: pos(7), to: pos(7), events: vec![], ..page(vec![event(0, 1)], true, false) };
    assert_eq!(timeline.apply(Input::Newer(empty)), Need::Nothing, "this server has not read so far");
    assert_eq!(timeline.apply(Input::Head(pos(9))), Need::After(pos(7)));
}

#[test]
fn the_newest_page_takes_nothing_away_that_came_after_it() {
    let mut timeline = opened();
    let newest = || page(vec![event(2, 4), event(4, 7)], true, false);
    let id = MessageId::generate();
    let _ = timeline.apply(pending(id));
    let _ = timeline.apply(live(event_of(id, 7, 9)));
    assert_eq!(timeline.apply(Input::Opened(newest())), Need::Nothing);
    assert_eq!(places(&timeline), [4, 7, 9]);
    timeline.trim_newer(1);
    let _ = timeline.apply(Input::Opened(newest()));
    assert_eq!((places(&timeline), timeline.has_newer()), (vec![4, 7], false), "who was elsewhere is at the end now");
}

#[test]
fn a_page_that_said_there_is_more_is_remembered() {
    let mut timeline = Timeline::default();
    let old = page(vec![event(2, 4), event(4, 7)], true, true);
    assert_eq!(timeline.apply(Input::Opened(old)), Need::Nothing, "the reader wants to be there");
    let overtaken = page(vec![event(0, 2), event(2, 4)], false, false);
    assert_eq!(timeline.apply(Input::Opened(overtaken)), Need::After(pos(7)), "now at the end, and it is further");
}

#[test]
fn a_reset_is_asked_for_until_a_page_begins_anew() {
    let mut timeline = opened();
    assert_eq!(timeline.apply(Input::Reset(pos(90))), Need::Newest);
    assert_eq!(timeline.apply(live(event(90, 91))), Need::Nothing, "not from the old end on, page by page");
    let _ = timeline.apply(Input::Newer(page(vec![event(7, 8)], true, true)));
    let _ = timeline.apply(Input::Older(page(vec![event(1, 2)], true, false)));
    assert_eq!(places(&timeline), [4, 7], "nothing is added to what is to be dropped");
    assert_eq!(timeline.apply(Input::Head(pos(91))), Need::Newest);
    assert_eq!(timeline.apply(Input::Opened(page(vec![event(89, 90)], true, false))), Need::After(pos(90)));
}

#[test]
fn a_server_restored_from_a_back_up_is_believed() {
    let mut timeline = opened();
    let id = MessageId::generate();
    let _ = timeline.apply(pending(id));
    assert_eq!(timeline.apply(Input::Reset(pos(5))), Need::Newest);
    let _ = timeline.apply(Input::Acked(id, pos(6)));
    assert_eq!(timeline.pending().len(), 1, "place 6 is not in what is held of another order");
    let _ = timeline.apply(Input::Opened(page(vec![event(2, 4), event(4, 5)], true, false)));
    let _ = timeline.apply(live(event_of(id, 5, 6)));
    assert_eq!((places(&timeline), timeline.pending().len()), (vec![4, 5, 6], 0));
    assert_eq!(timeline.apply(Input::Head(pos(6))), Need::Nothing);
}

#[test]
fn an_event_that_contradicts_what_is_held_begins_anew() {
    let mut timeline = opened();
    assert_eq!(timeline.apply(live(event(5, 9))), Need::Newest);
    assert_eq!(timeline.apply(Input::Head(pos(9))), Need::Newest, "until it has come");
    let _ = timeline.apply(Input::Opened(page(vec![event(2, 5), event(5, 9)], true, false)));
    assert_eq!(places(&timeline), [5, 9]);
}

#[test]
fn an_end_that_is_left_is_counted_and_comes_back_whole() {
    let mut timeline = opened();
    timeline.leave_end();
    assert_eq!(timeline.apply(live(event(7, 9))), Need::Nothing);
    assert_eq!((places(&timeline), timeline.has_newer(), timeline.unheld()), (vec![4, 7], true, 1));
    assert_eq!(timeline.apply(Input::Head(pos(9))), Need::Nothing, "nobody looks there");
    let _ = timeline.apply(Input::Newer(page(vec![event(7, 9)], true, false)));
    assert_eq!((places(&timeline), timeline.has_newer(), timeline.unheld()), (vec![4, 7, 9], false, 0));
}
