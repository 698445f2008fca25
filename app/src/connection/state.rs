//! What the link remembers and does not show.

use std::{cell::RefCell, rc::Rc};

use super::decode::ServerEvent;

/// What the link calls with each event of the server.
type Subscriber = Rc<dyn Fn(&ServerEvent)>;

#[derive(Default)]
pub(super) struct LinkState {
    /// Counts disconnects, so that a stale back-off timer can tell that it is stale.
    pub losses: u32,
    /// Automatic attempts since the last welcome: each makes the next wait longer. Attempts that the user caused do not count.
    pub attempts: u32,
    /// The URL that the gateway named for the next attempt.
    pub url: Option<String>,
    pub is_ticking: bool,
    pub was_welcomed: bool,
    pub subscribers: Vec<Subscriber>,
}

thread_local! {
    // Only the browser runs this code, on one thread with one page.
    static STATE: RefCell<LinkState> = RefCell::default();
}

/// Gives access to the state. `look` must not call this function again.
pub(super) fn with_state<T>(look: impl FnOnce(&mut LinkState) -> T) -> T {
    STATE.with_borrow_mut(look)
}
