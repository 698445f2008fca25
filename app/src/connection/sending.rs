//! ③ What is said goes out: by one tab, in the order of each channel, again until there is an answer for good. Before it on a
//! message's way: `outbox/storage`. After it: `connection/socket`.

use domain::{
    drafts::MessageBody,
    ids::{ChannelId, MessageId, Pos},
    limits::OUTBOX_MAX,
    rejection::Code,
    timeline::{Input, Pending, PendingState},
    wire::ClientFrame,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{Link, LinkState, link::mind, socket};
use crate::{
    announcer,
    outbox::{
        flow::Flow,
        leader::{self, Turn},
        storage::{self, Kept, Step},
    },
    ui::is_visible,
};

/// The wait before a message goes again, if the server does not say, in seconds.
const AGAIN_S: u32 = 1;
/// A message that the sending tab has not sent after so long is taken over by the one on the screen.
const TAKE_OVER_MS: f64 = 5_000.0;
/// A tab takes over at most once in so long.
const TAKE_OVER_EVERY_MS: f64 = 30_000.0;

impl Link {
    /// Says something: shown at once, sent now or when the link is back. False if so much waits that no more is kept.
    pub fn say(self, channel: &ChannelId, body: MessageBody) -> bool {
        if self.unsent().count() >= OUTBOX_MAX {
            return false;
        }
        let id = MessageId::generate();
        let kept = Kept { channel: channel.clone(), body, step: Step::New };
        if !storage::keep(&self.store, id, &kept) {
            // No other tab hears of it.
            mind(|mind| mind.unkept.push(id));
        }
        self.store.timeline(channel);
        self.store.apply(channel, Input::Sent(storage::row(&self.store, id, kept)));
        self.flush();
        true
    }

    /// Sends a refused message again.
    pub fn retry(self, channel: &ChannelId, id: MessageId) {
        storage::note(&self.store, id, Step::Tried);
        self.store.apply(channel, Input::Retried(id));
        self.flush();
    }

    /// Throws a message away that was refused, or that no link was given. One that the server may have is not thrown away:
    /// others may be reading it.
    pub fn discard(self, channel: &ChannelId, id: MessageId) {
        if storage::find(&self.store, id).is_some_and(|kept| kept.step == Step::Tried) {
            // Another tab was faster.
            return self.store.apply(channel, Input::Tried(id));
        }
        storage::forget(&self.store, id);
        self.settle(id);
        self.store.apply(channel, Input::Discarded(id));
        self.count_unsent();
    }

    /// Sends what may go now.
    pub(super) fn flush(self) {
        if self.state() != Some(LinkState::Live) {
            return;
        }
        let is_mine = |id| mind(|mind| mind.sends || mind.unkept.contains(&id));
        for (channel, pending) in self.unsent().filter(|(_, pending)| is_mine(pending.id)) {
            if mind(|mind| mind.flow.begin(&channel, pending.id)) {
                self.send(channel, pending);
            }
        }
    }

    fn send(self, channel: ChannelId, pending: Pending) {
        let again = pending.state != PendingState::Kept;
        if !again {
            // Noted before it goes: no tab may take it for one that is only here.
            storage::note(&self.store, pending.id, Step::Tried);
            self.store.apply(&channel, Input::Tried(pending.id));
        }
        let (channel, id) = (channel.to_string(), pending.id.to_string());
        socket::send(&ClientFrame::Send { channel, id, body: pending.body.into(), again });
    }

    /// The server has it.
    pub(super) fn placed(self, id: MessageId, pos: Pos) {
        if storage::find(&self.store, id).is_some() {
            // Two steps, so that other tabs know it from one that was thrown away.
            storage::note(&self.store, id, Step::Placed(pos));
            storage::forget(&self.store, id);
            announcer::settled(true);
        }
        self.settle(id);
        self.about(id, Input::Acked(id, pos));
        self.learn(&mut |facts| facts.hindrance = None);
        self.count_unsent();
        self.flush();
    }

    /// The server did not take it.
    pub(super) fn nacked(self, id: &str, code: Code, is_final: bool, retry_after: Option<u32>) {
        let Ok(id) = id.parse::<MessageId>() else { return };
        let Some((channel, _)) = self.find(id) else { return self.settle(id) };
        if is_final {
            storage::note(&self.store, id, Step::Refused(code));
            self.settle(id);
            self.store.apply(&channel, Input::Refused(id, code));
            announcer::settled(false);
            self.count_unsent();
            return self.flush();
        }
        self.learn(&mut |facts| facts.hindrance = Some(code));
        if !mind(|mind| mind.flow.hold(&channel, id)) {
            return;
        }
        spawn_local(async move {
            TimeoutFuture::new(retry_after.unwrap_or(AGAIN_S).saturating_mul(1_000)).await;
            mind(|mind| mind.flow.release(&channel));
            self.flush();
        });
    }

    /// The link is gone, and all answers with it.
    pub(super) fn nothing_is_under_way(self) {
        mind(|mind| mind.flow = Flow::default());
    }

    /// Takes its turn to send: every tab of this account is asked, one does.
    pub(super) fn ask_for_turn(self, turn: Turn) {
        let name = self.store.me.with_value(|me| format!("jimmy-outbox/{}", me.id));
        leader::ask(&name, turn, move |holds| {
            mind(|mind| mind.sends = holds);
            match holds {
                true => self.take_stock(),
                false => self.ask_for_turn(Turn::Queue),
            }
        });
    }

    /// Whoever looks at a message that does not go sends it, whichever tab's turn it is.
    pub(super) fn take_over(self) {
        let now = js_sys::Date::now();
        let is_due = mind(|mind| !mind.sends && now - mind.took_over_at > TAKE_OVER_EVERY_MS);
        let is_old = |pending: Pending| now - pending.id.made_at().millis() as f64 > TAKE_OVER_MS;
        if is_due && is_visible() && self.unsent().any(|(_, pending)| is_old(pending)) {
            mind(|mind| mind.took_over_at = now);
            self.ask_for_turn(Turn::Take);
        }
    }

    /// What the storage holds is shown, and sent if it is this tab's turn.
    pub(super) fn take_stock(self) {
        for (id, kept) in storage::all(&self.store) {
            match kept.step {
                Step::Placed(_) => storage::forget(&self.store, id),
                _ => self.told(id, Some(kept)),
            }
        }
        self.flush();
    }

    /// Another tab has noted something about a message.
    pub(super) fn told(self, id: MessageId, kept: Option<Kept>) {
        let known = self.find(id);
        match (kept, known) {
            (Some(Kept { step: Step::Placed(pos), .. }), _) => self.about(id, Input::Acked(id, pos)),
            (Some(kept), None) => {
                let channel = kept.channel.clone();
                self.store.timeline(&channel);
                self.store.apply(&channel, Input::Sent(storage::row(&self.store, id, kept)));
            }
            (Some(kept), Some((channel, pending))) => match (kept.step, pending.state) {
                (Step::Refused(code), _) => self.store.apply(&channel, Input::Refused(id, code)),
                (_, PendingState::Failed(_)) => self.store.apply(&channel, Input::Retried(id)),
                (Step::Tried, _) => self.store.apply(&channel, Input::Tried(id)),
                _ => {}
            },
            // Thrown away there; what was placed waits for its event.
            (None, Some((channel, pending))) if !matches!(pending.state, PendingState::Placed(_)) => {
                self.settle(id);
                self.store.apply(&channel, Input::Discarded(id));
            }
            (None, _) => self.settle(id),
        }
        self.count_unsent();
    }

    /// How many messages that an earlier page left are not sent yet.
    pub(super) fn count_unsent(self) {
        let left = mind(|mind| self.unsent().filter(|(_, p)| mind.returned.contains(&p.id)).count());
        if self.facts.with_untracked(|facts| facts.unsent != left) {
            self.learn(&mut |facts| facts.count_unsent(js_sys::Date::now(), left));
            self.keep_time();
        }
        if self.unsent().next().is_none() && self.facts.with_untracked(|facts| facts.hindrance.is_some()) {
            self.learn(&mut |facts| facts.hindrance = None);
        }
    }

    /// All that the server has not answered for good, in the order of each channel.
    pub(super) fn unsent(self) -> impl Iterator<Item = (ChannelId, Pending)> {
        self.store.timelines().into_iter().flat_map(|(channel, timeline)| {
            let waits = |pending: &&Pending| matches!(pending.state, PendingState::Kept | PendingState::Waiting);
            let unsent =
                timeline.with_untracked(|held| held.pending().iter().filter(waits).cloned().collect::<Vec<_>>());
            unsent.into_iter().map(move |pending| (channel.clone(), pending))
        })
    }

    fn settle(self, id: MessageId) {
        mind(|mind| {
            mind.flow.settle(id);
            mind.unkept.retain(|unkept| *unkept != id);
        });
    }

    /// Tells the timeline that holds a message of one's own what became of it.
    fn about(self, id: MessageId, input: Input) {
        if let Some((channel, _)) = self.find(id) {
            self.store.apply(&channel, input);
        }
    }

    fn find(self, id: MessageId) -> Option<(ChannelId, Pending)> {
        self.store.timelines().into_iter().find_map(|(channel, timeline)| {
            let held = timeline.with_untracked(|held| held.pending().iter().find(|pending| pending.id == id).cloned());
            held.map(|pending| (channel, pending))
        })
    }
}
