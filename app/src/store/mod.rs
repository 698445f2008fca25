//! What the page knows: who is reading, their channels, and what is held of each. Shared by the features; lives as long as
//! the page.

use domain::{
    api::{Channel, ChannelKind, History},
    event::{Account, Event, EventKind},
    ids::{ChannelId, Pos},
    limits::ROWS_RENDERED_MAX,
    timeline::{Input, Need, Timeline},
};
use leptos::{prelude::*, task::spawn_local};

use crate::{boot::Member, connection::fetch, ui::words::Words};

/// What the page knows.
#[derive(Clone, Copy)]
pub struct Store {
    /// Who is reading.
    pub me: StoredValue<Account>,
    /// The channels that this person is in.
    pub channels: RwSignal<Vec<Channel>>,
    /// The channel on the screen.
    pub open: RwSignal<Option<ChannelId>>,
    /// Channels in which something was said since they were last on the screen.
    pub news: RwSignal<Vec<ChannelId>>,
    /// Whether the reader is at the newest messages of the open channel.
    pub at_end: RwSignal<bool>,
    /// How often this person has said something: each time the newest messages are shown.
    pub said: RwSignal<u32>,
    timelines: StoredValue<Vec<(ChannelId, RwSignal<Timeline>)>>,
    owner: StoredValue<Owner>,
}

impl Store {
    /// What the page begins with.
    pub fn new(member: Member) -> Self {
        Self {
            me: StoredValue::new(member.account),
            channels: RwSignal::new(member.channels),
            open: RwSignal::new(None),
            news: RwSignal::default(),
            at_end: RwSignal::new(true),
            said: RwSignal::new(0),
            timelines: StoredValue::default(),
            // Timelines outlive the conversation that first asks for one.
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// What is held of a channel. Bounded by the channels that were opened, each by [`ROWS_RENDERED_MAX`].
    pub fn timeline(&self, channel: &ChannelId) -> RwSignal<Timeline> {
        let known = self.timelines.with_value(|all| all.iter().find(|(id, _)| id == channel).map(|(_, held)| *held));
        if let Some(timeline) = known {
            return timeline;
        }
        let timeline = self.owner.with_value(|owner| owner.with(|| RwSignal::new(Timeline::default())));
        self.timelines.update_value(|all| all.push((channel.clone(), timeline)));
        timeline
    }

    /// All timelines that were opened.
    pub fn timelines(&self) -> Vec<(ChannelId, RwSignal<Timeline>)> {
        self.timelines.get_value()
    }

    /// A channel that this person is in, as it is now.
    pub fn channel(&self, id: &ChannelId) -> Option<Channel> {
        self.channels.with_untracked(|channels| channels.iter().find(|channel| channel.id == *id).cloned())
    }

    /// Tells a channel's timeline what happened, and loads what it then needs.
    pub fn apply(&self, channel: &ChannelId, input: Input) {
        let timeline = self.timeline(channel);
        let Some(need) = timeline.try_update(|timeline| timeline.apply(input)) else { return };
        let query = match need {
            Need::Nothing => return,
            Need::Newest => String::new(),
            Need::After(pos) => format!("?after={pos}&limit=100"),
        };
        let (store, channel) = (*self, channel.clone());
        spawn_local(async move {
            if let Ok(page) = fetch::history(&channel, &query).await {
                store.apply(&channel, if query.is_empty() { Input::Opened(page) } else { Input::Newer(page) });
            }
        });
    }

    /// Loads the newest page, in place of what is held.
    pub fn load_newest(&self, channel: &ChannelId) {
        let (store, channel) = (*self, channel.clone());
        spawn_local(async move {
            // Without an answer it is asked for again with the next welcome.
            if let Ok(page) = fetch::history(&channel, "").await {
                store.apply(&channel, Input::Opened(page));
            }
        });
    }

    /// The page of a channel has gone from the screen; another one may be there already.
    pub fn close(&self, channel: &ChannelId) {
        if self.open.try_with_untracked(|open| open.as_ref() == Some(channel)) == Some(true) {
            self.open.try_set(None);
        }
    }

    /// An event of the live stream.
    pub fn live(&self, event: Event, following: bool) {
        let channel = event.channel.clone();
        let by_me = event.message().is_some_and(|message| self.me.with_value(|me| me.id == message.author.id));
        let is_message = event.message().is_some();
        self.set_head(&channel, event.pos, event.message().map(|message| message.n));
        let on_screen = self.open.with_untracked(|open| open.as_ref() == Some(&channel));
        if is_message && !by_me && !on_screen {
            self.news.update(|news| {
                if !news.contains(&channel) {
                    news.push(channel.clone());
                }
            });
        }
        if matches!(event.kind, EventKind::Joined { .. } | EventKind::Left { .. }) {
            self.count_members(&channel);
        }
        self.apply(&channel, Input::Live(Box::new(event)));
        if following || !on_screen {
            self.timeline(&channel).update(|timeline| timeline.trim_older(ROWS_RENDERED_MAX));
        }
    }

    /// A channel's newest place, as a beat says it.
    pub fn set_head(&self, channel: &ChannelId, head: Pos, head_n: Option<u64>) {
        self.channels.update_untracked(|channels| {
            if let Some(known) = channels.iter_mut().find(|known| known.id == *channel) {
                known.head = known.head.max(head);
                known.head_n = known.head_n.max(head_n.unwrap_or(0));
            }
        });
    }

    /// This person has read up to here, on whichever device.
    pub fn set_read(&self, id: &ChannelId, read: Pos, read_n: u64) {
        let mut nothing_new = false;
        self.channels.update_untracked(|channels| {
            if let Some(known) = channels.iter_mut().find(|known| known.id == *id) {
                (known.read, known.read_n) = (known.read.max(read), known.read_n.max(read_n));
                nothing_new = known.read_n >= known.head_n;
            }
        });
        if nothing_new {
            self.news.update(|news| news.retain(|channel| channel != id));
        }
    }

    /// Somebody came or went: the server counts, for who loaded when is not known here.
    fn count_members(&self, id: &ChannelId) {
        let (store, id) = (*self, id.clone());
        spawn_local(async move {
            let Ok(now) = fetch::channel(&id).await else { return };
            store.channels.try_update(|channels| {
                if let Some(known) = channels.iter_mut().find(|known| known.id == id) {
                    known.member_count = now.member_count;
                }
            });
        });
    }

    /// This person is in a channel now.
    pub fn joined(&self, channel: Channel) {
        self.channels.update(|channels| {
            channels.retain(|known| known.id != channel.id);
            let place = channels.partition_point(|known| stands_before(known, &channel));
            channels.insert(place, channel);
        });
    }

    /// This person is in a channel no more.
    pub fn left(&self, channel: &ChannelId) {
        self.channels.update(|channels| channels.retain(|known| known.id != *channel));
    }

    /// The first page of a channel, unless it is held already.
    pub fn open_with(&self, history: &History) {
        let timeline = self.timeline(&history.channel);
        if !timeline.with_untracked(Timeline::is_loaded) {
            self.apply(&history.channel, Input::Opened(history.clone()));
        }
    }
}

/// The hall first, then by name, in the order of the reader's language.
fn stands_before(one: &Channel, other: &Channel) -> bool {
    match (one.kind == ChannelKind::Hall, other.kind == ChannelKind::Hall) {
        (false, false) => js_sys::JsString::from(one.name.as_str())
            .locale_compare(other.name.as_str(), &js_sys::Array::new(), &js_sys::Object::new())
            .is_negative(),
        (is_hall, _) => is_hall,
    }
}

/// What a channel is called on the screen; the hall has the reader's own word until somebody names it.
pub fn title(channel: &Channel, words: &Words) -> String {
    match channel.kind {
        ChannelKind::Hall if channel.name.as_str() == "Hall" => words.hall.to_owned(),
        _ => channel.name.as_str().to_owned(),
    }
}
