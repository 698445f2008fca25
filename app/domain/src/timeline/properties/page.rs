//! The page around a timeline, its link and what is under way on it: what happens, in any order.

use std::collections::VecDeque;

use super::{
    super::{Input, Need, Pending, PendingState, Timeline},
    checks::Before,
    link::{Answer, Frame},
    loads::{Ask, Load},
    server::{ME, Server, account, body, id},
    steps::Step,
};
use crate::ids::{MessageId, Pos};

/// Events that the page holds at the most.
pub const HELD_MAX: usize = 5;

/// The server, the link and the page.
#[derive(Clone, Debug)]
pub struct World {
    pub server: Server,
    pub timeline: Timeline,
    /// Messages that the reader sent and did not discard.
    pub mine: Vec<MessageId>,
    ids: u64,
    /// Whether nothing was lost so far: then all is shown without a heartbeat.
    pub is_flawless: bool,
    /// Whether the server has asked for a new beginning that has not been made yet.
    pub is_reset: bool,
    pub is_open: bool,
    pub is_live: bool,
    pub at_end: bool,
    pub sends: VecDeque<MessageId>,
    pub stream: VecDeque<Frame>,
    pub answers: VecDeque<Answer>,
    pub again: VecDeque<MessageId>,
    pub loads: Vec<Load>,
}

impl World {
    /// A channel with `events` events, shown from its newest page on if it is `loaded`.
    pub fn new(events: usize, loaded: bool) -> Self {
        let mut world = Self {
            server: Server::default(),
            timeline: Timeline::default(),
            mine: Vec::new(),
            ids: 0,
            is_flawless: true,
            is_reset: false,
            is_open: false,
            is_live: false,
            at_end: true,
            sends: VecDeque::new(),
            stream: VecDeque::new(),
            answers: VecDeque::new(),
            again: VecDeque::new(),
            loads: Vec::new(),
        };
        (0..events).for_each(|i| world.happen(Step::Other(1 + i as u64 % 3)));
        if loaded {
            let page = world.server.newest();
            world.apply(Input::Opened(page));
            world.happen(Step::Back);
            world.happen(Step::Frame);
        }
        world
    }

    /// Does one thing, and checks that nothing is shown that should not be.
    pub fn step(&mut self, step: Step) {
        let before = Before::of(self);
        let moves = self.moves(step);
        self.happen(step);
        before.check(self, moves);
    }

    /// Whether the reader goes to another place with it.
    fn moves(&self, step: Step) -> bool {
        match step {
            Step::Loaded(which) => {
                let load = self.loads.get(which % self.loads.len().max(1));
                load.is_some_and(|load| !matches!(load.ask, Ask::Newest | Ask::After(_)))
            }
            _ => matches!(step, Step::Reload(_)),
        }
    }

    fn happen(&mut self, step: Step) {
        match step {
            Step::Other(gap) => self.tell(|server, id| server.say(id, "bob", gap)),
            Step::Join => self.tell(|server, _| server.join("cid", 1)),
            Step::OtherTab => self.tell(|server, id| server.say(id, ME, 1)),
            Step::Press => {
                let id = self.next_id();
                self.mine.push(id);
                self.apply(Input::Sent(waiting(id)));
                self.send(id);
            }
            Step::Arrive => {
                if let Some(id) = self.sends.pop_front() {
                    let pos = self.keep(id);
                    self.answers.push_back(Answer::Kept(id, pos));
                }
            }
            Step::Refuse => self.answers.extend(self.sends.pop_front().map(Answer::Refused)),
            Step::Later => self.answers.extend(self.sends.pop_front().map(Answer::Later)),
            Step::Again => self.send_again(),
            Step::Frame => {
                if let Some(frame) = self.stream.pop_front() {
                    self.heard(frame);
                }
            }
            Step::Lose => {
                if matches!(self.stream.front(), Some(Frame::Event(_))) {
                    self.is_flawless = false;
                    self.stream.pop_front();
                }
            }
            Step::Answer => {
                if let Some(answer) = self.answers.pop_front() {
                    self.answered(answer);
                }
            }
            Step::Heartbeat => self.stream.extend(self.is_open.then(|| Frame::Head(self.server.head()))),
            Step::Break(arrives) => self.lose(arrives),
            Step::Back => self.resume(),
            Step::Cut(_) | Step::Loaded(_) | Step::Failed(_) if self.loads.is_empty() => {}
            Step::Cut(which) => {
                let which = which % self.loads.len();
                self.cut(which);
            }
            Step::Failed(which) => {
                let which = which % self.loads.len();
                self.is_flawless = false;
                self.loads.remove(which);
            }
            Step::Loaded(which) => {
                let which = which % self.loads.len();
                self.cut(which);
                self.loaded(which);
            }
            Step::Up if self.timeline.has_older() => {
                self.at_end = false;
                let oldest = self.timeline.events().first().map_or(Pos::ZERO, |event| event.pos);
                self.scroll(Ask::Older(oldest));
            }
            Step::Down if self.timeline.has_newer() => self.scroll(Ask::Deeper(self.timeline.to())),
            Step::Down => self.at_end = true,
            Step::Latest if self.timeline.has_newer() => self.load(Ask::Latest),
            Step::Up | Step::Latest => {}
            Step::Around(which) if !self.server.events.is_empty() => {
                self.load(Ask::Around(self.server.events[which % self.server.events.len()].pos));
            }
            Step::Around(_) => {}
            Step::Retry => {
                if let Some(id) = self.refused() {
                    self.apply(Input::Retried(id));
                    self.send(id);
                }
            }
            Step::Discard => {
                if let Some(id) = self.refused() {
                    self.mine.retain(|mine| *mine != id);
                    self.apply(Input::Discarded(id));
                }
            }
            Step::Reload(with_page) => self.reload(with_page),
        }
    }

    pub fn next_id(&mut self) -> MessageId {
        self.ids += 1;
        id(self.ids)
    }

    /// What `Store::apply` does: what is needed is loaded.
    pub fn apply(&mut self, input: Input) {
        self.is_reset &= !matches!(input, Input::Opened(_));
        match self.timeline.apply(input) {
            Need::Nothing => {}
            Need::Newest => {
                assert!(self.is_reset, "all is loaded again without a reset from the server");
                self.load(Ask::Newest);
            }
            Need::After(pos) => self.load(Ask::After(pos)),
        }
    }

    fn refused(&self) -> Option<MessageId> {
        let refused = |pending: &&Pending| matches!(pending.state, PendingState::Failed(_));
        self.timeline.pending().iter().find(refused).map(|pending| pending.id)
    }

    /// A new page: the storage may still hold what was acknowledged just before.
    fn reload(&mut self, with_page: bool) {
        self.lose(true);
        self.loads.clear();
        self.again.clear();
        (self.timeline, self.at_end) = (Timeline::default(), true);
        if with_page {
            let page = self.server.newest();
            self.apply(Input::Opened(page));
        }
        for id in self.mine.clone() {
            self.apply(Input::Sent(waiting(id)));
        }
    }

    /// Whether nothing is under way.
    fn is_quiet(&self) -> bool {
        self.sends.is_empty()
            && self.stream.is_empty()
            && self.answers.is_empty()
            && self.again.is_empty()
            && self.loads.is_empty()
    }

    /// Lets all that is under way end well, then a heartbeat comes, and all that follows from it ends well, too.
    pub fn settle(&mut self) {
        self.step(Step::Back);
        for last in [Step::Heartbeat, Step::Frame] {
            // Each load brings a page nearer to the head: this number of rounds is more than enough.
            for _ in 0..20 + self.server.events.len() {
                let ends = [Step::Arrive, Step::Frame, Step::Answer, Step::Again, Step::Loaded(0)];
                ends.into_iter().for_each(|step| self.step(step));
                if self.is_quiet() {
                    break;
                }
            }
            assert!(self.is_quiet(), "it asks for ever: {:?}", self.loads);
            let is_whole = self.timeline.has_newer() || self.timeline.to() == self.server.head();
            assert!(is_whole || !self.is_flawless, "nothing was lost, and not all is shown");
            self.step(last);
        }
    }
}

fn waiting(id: MessageId) -> Pending {
    Pending { id, author: account(ME), body: body(), state: PendingState::Waiting }
}
