//! The timelines of a client, one per watched channel, used as in the page. A lossy client drops events between the socket
//! and the timeline, which tests the check of `prev`.

use std::{collections::BTreeMap, future::Future};

use domain::{
    api::History,
    event::Event,
    ids::{ChannelId, Pos},
    timeline::{Input, Need, Timeline},
};
use tokio::{task::JoinSet, time::Instant};

use crate::{
    calls::NoAnswer,
    history::{What, rows},
    plan::{LOAD_WAIT, SHOWN_KEPT, SHOWN_MAX},
    recorder::Recorder,
};

/// The timelines of a client.
pub struct Reader {
    pub is_lossy: bool,
    /// Loads in progress.
    pub loads: JoinSet<Loaded>,
    watched: BTreeMap<ChannelId, Watched>,
}

/// A watched channel.
#[derive(Default)]
struct Watched {
    timeline: Timeline,
    wants: Option<Kind>,
    not_before: Option<Instant>,
    is_loading: bool,
}

/// The purpose of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The first page, or the one that replaces all.
    Newest,
    /// The page after a position.
    After(Pos),
    /// The page before a position, for scrolling.
    Before(Pos),
    /// A page that is only recorded.
    Look,
}

/// A page to load.
pub struct Load {
    pub channel: ChannelId,
    pub query: String,
    pub kind: Kind,
    /// Load it from another server than this one.
    pub elsewhere_than: Option<u32>,
}

/// A page that was requested.
pub struct Loaded {
    pub channel: ChannelId,
    pub kind: Kind,
    pub server: u32,
    pub asked: u64,
    pub page: Result<History, NoAnswer>,
}

impl Reader {
    pub fn new(channels: impl Iterator<Item = ChannelId>, is_lossy: bool) -> Self {
        let watched = channels.map(|channel| (channel, Watched::default())).collect();
        Self { is_lossy, loads: JoinSet::new(), watched }
    }

    /// Returns the positions for `resume`: the last one of each timeline that follows the end.
    pub fn held(&self) -> impl Iterator<Item = (&ChannelId, Pos)> {
        let follows = |watched: &&Watched| watched.timeline.is_loaded() && !watched.timeline.has_newer();
        self.watched.iter().filter(move |(_, watched)| follows(watched)).map(|(c, watched)| (c, watched.timeline.to()))
    }

    /// After a welcome: requests the first page of every timeline without one.
    pub fn open_all(&mut self) {
        for watched in self.watched.values_mut().filter(|watched| !watched.timeline.is_loaded()) {
            watched.wants = Some(Kind::Newest);
        }
    }

    pub fn live(&mut self, event: Event) {
        let channel = event.channel.clone();
        self.apply(&channel, Input::Live(Box::new(event)));
    }

    pub fn head(&mut self, channel: &ChannelId, head: Pos) {
        self.apply(channel, Input::Head(head));
    }

    pub fn reset(&mut self, channel: &ChannelId, head: Pos) {
        self.apply(channel, Input::Reset(head));
    }

    /// Scrolls back, or loads the newest page.
    pub fn wants(&mut self, channel: &ChannelId, scrolls: bool) {
        let Some(watched) = self.watched.get_mut(channel) else { return };
        if watched.wants.is_none() && watched.timeline.is_loaded() {
            let from = watched.timeline.from();
            let back = scrolls && watched.timeline.has_older();
            watched.wants = Some(if back { Kind::Before(from) } else { Kind::Newest });
        }
    }

    /// Returns the watched channels.
    pub fn channels(&self) -> Vec<ChannelId> {
        self.watched.keys().cloned().collect()
    }

    /// Starts the loads that are due; `load` requests a page.
    pub fn ask<F: Future<Output = Loaded> + Send + 'static>(&mut self, load: impl Fn(Load) -> F) {
        let now = Instant::now();
        for (channel, watched) in &mut self.watched {
            if watched.is_loading || watched.not_before.is_some_and(|at| at > now) {
                continue;
            }
            let Some(kind) = watched.wants.take() else { continue };
            let query = match kind {
                Kind::Newest | Kind::Look => String::new(),
                Kind::After(pos) => format!("?after={pos}&limit=100"),
                Kind::Before(pos) => format!("?before={pos}"),
            };
            watched.is_loading = true;
            self.loads.spawn(load(Load { channel: channel.clone(), query, kind, elsewhere_than: None }));
        }
    }

    /// Handles a loaded page, or the lack of one.
    pub fn loaded(&mut self, loaded: Loaded) {
        let Loaded { channel, kind, page, .. } = loaded;
        if kind == Kind::Look {
            return;
        }
        let Some(watched) = self.watched.get_mut(&channel) else { return };
        watched.is_loading = false;
        let Ok(page) = page else {
            // Scrolling is repeated by chance.
            if !matches!(kind, Kind::Before(_)) && watched.wants.is_none() {
                watched.wants = Some(kind);
            }
            watched.not_before = Some(Instant::now() + LOAD_WAIT);
            return;
        };
        watched.not_before = None;
        let input = match kind {
            Kind::After(_) => Input::Newer(page),
            Kind::Before(_) => Input::Older(page),
            Kind::Newest | Kind::Look => Input::Opened(page),
        };
        self.apply(&channel, input);
    }

    /// Records long timelines, and removes their oldest events.
    pub fn trim(&mut self, recorder: &Recorder, client: u32) {
        for (channel, watched) in &mut self.watched {
            if watched.timeline.events().len() > SHOWN_MAX {
                recorder.note(shown(client, channel, &watched.timeline, false));
                watched.timeline.trim_older(SHOWN_KEPT);
            }
        }
    }

    /// Returns whether every timeline reaches the end of its channel.
    pub fn reaches(&self, ends: &BTreeMap<ChannelId, Pos>) -> bool {
        self.watched.iter().all(|(channel, watched)| ends.get(channel).is_some_and(|end| watched.timeline.to() >= *end))
    }

    /// Records the timelines. At the end, empty ones are recorded as well.
    pub fn show_all(&self, recorder: &Recorder, client: u32, at_end: bool) {
        for (channel, watched) in self.watched.iter().filter(|(_, watched)| at_end || watched.timeline.is_loaded()) {
            recorder.note(shown(client, channel, &watched.timeline, at_end));
        }
    }

    fn apply(&mut self, channel: &ChannelId, input: Input) {
        let Some(watched) = self.watched.get_mut(channel) else { return };
        match watched.timeline.apply(input) {
            Need::Nothing => {}
            Need::Newest => watched.wants = Some(Kind::Newest),
            Need::After(pos) => watched.wants = Some(Kind::After(pos)),
        }
    }
}

fn shown(client: u32, channel: &ChannelId, timeline: &Timeline, at_end: bool) -> What {
    let (from, to, rows) = (timeline.from(), timeline.to(), rows(timeline.events()));
    What::Shown { client, channel: channel.clone(), from, to, at_end, rows }
}
