//! ⑪ What the frames of the server mean to the page, and which frames it sends: what is said, and what was not
//! acknowledged, again. Before it on a message's way back: `connection/link`. After it: `timeline`.

use domain::{
    ids::{ChannelId, MessageId},
    rejection::Code,
    timeline::{Input, Pending, PendingState, Timeline},
    wire::{ClientFrame, ServerFrame, Welcome},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{Link, LinkState, socket};
use crate::composer::outbox;

impl Link {
    /// Says something: shown at once, sent now or when the link is back.
    pub fn say(self, channel: &ChannelId, pending: Pending) {
        self.store.apply(channel, Input::Sent(pending.clone()));
        outbox::save(&self.store);
        if self.state.get_untracked() == LinkState::Live {
            self.send(channel, &pending);
        }
    }

    /// Sends a refused message again.
    pub fn retry(self, channel: &ChannelId, id: MessageId) {
        self.store.apply(channel, Input::Retried(id));
        let pending = self
            .store
            .timeline(channel)
            .with_untracked(|timeline| timeline.pending().iter().find(|pending| pending.id == id).cloned());
        if let Some(pending) = pending.filter(|_| self.state.get_untracked() == LinkState::Live) {
            self.send(channel, &pending);
        }
    }

    /// Throws a refused message away.
    pub fn discard(self, channel: &ChannelId, id: MessageId) {
        self.store.apply(channel, Input::Discarded(id));
        outbox::save(&self.store);
    }

    pub(super) fn heard(self, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => self.welcome(*welcome),
            ServerFrame::Event(event) => {
                let own = event.message().map(|message| message.id);
                self.store.live(event, self.store.at_end.get_untracked());
                if own.is_some_and(|id| self.forget(id)) {
                    outbox::save(&self.store);
                }
            }
            ServerFrame::Ack { id, pos } => {
                self.forget(id);
                self.about(id, Input::Acked(id, pos));
                outbox::save(&self.store);
            }
            ServerFrame::Nack { id, code, is_final, retry_after } => self.nacked(&id, code, is_final, retry_after),
            ServerFrame::Reset { channel, head } => self.store.apply(&channel, Input::Reset(head)),
            ServerFrame::Joined { channel } => self.store.joined(*channel),
            ServerFrame::Left { channel } => self.store.left(&channel),
            ServerFrame::Beat { heads } => {
                for (channel, head) in heads {
                    self.store.set_head(&channel, head, None);
                    self.store.apply(&channel, Input::Head(head));
                }
            }
            ServerFrame::Read { channel, pos, n } => self.store.set_read(&channel, pos, n),
            // The page does not show yet who is writing.
            ServerFrame::Typing { .. } => {}
            ServerFrame::Bye { retry_after } => socket::return_after_ms(f64::from(retry_after) * 1_000.0),
            ServerFrame::Unknown => {}
        }
    }

    fn welcome(self, welcome: Welcome) {
        self.attempts.set_value(0);
        self.state.set(LinkState::Live);
        self.shown.set(false);
        self.store.channels.set(welcome.channels);
        for (channel, timeline) in self.store.timelines() {
            if !timeline.with_untracked(Timeline::is_loaded) {
                self.store.load_newest(&channel);
            }
            let unsent: Vec<Pending> = timeline.with_untracked(|timeline| {
                let waits = |pending: &&Pending| pending.state == PendingState::Waiting;
                timeline.pending().iter().filter(waits).cloned().collect()
            });
            unsent.iter().for_each(|pending| self.send(&channel, pending));
        }
    }

    fn send(self, channel: &ChannelId, pending: &Pending) {
        let again = self.tried.with_value(|tried| tried.contains(&pending.id)) || outbox::is_from_before(pending.id);
        self.tried.update_value(|tried| tried.push(pending.id));
        let (channel, id) = (channel.to_string(), pending.id.to_string());
        socket::send(&ClientFrame::Send { channel, id, body: pending.body.as_str().to_owned(), again });
    }

    fn nacked(self, id: &str, code: Code, is_final: bool, retry_after: Option<u32>) {
        let Ok(id) = id.parse::<MessageId>() else { return };
        if is_final {
            self.forget(id);
            return self.about(id, Input::Refused(id, code));
        }
        spawn_local(async move {
            TimeoutFuture::new(retry_after.unwrap_or(1) * 1_000).await;
            let waiting = self.find(id).filter(|_| self.state.try_get_untracked() == Some(LinkState::Live));
            if let Some((channel, pending)) = waiting.filter(|(_, pending)| pending.state == PendingState::Waiting) {
                self.send(&channel, &pending);
            }
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

    /// True if it had been sent from here.
    fn forget(self, id: MessageId) -> bool {
        self.tried.try_update_value(|tried| {
            let before = tried.len();
            tried.retain(|tried| *tried != id);
            tried.len() < before
        }) == Some(true)
    }
}
