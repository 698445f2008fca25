//! How far this person has read, told to the server: at most once a second, and at once when the page may go.

use domain::{
    ids::{ChannelId, Pos},
    limits::READ_SEND_EVERY_MS,
    wire::ClientFrame,
};
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;

use super::{Link, LinkState, link::mind, socket};

/// Markers told in one go: whoever reads hundreds of channels at once stays below what a socket may send.
const AT_ONCE: usize = 20;
/// For so long what was read in one go can be unread again, in milliseconds.
const UNDO_MS: u32 = 10_000;

/// What the server has not been told. Bounded by the channels of this person.
#[derive(Default)]
pub(super) struct Reads {
    due: Vec<(ChannelId, Pos)>,
    is_telling: bool,
    /// Read in one go: the channels with the markers they had, until it cannot be undone any more.
    held_back: Vec<(ChannelId, Pos, u64)>,
    held_back_times: u32,
}

impl Link {
    /// This person has read a channel up to here.
    pub fn has_read(self, channel: &ChannelId, pos: Pos, n: u64) {
        if self.store.set_read(channel, pos, n) {
            self.tell_soon(vec![(channel.clone(), pos)]);
        }
    }

    /// This person has read everything that a channel has.
    pub fn has_read_all_of(self, channel: &ChannelId) {
        if let Some(known) = self.store.channel(channel) {
            self.has_read(channel, known.head, known.head_n);
        }
    }

    /// Reads every channel, and tells nobody for as long as it can be undone. False if nothing was unread.
    pub fn has_read_everything(self) -> bool {
        self.tell_held_back();
        let mut held_back = Vec::new();
        for channel in leptos::prelude::GetUntracked::get_untracked(&self.store.channels) {
            if channel.unread() > 0 && self.store.set_read(&channel.id, channel.head, channel.head_n) {
                held_back.push((channel.id, channel.read, channel.read_n));
            }
        }
        let is_something = !held_back.is_empty();
        let time = mind(|mind| {
            mind.reads.held_back = held_back;
            mind.reads.held_back_times += 1;
            mind.reads.held_back_times
        });
        spawn_local(async move {
            TimeoutFuture::new(UNDO_MS).await;
            if mind(|mind| mind.reads.held_back_times == time) {
                self.tell_held_back();
            }
        });
        is_something
    }

    /// Undoes that.
    pub fn has_not_read_everything(self) {
        for (channel, pos, n) in mind(|mind| std::mem::take(&mut mind.reads.held_back)) {
            self.store.put_read_back(&channel, pos, n);
        }
    }

    fn tell_held_back(self) {
        let held_back = mind(|mind| std::mem::take(&mut mind.reads.held_back));
        let read = held_back.into_iter().filter_map(|(id, ..)| self.store.channel(&id)).map(|now| (now.id, now.read));
        self.tell_soon(read.collect());
    }

    /// The server's welcome knew less than this page.
    pub(super) fn told_less(self, mut untold: Vec<(ChannelId, Pos)>) {
        mind(|mind| untold.retain(|(id, _)| mind.reads.held_back.iter().all(|(held, ..)| held != id)));
        self.tell_soon(untold);
    }

    fn tell_soon(self, reads: Vec<(ChannelId, Pos)>) {
        let is_telling = mind(|mind| {
            for (channel, pos) in reads {
                mind.reads.due.retain(|(due, _)| *due != channel);
                mind.reads.due.push((channel, pos));
            }
            mind.reads.due.is_empty() || std::mem::replace(&mut mind.reads.is_telling, true)
        });
        if is_telling {
            return;
        }
        spawn_local(async move {
            while self.tell_reads() {
                TimeoutFuture::new(READ_SEND_EVERY_MS).await;
            }
            mind(|mind| mind.reads.is_telling = false);
        });
    }

    /// Tells what is due now: a second has passed, or the reader leaves the channel. False if nothing was told. What a link that breaks has swallowed is told after the next welcome.
    pub fn tell_reads(self) -> bool {
        if self.state() != Some(LinkState::Live) {
            return false;
        }
        let mut told = 0;
        while told < AT_ONCE
            && let Some((channel, pos)) = mind(|mind| mind.reads.due.pop())
        {
            socket::send(&ClientFrame::Read { channel: channel.to_string(), pos: pos.number() });
            told += 1;
        }
        told > 0
    }

    /// The page goes, or may be forgotten by the browser.
    pub(super) fn tell_all_reads(self) {
        self.tell_held_back();
        self.tell_reads();
    }
}
