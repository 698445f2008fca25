//! ⑪ The part of a channel that a page holds: a contiguous sequence of events, and the user's own messages that are not among
//! them yet. A pure reducer. Before it on a message's way: `connection`, which feeds it frames and pages of history. After
//! it: `conversation/message_list`, which shows its rows.
//!
//! It has no gaps: a live event is accepted only if its `prev` is the last position held. Otherwise [`Need`] says what to
//! load.

mod input;
mod own;

use crate::{api::History, event::Event, faults, ids::Pos};
pub use input::{Input, Need};
use own::Own;
pub use own::{Pending, PendingState};

/// The part of a channel that a page holds: all events with `from < pos ≤ to`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    loaded: bool,
    /// The held events do not join those of the server: only [`Input::Opened`] is accepted.
    stale: bool,
    from: Pos,
    to: Pos,
    head: Pos,
    events: Vec<Event>,
    has_older: bool,
    has_newer: bool,
    /// Message numbers around the messages that are not held: the last before them, and their last.
    unheld: (u64, u64),
    own: Own,
}

impl Timeline {
    /// Returns whether a first page has been loaded.
    pub fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// Returns the events held, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Returns the user's own messages that are not among the events yet, in the order of sending.
    pub fn pending(&self) -> &[Pending] {
        self.own.all()
    }

    /// Returns the position before the first event held.
    pub fn from(&self) -> Pos {
        self.from
    }

    /// Returns the last position held.
    pub fn to(&self) -> Pos {
        self.to
    }

    /// Returns whether the channel has older events.
    pub fn has_older(&self) -> bool {
        self.has_older
    }

    /// Returns whether the channel has newer events. Live events are not added then.
    pub fn has_newer(&self) -> bool {
        self.has_newer
    }

    /// Returns the number of messages that arrived live but were not added, because newer events are not held.
    pub fn unheld(&self) -> usize {
        let (before, last) = self.unheld;
        usize::try_from(last.saturating_sub(before)).unwrap_or(usize::MAX)
    }

    /// Returns the number of the channel's messages up to `pos`, or `None` if no message up to `pos` is held.
    pub fn n_to(&self, pos: Pos) -> Option<u64> {
        self.events.iter().rev().filter(|event| event.pos <= pos).find_map(Event::message).map(|message| message.n)
    }

    /// Applies an input, and returns what has to be loaded.
    pub fn apply(&mut self, input: Input) -> Need {
        match input {
            Input::Opened(page) => return self.open(page),
            Input::Older(page) => self.extend_back(page),
            Input::Newer(page) => return self.extend(page),
            Input::Live(event) => return self.live(*event),
            Input::Head(head) => {
                self.head = self.head.max(head);
                return self.need();
            }
            Input::Reset(head) => {
                // Not the maximum: a server restored from a backup may be behind the events held here.
                (self.head, self.stale) = (head, self.loaded);
                return self.need();
            }
            Input::Sent(pending) => self.sent(pending),
            Input::Tried(id) => self.own.tried(id),
            Input::Acked(id, pos) if pos <= self.to && !self.stale => self.own.drop(id),
            Input::Acked(id, pos) => self.own.acked(id, pos),
            Input::Refused(id, code) => self.own.refused(id, code),
            Input::Retried(id) => self.own.retried(id),
            Input::Discarded(id) => self.own.drop(id),
        }
        Need::Nothing
    }

    /// Removes the oldest events until at most `most` are held.
    pub fn trim_older(&mut self, most: usize) {
        let surplus = self.events.len().saturating_sub(most);
        if let Some(last) = self.events.drain(..surplus).next_back() {
            self.from = last.pos;
            self.has_older = true;
        }
    }

    /// Removes the newest events until at most `most` are held.
    pub fn trim_newer(&mut self, most: usize) {
        if self.events.len() > most {
            self.events.truncate(most);
            self.to = self.events.last().map_or(self.from, |event| event.pos);
            self.has_newer = true;
        }
    }

    /// Stops adding live events, as if the newest events had been removed. Messages that arrive are counted, and loaded when
    /// the reader scrolls there.
    pub fn leave_end(&mut self) {
        self.has_newer = self.loaded;
    }

    /// Adds an own message. One that a reloaded page restores from storage may be among the events already.
    fn sent(&mut self, pending: Pending) {
        let is_held = self.events.iter().filter_map(Event::message).any(|message| message.id == pending.id);
        if !is_held {
            self.own.sent(pending);
        }
    }

    fn open(&mut self, page: History) -> Need {
        page.events.iter().for_each(|event| self.own.confirm(event));
        // A newest page that was overtaken by live events does not replace them.
        if !self.loaded || self.stale || page.has_newer || page.to >= self.to {
            (self.loaded, self.stale) = (true, false);
            (self.from, self.to) = (page.from, page.to);
            (self.has_older, self.events) = (page.has_older, page.events);
            self.reaches(page.has_newer);
        }
        self.has_newer = page.has_newer;
        self.unheld = (0, 0);
        self.own.settle(self.to);
        self.need()
    }

    fn extend_back(&mut self, page: History) {
        if !self.loaded || self.stale || page.to != self.from {
            return;
        }
        page.events.iter().for_each(|event| self.own.confirm(event));
        let mut events = page.events;
        events.append(&mut self.events);
        self.events = events;
        self.from = page.from;
        self.has_older = page.has_older;
    }

    fn extend(&mut self, page: History) -> Need {
        // A page that ends before what is held was overtaken: what it says of the end is no longer so.
        if !self.loaded || self.stale || page.from > self.to || page.to < self.to {
            return Need::Nothing;
        }
        let news = page.events.into_iter().filter(|event| event.pos > self.to).collect::<Vec<_>>();
        if news.first().is_some_and(|event| event.prev != self.to) {
            self.stale = true;
            return self.need();
        }
        news.iter().for_each(|event| self.own.confirm(event));
        if let Some(last) = news.iter().rev().find_map(Event::message) {
            self.unheld.0 = self.unheld.0.max(last.n);
        }
        // Without progress nothing is requested at once: the next heartbeat triggers it.
        let progress = !news.is_empty() || self.has_newer && !page.has_newer;
        self.events.extend(news);
        self.to = page.to;
        self.reaches(page.has_newer);
        // A timeline that follows the newest event keeps following it, however many pages are missing.
        self.has_newer &= page.has_newer;
        if !self.has_newer {
            self.unheld = (0, 0);
        }
        self.own.settle(self.to);
        if progress { self.need() } else { Need::Nothing }
    }

    fn live(&mut self, event: Event) -> Need {
        let is_news = event.pos > self.head;
        self.head = self.head.max(event.pos);
        if let Some(message) = event.message().filter(|_| self.has_newer && is_news) {
            let before = if self.unheld() > 0 { self.unheld.0 } else { message.n.saturating_sub(1) };
            self.unheld = (before, message.n);
        }
        if !self.loaded || self.stale || event.pos <= self.to || self.has_newer {
            return Need::Nothing;
        }
        if event.prev != self.to && !faults::is_seeded(faults::PREV) {
            self.stale = event.prev < self.to;
            return self.need();
        }
        self.own.confirm(&event);
        self.to = event.pos;
        self.events.push(event);
        Need::Nothing
    }

    /// Raises the head to `to`, the end of a page, or beyond it if the channel has newer events.
    fn reaches(&mut self, has_newer: bool) {
        let least = self.to.number().saturating_add(has_newer.into());
        self.head = self.head.max(Pos::from_number(least).unwrap_or(self.to));
    }

    /// Returns what has to be loaded to hold all events up to the newest.
    pub fn need(&self) -> Need {
        if self.stale {
            Need::Newest
        } else if self.loaded && !self.has_newer && self.head > self.to {
            Need::After(self.to)
        } else {
            Need::Nothing
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
