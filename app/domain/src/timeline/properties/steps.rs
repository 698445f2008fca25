//! What may happen.

use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Another user sends a message, this number of places later.
    Other(u64),
    /// Another user joins.
    Join,
    /// The reader says something in another tab.
    OtherTab,
    /// The reader presses Enter.
    Press,
    /// The oldest send reaches the server, which keeps it and answers.
    Arrive,
    /// The oldest send reaches the server, which refuses it for good.
    Refuse,
    /// The oldest send reaches the server, which asks for it again later.
    Later,
    /// Later has come.
    Again,
    /// The next frame of the stream reaches the page.
    Frame,
    /// The next event of the stream is lost.
    Lose,
    /// The next answer to a send reaches the page.
    Answer,
    /// The server sends its head position.
    Heartbeat,
    /// The link breaks; what was being sent arrives all the same, or never.
    Break(bool),
    /// The link is back.
    Back,
    /// The server cuts the page that a load has asked for.
    Cut(usize),
    /// A load ends well.
    Loaded(usize),
    /// A load fails.
    Failed(usize),
    /// The reader scrolls to the oldest held.
    Up,
    /// The reader scrolls to the newest held.
    Down,
    /// The reader wants to see the newest.
    Latest,
    /// The reader opens a link to an old place.
    Around(usize),
    /// The reader sends the oldest refused message again.
    Retry,
    /// The reader throws the oldest refused message away.
    Discard,
    /// The reader reloads the page; it comes with history, or has to load it.
    Reload(bool),
}

/// Any of it, the usual more often.
pub fn step() -> impl Strategy<Value = Step> {
    let which = || 0..4_usize;
    prop_oneof![
        8 => (1..4_u64).prop_map(Step::Other),
        2 => Just(Step::Join),
        2 => Just(Step::OtherTab),
        5 => Just(Step::Press),
        6 => Just(Step::Arrive),
        1 => Just(Step::Refuse),
        2 => Just(Step::Later),
        2 => Just(Step::Again),
        14 => Just(Step::Frame),
        2 => Just(Step::Lose),
        5 => Just(Step::Answer),
        2 => Just(Step::Heartbeat),
        2 => any::<bool>().prop_map(Step::Break),
        4 => Just(Step::Back),
        5 => which().prop_map(Step::Cut),
        8 => which().prop_map(Step::Loaded),
        2 => which().prop_map(Step::Failed),
        5 => Just(Step::Up),
        5 => Just(Step::Down),
        2 => Just(Step::Latest),
        2 => (0..32_usize).prop_map(Step::Around),
        1 => Just(Step::Retry),
        1 => Just(Step::Discard),
        1 => any::<bool>().prop_map(Step::Reload),
    ]
}
