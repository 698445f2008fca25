//! What a client shows: a timeline of each channel it watches, fed as a page feeds it. A lossy client loses events on
//! the way from the socket: what the timeline's look at `prev` is for.

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
    /// Pages on their way.
    pub loads: JoinSet<Loaded>,
    watched: BTreeMap<ChannelId, Watched>,
}

/// One channel that is watched.
#[derive(Default)]
struct Watched {
    timeline: Timeline,
    wants: Option<Kind>,
    not_before: Option<Instant>,
    is_loading: bool,
}

/// What is loaded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To begin, or to begin anew.
    Newest,
    /// To go on from a place.
    After(Pos),
    /// To scroll back from a place.
    Before(Pos),
    /// To look, no more.
    Look,
}

/// A page to be asked for.
pub struct Load {
    pub channel: ChannelId,
    pub query: String,
    pub kind: Kind,
    /// Asked of another server than this one.
    pub elsewhere_than: Option<u32>,
}

/// A page that was asked for.
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

    /// What to name in `resume`: the last place of each timeline that follows the end.
    pub fn held(&self) -> impl Iterator<Item = (&ChannelId, Pos)> {
        let follows = |watched: &&Watched| watched.timeline.is_loaded() && !watched.timeline.has_newer();
        self.watched.iter().filter(move |(_, watched)| follows(watched)).map(|(c, watched)| (c, watched.timeline.to()))
    }

    /// A welcome has come: whatever has no first page yet asks for it.
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

    /// Scrolls back, or looks at the newest page anew.
    pub fn wants(&mut self, channel: &ChannelId, scrolls: bool) {
        let Some(watched) = self.watched.get_mut(channel) else { return };
        if watched.wants.is_none() && watched.timeline.is_loaded() {
            let from = watched.timeline.from();
            let back = scrolls && watched.timeline.has_older();
            watched.wants = Some(if back { Kind::Before(from) } else { Kind::Newest });
        }
    }

    /// The channels watched.
    pub fn channels(&self) -> Vec<ChannelId> {
        self.watched.keys().cloned().collect()
    }

    /// Begins the loads that are due; `load` asks for a page.
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

    /// A page has come, or not.
    pub fn loaded(&mut self, loaded: Loaded) {
        let Loaded { channel, kind, page, .. } = loaded;
        if kind == Kind::Look {
            return;
        }
        let Some(watched) = self.watched.get_mut(&channel) else { return };
        watched.is_loading = false;
        let Ok(page) = page else {
            // What is scrolled to can be scrolled to again.
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

    /// Writes down what has grown long, and forgets its old end.
    pub fn trim(&mut self, recorder: &Recorder, client: u32) {
        for (channel, watched) in &mut self.watched {
            if watched.timeline.events().len() > SHOWN_MAX {
                recorder.note(shown(client, channel, &watched.timeline, false));
                watched.timeline.trim_older(SHOWN_KEPT);
            }
        }
    }

    /// Whether every timeline reaches to its channel's end.
    pub fn reaches(&self, ends: &BTreeMap<ChannelId, Pos>) -> bool {
        self.watched.iter().all(|(channel, watched)| ends.get(channel).is_some_and(|end| watched.timeline.to() >= *end))
    }

    /// Writes down what is held. At the end, that nothing is held counts too.
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
