//! Small cases in every order there is.

use super::{ends_whole, page::World, steps::Step};
use Step::{Again, Answer, Arrive, Back, Break, Cut, Discard, Frame, Heartbeat, Later, Latest, Loaded, Lose, Other};
use Step::{Press, Refuse, Reload, Retry, Up};

/// Takes `steps` in every order after `begin`; each end must be whole. Says how many ends there were.
fn in_every_order(begin: &[Step], steps: &[Step]) -> usize {
    let world = World::new(7, true);
    in_every_order_from(world, begin, steps)
}

fn in_every_order_from(mut world: World, begin: &[Step], steps: &[Step]) -> usize {
    begin.iter().for_each(|step| world.step(*step));
    every_order(&world, steps)
}

fn every_order(world: &World, steps: &[Step]) -> usize {
    if steps.is_empty() {
        ends_whole(world.clone());
        return 1;
    }
    let mut ends = 0;
    for (i, step) in steps.iter().enumerate().filter(|(i, step)| !steps[..*i].contains(step)) {
        let mut world = world.clone();
        world.step(*step);
        ends += every_order(&world, &[&steps[..i], &steps[i + 1..]].concat());
    }
    ends
}

#[test]
fn an_ack_before_its_event_and_after_it() {
    let ends = in_every_order(&[Press], &[Arrive, Answer, Frame, Frame, Other(2), Heartbeat]);
    assert_eq!(ends, 720 / 2, "the two frames are alike");
}

#[test]
fn a_link_that_breaks_between_a_send_its_event_and_its_ack() {
    in_every_order(&[Press, Arrive], &[Answer, Frame, Frame, Break(true), Back, Press]);
    in_every_order(&[Press], &[Arrive, Break(false), Back, Frame, Frame, Answer]);
}

#[test]
fn a_reset_while_the_reader_scrolls() {
    let away = [Press, Break(false), Other(1), Other(1), Other(1), Other(1), Other(1)];
    in_every_order(&away, &[Back, Frame, Frame, Up, Loaded(0), Loaded(0)]);
    let begin = [&away[..], &[Up, Back, Frame, Frame]].concat();
    in_every_order(&begin, &[Cut(0), Cut(1), Loaded(0), Loaded(1), Other(1), Latest]);
}

#[test]
fn a_gap_while_the_reader_scrolls() {
    let lost = [Other(1), Press, Arrive, Lose, Other(1)];
    in_every_order(&lost, &[Frame, Frame, Answer, Loaded(0), Loaded(0), Up]);
    let scrolled = [&lost[..], &[Frame, Up]].concat();
    in_every_order(&scrolled, &[Frame, Answer, Loaded(0), Loaded(1), Latest, Other(1)]);
}

#[test]
fn a_first_page_that_is_overtaken() {
    let world = || World::new(7, false);
    in_every_order_from(world(), &[Back, Frame], &[Cut(0), Loaded(0), Other(1), Frame, Up]);
    let asked = [Back, Frame, Heartbeat, Frame, Other(1)];
    in_every_order_from(world(), &asked, &[Cut(0), Loaded(0), Loaded(1), Frame, Press, Arrive]);
    let cut = [&asked[..], &[Cut(0), Other(1), Press]].concat();
    in_every_order_from(world(), &cut, &[Arrive, Frame, Frame, Frame, Loaded(0), Loaded(1)]);
}

#[test]
fn a_send_that_was_sent_twice() {
    let twice = [Press, Later, Answer, Break(false), Back, Frame, Again];
    in_every_order(&twice, &[Arrive, Refuse, Answer, Answer, Frame, Retry]);
    in_every_order(&twice, &[Arrive, Arrive, Answer, Answer, Frame, Up]);
    in_every_order(&twice, &[Refuse, Arrive, Answer, Answer, Frame, Discard]);
}

#[test]
fn a_page_that_is_reloaded_while_it_sends() {
    in_every_order(&[Press], &[Arrive, Reload(true), Back, Frame, Answer, Up]);
    in_every_order(&[Press, Arrive], &[Reload(false), Back, Frame, Loaded(0), Up, Loaded(0)]);
}
