//! What the page knows: who is reading, their channels, and what is held of each. Shared by the features; lives as long as
//! the page.

mod marks;

use domain::{
    api::{Channel, ChannelKind, History},
    event::{Account, Event, EventKind},
    ids::{ChannelId, MessageId, Pos},
    timeline::{Input, Need, Pending, PendingState, Timeline},
};
use leptos::prelude::*;

use crate::{boot::Member, toasts::Toast, ui::words::Words};

/// Where somebody left a channel: a line of it, its place, and how far below the upper edge it stood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Left {
    /// The line's place.
    pub pos: Pos,
    /// Pixels.
    pub from_top: f64,
}

/// What the page knows.
#[derive(Clone, Copy)]
pub struct Store {
    /// Who is reading.
    pub me: StoredValue<Account>,
    /// The channels that this person is in.
    pub channels: RwSignal<Vec<Channel>>,
    /// The channel on the screen.
    pub open: RwSignal<Option<ChannelId>>,
    /// Changes with everything that [`Store::unread`] says.
    marks: RwSignal<u32>,
    /// Where the line stands in the open channel above which all has been read, while it stands.
    pub divider: RwSignal<Option<Pos>>,
    /// Whether the reader is at the newest messages of the open channel.
    pub at_end: RwSignal<bool>,
    /// What has just been done, while it is said.
    pub toast: RwSignal<Option<Toast>>,
    /// The channel that was left last.
    pub left_last: StoredValue<Option<Channel>>,
    /// Channels in which this device keeps a draft.
    pub drafts: RwSignal<Vec<ChannelId>>,
    /// Where this page's files are.
    pub assets: StoredValue<String>,
    /// Whether the server hands out another page by now.
    pub is_outdated: RwSignal<bool>,
    /// Whether the switcher is open.
    pub switches: RwSignal<bool>,
    /// Channels that were on the screen, the last one first.
    pub visited: StoredValue<Vec<ChannelId>>,
    /// Where the channel on the screen is to be opened, until it is: a page around there is loaded.
    pub begins_at: StoredValue<Option<Pos>>,
    /// Where channels were left by somebody who read above the end.
    pub places: StoredValue<Vec<(ChannelId, Left)>>,
    /// How often this person has said something: each time the newest messages are shown.
    pub said: RwSignal<u32>,
    /// The topmost message in view.
    pub reading: StoredValue<Option<MessageId>>,
    timelines: StoredValue<Vec<(ChannelId, RwSignal<Timeline>)>>,
    owner: StoredValue<Owner>,
}

impl Store {
    /// What the page begins with.
    pub fn new(member: Member, assets: String) -> Self {
        Self {
            me: StoredValue::new(member.account),
            channels: RwSignal::new(member.channels),
            open: RwSignal::new(None),
            marks: RwSignal::new(0),
            divider: RwSignal::new(None),
            at_end: RwSignal::new(true),
            toast: RwSignal::new(None),
            left_last: StoredValue::new(None),
            drafts: RwSignal::default(),
            assets: StoredValue::new(assets),
            is_outdated: RwSignal::new(false),
            switches: RwSignal::new(false),
            visited: StoredValue::default(),
            begins_at: StoredValue::new(None),
            places: StoredValue::default(),
            said: RwSignal::new(0),
            reading: StoredValue::new(None),
            timelines: StoredValue::default(),
            // Timelines outlive the conversation that first asks for one.
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// What is held of a channel; begun if nothing is. Bounded by the channels that were opened or written to, each by
    /// [`domain::limits::ROWS_RENDERED_MAX`] when it is not on the screen.
    pub fn timeline(&self, channel: &ChannelId) -> RwSignal<Timeline> {
        self.held(channel).unwrap_or_else(|| {
            let timeline = self.owner.with_value(|owner| owner.with(|| RwSignal::new(Timeline::default())));
            self.timelines.update_value(|all| all.push((channel.clone(), timeline)));
            timeline
        })
    }

    /// What is held of a channel, if anything is.
    pub fn held(&self, channel: &ChannelId) -> Option<RwSignal<Timeline>> {
        self.timelines.try_with_value(|all| all.iter().find(|(id, _)| id == channel).map(|(_, held)| *held))?
    }

    /// All that is held, the channel on the screen first.
    pub fn timelines(&self) -> Vec<(ChannelId, RwSignal<Timeline>)> {
        let mut all = self.timelines.get_value();
        if let Some(open) = all.iter().position(|(channel, _)| self.is_open(channel)) {
            all[..=open].rotate_right(1);
        }
        all
    }

    /// Whether a channel is on the screen.
    pub fn is_open(&self, channel: &ChannelId) -> bool {
        self.open.try_with_untracked(|open| open.as_ref() == Some(channel)) == Some(true)
    }

    /// Whether the channel on the screen is not whole up to the newest yet.
    pub fn is_behind(&self) -> bool {
        let timeline = self.open.get_untracked().and_then(|open| self.held(&open));
        timeline.is_some_and(|held| held.with_untracked(|held| !held.is_loaded() || held.need() != Need::Nothing))
    }

    /// A channel that this person is in, as it is now.
    pub fn channel(&self, id: &ChannelId) -> Option<Channel> {
        self.channels.with_untracked(|channels| channels.iter().find(|channel| channel.id == *id).cloned())
    }

    /// A channel comes on the screen.
    pub fn show(&self, channel: &ChannelId) {
        self.open.set(Some(channel.clone()));
        self.visited.update_value(|visited| {
            visited.retain(|known| known != channel);
            visited.insert(0, channel.clone());
        });
    }

    /// A channel has a draft, or none any more.
    pub fn has_draft(&self, channel: &ChannelId, has: bool) {
        let is_known = self.drafts.with_untracked(|drafts| drafts.contains(channel));
        if has != is_known {
            self.drafts.update(|drafts| match has {
                true => drafts.push(channel.clone()),
                false => drafts.retain(|known| known != channel),
            });
        }
    }

    /// Whether a message of this person's was refused in a channel, and waits for a decision; looked at again when that changes.
    pub fn has_failed(&self, channel: &ChannelId) -> bool {
        // A timeline that is begun later is looked at with the next change of the marks.
        self.marks.track();
        let is_failed = |pending: &Pending| matches!(pending.state, PendingState::Failed(_));
        self.held(channel).is_some_and(|held| held.with(|held| held.pending().iter().any(is_failed)))
    }

    /// The page of a channel has gone from the screen; another one may be there already.
    pub fn close(&self, channel: &ChannelId) {
        if self.is_open(channel) {
            self.open.try_set(None);
        }
    }

    /// An event of the live stream.
    pub fn live(&self, event: Event) {
        let channel = event.channel.clone();
        self.set_head(&channel, event.pos, event.message().map(|message| message.n));
        // Whoever says something has read what stands before it, on whichever device it was said.
        if let Some(own) = event.message().filter(|message| self.is_me(&message.author)) {
            self.set_read(&channel, event.pos, own.n);
        }
        if matches!(event.kind, EventKind::Joined { .. } | EventKind::Left { .. }) {
            self.count_members(&channel);
        }
        self.apply(&channel, Input::Live(Box::new(event)));
    }

    /// Whether this is who is reading.
    pub fn is_me(&self, account: &Account) -> bool {
        self.me.with_value(|me| me.id == account.id)
    }

    /// Tells every timeline where its channel ends, as far as is known here. What is lacking is loaded if `and_load` says so;
    /// otherwise it is on its way.
    pub fn compare_heads(&self, and_load: bool) {
        for (channel, timeline) in self.timelines() {
            let Some(head) = self.channel(&channel).map(|channel| channel.head) else { continue };
            match and_load {
                true => self.apply(&channel, Input::Head(head)),
                false => timeline.update(|timeline| {
                    let _ = timeline.apply(Input::Head(head));
                }),
            }
        }
    }

    /// This person is in a channel now.
    pub fn joined(&self, channel: Channel) {
        self.channels.update(|channels| {
            channels.retain(|known| known.id != channel.id);
            let place = channels.partition_point(|known| stands_before(known, &channel));
            channels.insert(place, channel);
        });
        self.marks_changed();
    }

    /// This person is in a channel no more.
    pub fn left(&self, channel: &ChannelId) {
        self.channels.update(|channels| channels.retain(|known| known.id != *channel));
    }

    /// The first page of a channel, unless it is held already.
    pub fn open_with(&self, history: &History) {
        let timeline = self.timeline(&history.channel);
        // On the server nothing follows; in the browser what is held may already reach further.
        if !timeline.with_untracked(Timeline::is_loaded) {
            self.apply(&history.channel, Input::Opened(history.clone()));
        }
    }
}

/// The hall first, then by name, in the order of the reader's language.
fn stands_before(one: &Channel, other: &Channel) -> bool {
    match (one.kind == ChannelKind::Hall, other.kind == ChannelKind::Hall) {
        (false, false) => by_name(one.name.as_str(), other.name.as_str()).is_lt(),
        (is_hall, _) => is_hall,
    }
}

/// Names in the order of the page's language, numbers as numbers: by strokes in Chinese. Only the browser knows it.
pub fn by_name(one: &str, other: &str) -> std::cmp::Ordering {
    let language = document().document_element().and_then(|page| page.get_attribute("lang")).unwrap_or_default();
    let order = if language.starts_with("zh") { "zh-Hant-TW-u-co-stroke-kn" } else { "en-u-kn" };
    let order = js_sys::Array::of1(&order.into());
    js_sys::JsString::from(one).locale_compare(other, &order, &js_sys::Object::new()).cmp(&0)
}

/// Channels in their order. What the server sends is in another: it does not know the strokes of a name.
pub fn in_order(channels: Vec<Channel>) -> Vec<Channel> {
    let mut all: Vec<Channel> = Vec::new();
    for channel in channels {
        all.insert(all.partition_point(|known| stands_before(known, &channel)), channel);
    }
    all
}

/// What a channel is called on the screen; the hall has the reader's own word until somebody names it.
pub fn title(channel: &Channel, words: &Words) -> String {
    match channel.kind {
        ChannelKind::Hall if channel.name.as_str() == "Hall" => words.hall.to_owned(),
        _ => channel.name.as_str().to_owned(),
    }
}
