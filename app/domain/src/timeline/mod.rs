//! ⑪ What a page holds of one channel: a contiguous piece of its order, and what this person has said that is not in it
//! yet. A pure reducer. Before it on a message's way: `connection`, which feeds it frames and pages of history. After it:
//! `conversation/message_list`, which shows its rows.
//!
//! It never guesses: an event is taken only where its `prev` is the last place held, otherwise [`Need`] says what to load.

mod input;
mod own;

use crate::{api::History, event::Event, faults, ids::Pos};
pub use input::{Input, Need};
use own::Own;
pub use own::{Pending, PendingState};

/// What a page holds of one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    loaded: bool,
    /// What is held does not join what the server has: only a page that begins anew is taken.
    stale: bool,
    from: Pos,
    to: Pos,
    head: Pos,
    events: Vec<Event>,
    has_older: bool,
    has_newer: bool,
    /// Numbers of the last message before, and of the last of, those that are not held.
    unheld: (u64, u64),
    own: Own,
}

impl Timeline {
    /// Whether a first page has been taken.
    pub fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// The events held, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// This person's messages that are not in the order yet, in the order of sending.
    pub fn pending(&self) -> &[Pending] {
        self.own.all()
    }

    /// The place before the first event held.
    pub fn from(&self) -> Pos {
        self.from
    }

    /// The last place held.
    pub fn to(&self) -> Pos {
        self.to
    }

    /// Whether there is more before.
    pub fn has_older(&self) -> bool {
        self.has_older
    }

    /// Whether there is more after: live events are not shown then.
    pub fn has_newer(&self) -> bool {
        self.has_newer
    }

    /// Messages that came while the end held here was not the newest: they are not held.
    pub fn unheld(&self) -> usize {
        let (before, last) = self.unheld;
        usize::try_from(last.saturating_sub(before)).unwrap_or(usize::MAX)
    }

    /// How many messages the channel has up to a place that is held here, if one of them is.
    pub fn n_to(&self, pos: Pos) -> Option<u64> {
        self.events.iter().rev().filter(|event| event.pos <= pos).find_map(Event::message).map(|message| message.n)
    }

    /// Takes in what happened; says what has to be loaded.
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
                // Not the greater one: a server restored from a back-up stands before what was held of it.
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

    /// Forgets events at the old end until at most `most` are held.
    pub fn trim_older(&mut self, most: usize) {
        let surplus = self.events.len().saturating_sub(most);
        if let Some(last) = self.events.drain(..surplus).next_back() {
            self.from = last.pos;
            self.has_older = true;
        }
    }

    /// Forgets events at the new end until at most `most` are held.
    pub fn trim_newer(&mut self, most: usize) {
        if self.events.len() > most {
            self.events.truncate(most);
            self.to = self.events.last().map_or(self.from, |event| event.pos);
            self.has_newer = true;
        }
    }

    /// Follows the end no more, as if its events had been trimmed: what comes is counted, and loaded when the reader comes
    /// there.
    pub fn leave_end(&mut self) {
        self.has_newer = self.loaded;
    }

    /// What a reloaded page takes from its storage may be in the order already.
    fn sent(&mut self, pending: Pending) {
        let is_held = self.events.iter().filter_map(Event::message).any(|message| message.id == pending.id);
        if !is_held {
            self.own.sent(pending);
        }
    }

    fn open(&mut self, page: History) -> Need {
        page.events.iter().for_each(|event| self.own.confirm(event));
        // A newest page that was overtaken takes nothing away: the reader is to be at the end, and more of it is held here.
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
        // Without progress nothing is asked again at once: the next heartbeat does.
        let progress = !news.is_empty() || self.has_newer && !page.has_newer;
        self.events.extend(news);
        self.to = page.to;
        self.reaches(page.has_newer);
        // Who follows the end goes on following it, however many pages it is away.
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

    /// A page ends at `to`: the head stands there, or further.
    fn reaches(&mut self, has_newer: bool) {
        let least = self.to.number().saturating_add(has_newer.into());
        self.head = self.head.max(Pos::from_number(least).unwrap_or(self.to));
    }

    /// What has to be loaded for the piece to be whole up to the newest.
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
