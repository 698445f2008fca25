//! The state that all features share. It lives as long as the page.

use domain::{
    api::{Channel, History},
    event::{Account, Event},
    ids::{ChannelId, MessageId, Pos},
    limits::ROWS_RENDERED_MAX,
    timeline::{Input, Need, Pending, PendingState, Timeline},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{
    channel_order::{is_listed_before, sorted},
    toast::Toast,
};
use crate::boot::Member;

/// How long a toast is shown, in milliseconds.
const TOAST_MS: u32 = 4_000;
/// How long a toast with an undo button is shown, in milliseconds.
const UNDO_TOAST_MS: u32 = 10_000;
/// Events kept while the user reads above the end. Beyond that, new events are only counted, and loaded later.
const EVENTS_ABOVE_END_MAX: usize = 5 * ROWS_RENDERED_MAX;

/// A scroll position in a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadingPosition {
    /// The topmost message.
    pub pos: Pos,
    /// The distance of the message from the upper edge, in pixels.
    pub from_top: f64,
}

/// Loads what a timeline lacks.
type GapHandler = fn(Store, &ChannelId);

/// The state of the page.
#[derive(Clone, Copy)]
pub struct Store {
    /// The account of the user.
    pub me: StoredValue<Account>,
    /// The channels that the user is a member of.
    pub channels: RwSignal<Vec<Channel>>,
    /// The channel on the screen.
    pub open: RwSignal<Option<ChannelId>>,
    /// Changes whenever a read marker or the newest message of a channel may have changed.
    unread_version: RwSignal<u32>,
    /// The position below which the divider "new messages" is shown in the open channel.
    pub divider: RwSignal<Option<Pos>>,
    /// Whether the newest messages of the open channel are in view.
    pub at_end: RwSignal<bool>,
    /// The toast on the screen.
    pub toast: RwSignal<Option<Toast>>,
    /// The channel that the user left last.
    pub last_left: StoredValue<Option<Channel>>,
    /// Channels with a draft on this device.
    pub drafts: RwSignal<Vec<ChannelId>>,
    /// The base URL of the static files.
    pub assets: StoredValue<String>,
    /// Whether the server serves a newer version of the page.
    pub is_outdated: RwSignal<bool>,
    /// Whether the switcher is open.
    pub is_switcher_open: RwSignal<bool>,
    /// Channels that were on the screen, the latest first.
    pub visited: StoredValue<Vec<ChannelId>>,
    /// The position around which the open channel is loaded first.
    pub open_at: StoredValue<Option<Pos>>,
    /// Scroll positions of channels that were left above their end.
    pub reading_positions: StoredValue<Vec<(ChannelId, ReadingPosition)>>,
    /// Counts messages sent from this page: each of them scrolls to the end.
    pub sent_count: RwSignal<u32>,
    /// The topmost message in view.
    pub topmost_message: StoredValue<Option<MessageId>>,
    timelines: StoredValue<Vec<(ChannelId, RwSignal<Timeline>)>>,
    /// Called when a timeline lacks events.
    on_gap: StoredValue<Option<GapHandler>>,
    owner: StoredValue<Owner>,
}

impl Store {
    /// Creates the state of a page that has just been opened.
    pub fn new(member: Member, assets: String) -> Self {
        Self {
            me: StoredValue::new(member.account),
            channels: RwSignal::new(member.channels),
            open: RwSignal::new(None),
            unread_version: RwSignal::new(0),
            divider: RwSignal::new(None),
            at_end: RwSignal::new(true),
            toast: RwSignal::new(None),
            last_left: StoredValue::new(None),
            drafts: RwSignal::default(),
            assets: StoredValue::new(assets),
            is_outdated: RwSignal::new(false),
            is_switcher_open: RwSignal::new(false),
            visited: StoredValue::default(),
            open_at: StoredValue::new(None),
            reading_positions: StoredValue::default(),
            sent_count: RwSignal::new(0),
            topmost_message: StoredValue::new(None),
            timelines: StoredValue::default(),
            on_gap: StoredValue::new(None),
            // Timelines outlive the conversation that first asks for one.
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// Subscribes to gaps: `listener` is called with each channel whose timeline lacks events. There is one subscriber.
    pub fn subscribe_to_gaps(&self, listener: fn(Store, &ChannelId)) {
        self.on_gap.set_value(Some(listener));
    }

    // Timelines.

    /// Returns the timeline of a channel, a new one if there is none. Their number is bounded by the channels that were opened
    /// or written to, and each by [`ROWS_RENDERED_MAX`] while it is not on the screen.
    pub fn timeline(&self, channel: &ChannelId) -> RwSignal<Timeline> {
        self.find_timeline(channel).unwrap_or_else(|| {
            let timeline = self.owner.with_value(|owner| owner.with(|| RwSignal::new(Timeline::default())));
            self.timelines.update_value(|all| all.push((channel.clone(), timeline)));
            timeline
        })
    }

    /// Returns the timeline of a channel, if there is one.
    pub fn find_timeline(&self, channel: &ChannelId) -> Option<RwSignal<Timeline>> {
        self.timelines.try_with_value(|all| all.iter().find(|(id, _)| id == channel).map(|(_, timeline)| *timeline))?
    }

    /// Returns all timelines, that of the open channel first.
    pub fn timelines(&self) -> Vec<(ChannelId, RwSignal<Timeline>)> {
        let mut all = self.timelines.get_value();
        if let Some(open) = all.iter().position(|(channel, _)| self.is_open(channel)) {
            all[..=open].rotate_right(1);
        }
        all
    }

    /// Applies an input to a channel's timeline and reports the gap if events are missing then.
    pub fn apply(&self, channel: &ChannelId, input: Input) {
        if self.apply_quietly(channel, input) != Need::Nothing {
            self.report_gap(channel);
        }
    }

    /// Applies an input and returns what is missing, without reporting it. Nothing is removed while the user reads above the
    /// end.
    pub fn apply_quietly(&self, channel: &ChannelId, input: Input) -> Need {
        let Some(timeline) = self.find_timeline(channel) else { return Need::Nothing };
        let is_above_end = self.is_open(channel) && self.at_end.try_get_untracked() == Some(false);
        let need = timeline.try_update(|timeline| {
            if is_above_end && timeline.events().len() >= EVENTS_ABOVE_END_MAX {
                timeline.leave_end();
            }
            let need = timeline.apply(input);
            if !is_above_end {
                timeline.trim_older(ROWS_RENDERED_MAX);
            }
            need
        });
        need.unwrap_or(Need::Nothing)
    }

    /// Applies a page that the user scrolled to; `trim` removes what is far from there.
    pub fn apply_page(&self, channel: &ChannelId, input: Input, trim: impl FnOnce(&mut Timeline)) {
        let Some(timeline) = self.find_timeline(channel) else { return };
        let need = timeline.try_update(|timeline| {
            let need = timeline.apply(input);
            trim(timeline);
            need
        });
        if need.is_some_and(|need| need != Need::Nothing) {
            self.report_gap(channel);
        }
    }

    /// Applies the first page of a channel, unless one is loaded: that may reach further by now.
    pub fn apply_first_page(&self, history: &History) {
        let timeline = self.timeline(&history.channel);
        if !timeline.with_untracked(Timeline::is_loaded) {
            self.apply(&history.channel, Input::Opened(history.clone()));
        }
    }

    /// Applies a live event.
    pub fn apply_event(&self, event: Event) {
        let channel = event.channel.clone();
        self.set_head(&channel, event.pos, event.message().map(|message| message.n));
        // The author of a message has read what precedes it, on whichever device it was sent.
        if let Some(own) = event.message().filter(|message| self.is_me(&message.author)) {
            self.set_read(&channel, event.pos, own.n);
        }
        self.apply(&channel, Input::Live(Box::new(event)));
    }

    /// Compares every timeline with the newest known position of its channel. Gaps are reported only with `report_gaps`;
    /// without it the missing events are on their way.
    pub fn compare_heads(&self, report_gaps: bool) {
        for (channel, timeline) in self.timelines() {
            let Some(head) = self.channel(&channel).map(|channel| channel.head) else { continue };
            match report_gaps {
                true => self.apply(&channel, Input::Head(head)),
                false => timeline.update(|timeline| {
                    let _ = timeline.apply(Input::Head(head));
                }),
            }
        }
    }

    fn report_gap(&self, channel: &ChannelId) {
        if let Some(listener) = self.on_gap.try_get_value().flatten() {
            listener(*self, channel);
        }
    }

    /// Returns whether the open channel is not loaded up to its newest event.
    pub fn is_behind(&self) -> bool {
        let timeline = self.open.get_untracked().and_then(|open| self.find_timeline(&open));
        timeline.is_some_and(|held| held.with_untracked(|held| !held.is_loaded() || held.need() != Need::Nothing))
    }

    /// Returns whether a message of the user was refused in a channel and waits for a decision. Tracks changes.
    pub fn has_failed(&self, channel: &ChannelId) -> bool {
        // A timeline that is created later is checked with the next change of the version.
        self.unread_version.track();
        let is_failed = |pending: &Pending| matches!(pending.state, PendingState::Failed(_));
        self.find_timeline(channel).is_some_and(|held| held.with(|held| held.pending().iter().any(is_failed)))
    }

    // Channels.

    /// Returns whether a channel is on the screen.
    pub fn is_open(&self, channel: &ChannelId) -> bool {
        self.open.try_with_untracked(|open| open.as_ref() == Some(channel)) == Some(true)
    }

    /// Returns a channel that the user is a member of.
    pub fn channel(&self, id: &ChannelId) -> Option<Channel> {
        self.channels.with_untracked(|channels| channels.iter().find(|channel| channel.id == *id).cloned())
    }

    /// Returns whether an account is the user's.
    pub fn is_me(&self, account: &Account) -> bool {
        self.me.with_value(|me| me.id == account.id)
    }

    /// Notes that a channel is on the screen.
    pub fn show(&self, channel: &ChannelId) {
        self.open.set(Some(channel.clone()));
        self.visited.update_value(|visited| {
            visited.retain(|known| known != channel);
            visited.insert(0, channel.clone());
        });
    }

    /// Notes that a channel has left the screen; another one may be there already.
    pub fn close(&self, channel: &ChannelId) {
        if self.is_open(channel) {
            self.open.try_set(None);
        }
    }

    /// Notes whether a channel has a draft.
    pub fn set_has_draft(&self, channel: &ChannelId, has: bool) {
        let is_known = self.drafts.with_untracked(|drafts| drafts.contains(channel));
        if has != is_known {
            self.drafts.update(|drafts| match has {
                true => drafts.push(channel.clone()),
                false => drafts.retain(|known| known != channel),
            });
        }
    }

    /// Adds a channel that the user has joined.
    pub fn add_channel(&self, channel: Channel) {
        self.channels.update(|channels| {
            channels.retain(|known| known.id != channel.id);
            let place = channels.partition_point(|known| is_listed_before(known, &channel));
            channels.insert(place, channel);
        });
        self.unread_changed();
    }

    /// Removes a channel that the user has left.
    pub fn remove_channel(&self, channel: &ChannelId) {
        self.channels.update(|channels| channels.retain(|known| known.id != *channel));
    }

    /// Replaces the channels by those of the server. If it has sent only a part (`is_partial`), known channels that are not
    /// among them stay. A marker that is ahead of the server's is kept; those channels are returned, because the server has
    /// not received their markers.
    pub fn set_channels(&self, mut channels: Vec<Channel>, is_partial: bool) -> Vec<(ChannelId, Pos)> {
        let mut unreported = Vec::new();
        for channel in &mut channels {
            let Some(known) = self.channel(&channel.id) else { continue };
            if known.read > channel.read {
                unreported.push((channel.id.clone(), known.read));
                (channel.read, channel.read_n) = (known.read, known.read_n.max(channel.read_n));
            }
        }
        if is_partial {
            let left = self.channels.get_untracked();
            let is_new = |known: &Channel| channels.iter().all(|channel| channel.id != known.id);
            let left: Vec<_> = left.into_iter().filter(is_new).collect();
            channels.extend(left);
        }
        self.channels.set(sorted(channels));
        self.unread_changed();
        unreported
    }

    // Read markers: the same numbers as the server's, kept up to date by the events that the page receives.

    /// Returns the number of unread messages of a channel. Tracks changes.
    pub fn unread(&self, id: &ChannelId) -> u64 {
        self.unread_version.track();
        self.channels
            .with_untracked(|channels| channels.iter().find(|known| known.id == *id).map_or(0, Channel::unread))
    }

    /// Returns whether any channel has unread messages. Tracks changes.
    pub fn has_unread(&self) -> bool {
        self.unread_version.track();
        self.channels.with_untracked(|channels| channels.iter().any(|channel| channel.unread() > 0))
    }

    /// Sets the newest position of a channel and, where it is known, the number of its messages. Neither goes back.
    pub fn set_head(&self, channel: &ChannelId, head: Pos, head_n: Option<u64>) {
        self.change(channel, &mut |known| {
            known.head = known.head.max(head);
            known.head_n = known.head_n.max(head_n.unwrap_or(0));
        });
        if head_n.is_some() {
            self.unread_changed();
        }
    }

    /// Moves the read marker of a channel forward. Returns false if it was there already: a marker never goes back.
    pub fn set_read(&self, channel: &ChannelId, read: Pos, read_n: u64) -> bool {
        let mut moved = false;
        self.change(channel, &mut |known| {
            if read > known.read {
                (known.read, known.read_n, moved) = (read, known.read_n.max(read_n), true);
            }
        });
        if moved {
            self.unread_changed();
        }
        moved
    }

    /// Restores an earlier read marker that was never reported to the server.
    pub fn restore_read(&self, channel: &ChannelId, read: Pos, read_n: u64) {
        self.change(channel, &mut |known| (known.read, known.read_n) = (read, read_n));
        self.unread_changed();
    }

    fn unread_changed(&self) {
        self.unread_version.try_update(|version| *version = version.wrapping_add(1));
    }

    /// Changes a channel without notifying the subscribers of the list: names and order stay. Not generic, for the page's
    /// size.
    fn change(&self, id: &ChannelId, change: &mut dyn FnMut(&mut Channel)) {
        self.channels.try_update_untracked(|channels| {
            if let Some(known) = channels.iter_mut().find(|known| known.id == *id) {
                change(known);
            }
        });
    }

    // Toasts.

    /// Shows a toast in place of the one before it.
    pub fn show_toast(self, toast: Toast) {
        self.toast.set(Some(toast));
        spawn_local(async move {
            TimeoutFuture::new(if toast.can_be_undone() { UNDO_TOAST_MS } else { TOAST_MS }).await;
            if self.toast.try_get_untracked() == Some(Some(toast)) {
                self.toast.set(None);
            }
        });
    }
}
