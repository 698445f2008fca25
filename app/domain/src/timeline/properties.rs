//! What a page shows, whatever happens in whatever order.

mod checks;
mod link;
mod loads;
mod orders;
mod page;
mod server;
mod steps;

use proptest::{collection::vec, prelude::*, test_runner::Config};

use checks::is_settled;
use page::World;
use steps::{Step, step};

/// All that is under way ends well; then the reader goes to the newest, at once and page by page.
fn ends_whole(mut world: World) {
    world.settle();
    is_settled(&world);
    if !world.timeline.has_newer() {
        return;
    }
    let mut walking = world.clone();
    world.step(Step::Latest);
    world.settle();
    is_settled(&world);
    assert!(!world.timeline.has_newer(), "the newest was asked for");
    for _ in 0..=walking.server.events.len() {
        walking.step(Step::Down);
        walking.settle();
        is_settled(&walking);
    }
    assert!(!walking.timeline.has_newer(), "the newest is not reached");
}

proptest! {
    #![proptest_config(Config { cases: 192, max_shrink_iters: 20_000, ..Config::default() })]

    #[test]
    fn whatever_happens_the_page_shows_the_order(
        events in 0..9_usize,
        loaded in any::<bool>(),
        steps in vec(step(), 1..80),
    ) {
        let mut world = World::new(events, loaded);
        steps.iter().for_each(|step| world.step(*step));
        ends_whole(world);
    }
}
