//! Reports read markers to the server: at most once a second, and at once when the page may go.

use std::cell::RefCell;

use domain::{
    ids::{ChannelId, Pos},
    limits::READ_SEND_EVERY_MS,
    wire::ClientFrame,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{
    socket,
    status::{LinkPhase, LinkStatus},
};
use crate::store::Store;

/// Most markers reported at a time: a user who reads hundreds of channels at once stays below what a socket may send.
const BATCH_MAX: usize = 20;
/// How long marking all channels as read can be undone, in milliseconds.
const UNDO_MS: u32 = 10_000;

/// Moves the user's read markers, and reports them.
#[derive(Clone, Copy)]
pub struct ReadReporter {
    store: Store,
    status: RwSignal<LinkStatus>,
}

/// Markers that were not reported. Bounded by the channels of the user.
#[derive(Default)]
struct Unreported {
    due: Vec<(ChannelId, Pos)>,
    is_reporting: bool,
    /// The channels that were marked as read together, with the markers that they had, while that can be undone.
    undoable: Vec<(ChannelId, Pos, u64)>,
    /// Counts those times, so that a stale timer can tell that it is stale.
    undoable_times: u32,
}

thread_local! {
    // Only the browser runs this code, on one thread with one page.
    static UNREPORTED: RefCell<Unreported> = RefCell::default();
}

fn with_unreported<T>(look: impl FnOnce(&mut Unreported) -> T) -> T {
    UNREPORTED.with_borrow_mut(look)
}

impl ReadReporter {
    pub(super) fn new(store: Store, status: RwSignal<LinkStatus>) -> Self {
        Self { store, status }
    }

    /// Marks a channel as read up to a position.
    pub fn mark_read(self, channel: &ChannelId, pos: Pos, n: u64) {
        if self.store.set_read(channel, pos, n) {
            self.report_soon(vec![(channel.clone(), pos)]);
        }
    }

    /// Marks everything in a channel as read.
    pub fn mark_channel_read(self, channel: &ChannelId) {
        if let Some(known) = self.store.channel(channel) {
            self.mark_read(channel, known.head, known.head_n);
        }
    }

    /// Marks all channels as read. It is reported once it cannot be undone any more. Returns false if nothing was unread.
    pub fn mark_all_read(self) -> bool {
        self.report_undoable();
        let mut undoable = Vec::new();
        for channel in self.store.channels.get_untracked() {
            if channel.unread() > 0 && self.store.set_read(&channel.id, channel.head, channel.head_n) {
                undoable.push((channel.id, channel.read, channel.read_n));
            }
        }
        let is_something = !undoable.is_empty();
        let time = with_unreported(|unreported| {
            unreported.undoable = undoable;
            unreported.undoable_times += 1;
            unreported.undoable_times
        });
        spawn_local(async move {
            TimeoutFuture::new(UNDO_MS).await;
            if with_unreported(|unreported| unreported.undoable_times == time) {
                self.report_undoable();
            }
        });
        is_something
    }

    /// Restores the markers of before [`ReadReporter::mark_all_read`].
    pub fn undo_mark_all_read(self) {
        for (channel, pos, n) in with_unreported(|unreported| std::mem::take(&mut unreported.undoable)) {
            self.store.restore_read(&channel, pos, n);
        }
    }

    fn report_undoable(self) {
        let undoable = with_unreported(|unreported| std::mem::take(&mut unreported.undoable));
        let read = undoable.into_iter().filter_map(|(id, ..)| self.store.channel(&id)).map(|now| (now.id, now.read));
        self.report_soon(read.collect());
    }

    /// Reports markers again that the server's welcome did not know.
    pub(super) fn report_again(self, mut unreported: Vec<(ChannelId, Pos)>) {
        with_unreported(|known| {
            unreported.retain(|(id, _)| known.undoable.iter().all(|(undoable, ..)| undoable != id))
        });
        self.report_soon(unreported);
    }

    fn report_soon(self, markers: Vec<(ChannelId, Pos)>) {
        let is_idle = with_unreported(|unreported| {
            for (channel, pos) in markers {
                unreported.due.retain(|(due, _)| *due != channel);
                unreported.due.push((channel, pos));
            }
            !unreported.due.is_empty() && !std::mem::replace(&mut unreported.is_reporting, true)
        });
        if !is_idle {
            return;
        }
        spawn_local(async move {
            while self.report_due() {
                TimeoutFuture::new(READ_SEND_EVERY_MS).await;
            }
            with_unreported(|unreported| unreported.is_reporting = false);
        });
    }

    /// Reports what is due now: a second has passed, or the user leaves the channel. Returns false if nothing was reported. What
    /// is lost with the link is reported after the next welcome.
    pub fn report_due(self) -> bool {
        if self.status.try_with_untracked(|status| status.phase) != Some(LinkPhase::Live) {
            return false;
        }
        let mut reported = 0;
        while reported < BATCH_MAX
            && let Some((channel, pos)) = with_unreported(|unreported| unreported.due.pop())
        {
            socket::send(&ClientFrame::Read { channel: channel.to_string(), pos: pos.number() });
            reported += 1;
        }
        reported > 0
    }

    /// Reports up to [`BATCH_MAX`] markers at once, including undoable ones: the page is hidden, and the browser may discard it.
    pub(super) fn report_all(self) {
        self.report_undoable();
        self.report_due();
    }
}
