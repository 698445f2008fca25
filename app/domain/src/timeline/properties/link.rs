//! The link between the page and the server: frames in order, answers on a way of their own, and what breaks.

use super::{
    super::{Input, Pending, PendingState},
    loads::Ask,
    page::{HELD_MAX, World},
    server::{ME, Server},
};
use crate::{
    error::ErrorCode,
    event::Event,
    ids::{MessageId, Pos},
};

/// A frame of the server.
#[derive(Clone, Debug)]
pub enum Frame {
    Welcome,
    Event(Event),
    Head(Pos),
    Reset(Pos),
}

/// What the server answers to a send.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    Kept(MessageId, Pos),
    Refused(MessageId),
    Later(MessageId),
}

impl World {
    pub fn tell(&mut self, happens: impl FnOnce(&mut Server, MessageId) -> Event) {
        let id = self.next_id();
        let event = happens(&mut self.server, id);
        self.stream.extend(self.is_open.then_some(Frame::Event(event)));
    }

    pub fn keep(&mut self, id: MessageId) -> Pos {
        if let Some(pos) = self.server.place(id) {
            return pos;
        }
        let event = self.server.say(id, ME, 1);
        let pos = event.pos;
        self.stream.extend(self.is_open.then_some(Frame::Event(event)));
        pos
    }

    /// Sends if the link is up; otherwise the welcome does.
    pub fn send(&mut self, id: MessageId) {
        self.sends.extend(self.is_live.then_some(id));
    }

    pub fn heard(&mut self, frame: Frame) {
        match frame {
            Frame::Welcome => {
                self.is_live = true;
                if !self.timeline.is_loaded() {
                    self.load(Ask::Newest);
                }
                let waits = |pending: &&Pending| pending.state == PendingState::Waiting;
                let unsent: Vec<_> = self.timeline.pending().iter().filter(waits).map(|pending| pending.id).collect();
                self.sends.extend(unsent);
            }
            Frame::Event(event) => {
                self.apply(Input::Live(Box::new(event)));
                if self.at_end {
                    self.timeline.trim_older(HELD_MAX);
                }
            }
            Frame::Head(head) => {
                // Only the page knows whether the channel is on the screen: a first load that failed is its own affair.
                if !self.timeline.is_loaded() {
                    self.load(Ask::Newest);
                }
                self.apply(Input::Head(head));
            }
            Frame::Reset(head) => {
                self.is_reset = self.timeline.is_loaded();
                self.apply(Input::Reset(head));
            }
        }
    }

    pub fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Kept(id, pos) => self.apply(Input::Acked(id, pos)),
            Answer::Refused(id) => self.apply(Input::Refused(id, ErrorCode::NotMember)),
            Answer::Later(id) => self.again.push_back(id),
        }
    }

    pub fn send_again(&mut self) {
        let Some(id) = self.again.pop_front() else { return };
        let pending = self.timeline.pending().iter().find(|pending| pending.id == id);
        if pending.is_some_and(|pending| pending.state == PendingState::Waiting) {
            self.send(id);
        }
    }

    pub fn lose(&mut self, arrives: bool) {
        (self.is_open, self.is_live, self.is_flawless) = (false, false, false);
        self.stream.clear();
        self.answers.clear();
        let sends = std::mem::take(&mut self.sends);
        sends.into_iter().filter(|_| arrives).for_each(|id| {
            self.keep(id);
        });
    }

    pub fn resume(&mut self) {
        if self.is_open {
            return;
        }
        self.is_open = true;
        self.stream.push_back(Frame::Welcome);
        if self.timeline.is_loaded() && !self.timeline.has_newer() {
            match self.server.missed(self.timeline.to()) {
                Some(missed) => self.stream.extend(missed.iter().cloned().map(Frame::Event)),
                None => self.stream.push_back(Frame::Reset(self.server.head())),
            }
        }
    }
}
