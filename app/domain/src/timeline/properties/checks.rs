//! What holds after each step, and what holds once nothing is under way.

use std::collections::HashSet;

use super::{
    super::{PendingState, Timeline},
    page::World,
    server::Server,
};
use crate::ids::MessageId;

/// What a page shows before a step.
pub struct Before {
    follows: bool,
    shown: Vec<MessageId>,
    placed: Vec<MessageId>,
}

impl Before {
    /// What is shown now.
    pub fn of(world: &World) -> Self {
        let shown = world.mine.iter().filter(|id| rows(&world.timeline, **id) > 0).copied().collect();
        let placed = world.timeline.pending().iter().filter(|p| matches!(p.state, PendingState::Placed(_)));
        let follows = world.timeline.is_loaded() && !world.timeline.has_newer();
        Self { follows, shown, placed: placed.map(|pending| pending.id).collect() }
    }

    /// Compares with what is shown after a step, which may have moved the reader to another place.
    pub fn check(&self, world: &World, moved: bool) {
        let World { server, timeline, mine, .. } = world;
        is_a_slice(timeline, server);
        no_id_twice(timeline);
        assert!(moved || !self.follows || !timeline.has_newer(), "the reader was at the end, and is not");
        for id in mine.iter().filter(|id| rows(timeline, **id) == 0) {
            let pos = server.place(*id).expect("what the server does not have is shown as pending");
            assert!(pos <= timeline.from() || pos > timeline.to(), "in view, and not shown");
            let vanished = self.shown.contains(id) && !moved;
            assert!(!vanished || pos <= timeline.from(), "a message of one's own vanished");
        }
        for pending in timeline.pending().iter().filter(|pending| self.placed.contains(&pending.id)) {
            let stays = matches!(pending.state, PendingState::Placed(_)) || moved;
            assert!(stays, "what is durable waits or is refused again");
        }
    }
}

fn is_a_slice(timeline: &Timeline, server: &Server) {
    let (from, to) = (timeline.from(), timeline.to());
    if !timeline.is_loaded() {
        assert!(timeline.events().is_empty());
        return;
    }
    assert!(server.has(from) && server.has(to), "a piece from and to events");
    assert_eq!(timeline.events(), server.slice(from, to), "not the server's order");
    assert_eq!(timeline.has_older(), from > crate::ids::Pos::ZERO, "whether there is more before");
    assert!(!timeline.has_newer() || server.head() > to, "there is nothing after");
    let after = server.slice(to, server.head()).iter().filter(|event| event.message().is_some()).count();
    let most = if timeline.has_newer() { after } else { 0 };
    assert!(timeline.unheld() <= most, "{} said to be new, {most} are", timeline.unheld());
}

fn no_id_twice(timeline: &Timeline) {
    let held = timeline.events().iter().filter_map(|event| event.message()).map(|message| message.id);
    let mut seen = HashSet::new();
    for id in held.chain(timeline.pending().iter().map(|pending| pending.id)) {
        assert!(seen.insert(id), "one message, two rows");
    }
}

fn rows(timeline: &Timeline, id: MessageId) -> usize {
    let held = timeline.events().iter().filter(|event| event.message().is_some_and(|message| message.id == id));
    held.count() + timeline.pending().iter().filter(|pending| pending.id == id).count()
}

/// Nothing is under way, and the link is up: the end is the server's, unless the reader is elsewhere; and what is pending
/// is what the server does not have.
pub fn is_settled(world: &World) {
    let World { server, timeline, .. } = world;
    assert!(timeline.is_loaded(), "not loaded");
    if !timeline.has_newer() {
        assert_eq!(timeline.to(), server.head(), "the end is not the server's");
    }
    for pending in timeline.pending() {
        match (pending.state, server.place(pending.id)) {
            (PendingState::Kept | PendingState::Waiting, _) => panic!("it waits, and nothing is under way"),
            (PendingState::Placed(pos), place) => {
                assert_eq!(place, Some(pos), "placed elsewhere");
                assert!(timeline.has_newer() && pos > timeline.to(), "pending, though it is in view or before");
            }
            // Refused when it was sent again, by a server that had it.
            (PendingState::Failed(_), place) => {
                let unseen = |pos| pos <= timeline.from() || timeline.has_newer() && pos > timeline.to();
                assert!(place.is_none_or(unseen), "refused, though it is in view");
            }
        }
    }
}
