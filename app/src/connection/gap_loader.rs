//! ⑪ What the open channel lacks is loaded: one load at a time, tried again with growing waits, and never for a channel that
//! nobody looks at.

use std::cell::RefCell;

use domain::{
    api::{Channel, History},
    ids::ChannelId,
    limits::{PAGE_MAX, ROWS_RENDERED_MAX},
    rejection::Code,
    timeline::{Input, Need, Timeline},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::turns::Turns;
use crate::{api_client::fetch, store::Store};

/// Tries of one load. After the last one the next beat or welcome begins anew.
const TRIES: u32 = 5;
/// The wait after the first failure, in milliseconds; doubled each time.
const WAIT_MS: u32 = 500;
/// Events that are held while the reader is above the end: what comes then is counted, and loaded later.
const HELD_MAX: usize = 5 * ROWS_RENDERED_MAX;

thread_local! {
    // The browser has one thread and one page; the server never comes here. True: the newest page, false: what is lacking.
    static LOADS: RefCell<Turns<bool>> = RefCell::default();
    static COUNTS: RefCell<Turns<()>> = RefCell::default();
}

impl Store {
    /// Tells a channel's timeline what happened, and loads what it then lacks if it is on the screen. Nothing is taken away
    /// under somebody who reads above the end.
    pub fn apply(&self, channel: &ChannelId, input: Input) {
        if self.take(channel, input) != Need::Nothing {
            self.load(channel, false);
        }
    }

    /// The same, for what the reader scrolled to: `trim` forgets what is far from there.
    pub fn apply_and(&self, channel: &ChannelId, input: Input, trim: impl FnOnce(&mut Timeline)) {
        let Some(timeline) = self.held(channel) else { return };
        let need = timeline.try_update(|timeline| {
            let need = timeline.apply(input);
            trim(timeline);
            need
        });
        if need.is_some_and(|need| need != Need::Nothing) {
            self.load(channel, false);
        }
    }

    /// Loads the newest page, in place of what is held; tries again if nobody answers.
    pub fn load_newest(&self, channel: &ChannelId) {
        self.load(channel, true);
    }

    /// Loads what a channel on the screen lacks, if it lacks anything.
    pub fn load_lacking(&self, channel: &ChannelId) {
        if self.held(channel).is_some_and(|held| held.with_untracked(Timeline::need) != Need::Nothing) {
            self.load(channel, false);
        }
    }

    fn load(&self, channel: &ChannelId, newest: bool) {
        if !self.is_open(channel) {
            return;
        }
        let Some(newest) = LOADS.with_borrow_mut(|loads| loads.begin(channel, newest)) else { return };
        let (store, channel) = (*self, channel.clone());
        spawn_local(async move {
            let mut next = Some(newest);
            while let Some(newest) = next {
                let left = store.load_once(&channel, newest).await;
                next = LOADS.with_borrow_mut(|loads| loads.end(&channel, left.then_some(false)));
            }
        });
    }

    /// True if more is needed at once.
    async fn load_once(&self, channel: &ChannelId, newest: bool) -> bool {
        for attempt in 0..TRIES {
            if !self.is_open(channel) {
                return false;
            }
            let Some(query) = self.lacks(channel, newest) else { return false };
            match fetch::history(channel, &query).await {
                Ok(page) => return self.take(channel, self.as_input(&query, page)) != Need::Nothing,
                Err(Code::NotFound | Code::Unauthorized) => return false,
                Err(_) => TimeoutFuture::new(WAIT_MS << attempt).await,
            }
        }
        false
    }

    /// The query of what is to be loaded, if anything is.
    fn lacks(&self, channel: &ChannelId, newest: bool) -> Option<String> {
        let timeline = self.held(channel)?;
        match timeline.try_with_untracked(Timeline::need)? {
            // Whoever read above the end stays there, though all is loaded anew.
            Need::Newest if !newest => Some(self.place(timeline).map(|at| format!("?around={at}")).unwrap_or_default()),
            Need::After(pos) if !newest => Some(format!("?after={pos}&limit=100")),
            _ if newest => Some(
                self.begins_at.try_get_value()?.map(|at| format!("?around={at}&limit={PAGE_MAX}")).unwrap_or_default(),
            ),
            _ => None,
        }
    }

    fn as_input(&self, query: &str, page: History) -> Input {
        if query.starts_with("?after") { Input::Newer(page) } else { Input::Opened(page) }
    }

    /// Where somebody reads who is not at the end.
    fn place(&self, timeline: RwSignal<Timeline>) -> Option<domain::ids::Pos> {
        let reading = self.reading.try_get_value()?.filter(|_| self.at_end.try_get_untracked() == Some(false))?;
        timeline.with_untracked(|held| {
            held.events()
                .iter()
                .find(|event| event.message().is_some_and(|said| said.id == reading))
                .map(|event| event.pos)
        })
    }

    fn take(&self, channel: &ChannelId, input: Input) -> Need {
        let Some(timeline) = self.held(channel) else { return Need::Nothing };
        let is_above = self.is_open(channel) && self.at_end.try_get_untracked() == Some(false);
        let need = timeline.try_update(|timeline| {
            if is_above && timeline.events().len() >= HELD_MAX {
                timeline.leave_end();
            }
            let need = timeline.apply(input);
            if !is_above {
                timeline.trim_older(ROWS_RENDERED_MAX);
            }
            need
        });
        need.unwrap_or(Need::Nothing)
    }

    /// Somebody came or went: the server counts, for who loaded when is not known here. Many at once are counted once more.
    pub(crate) fn count_members(&self, channel: &ChannelId) {
        if COUNTS.with_borrow_mut(|counts| counts.begin(channel, ())).is_none() {
            return;
        }
        let (store, id) = (*self, channel.clone());
        spawn_local(async move {
            let mut next = Some(());
            while next.is_some() {
                let now = fetch::channel(&id).await;
                let count = |known: &mut Channel| {
                    known.member_count = now.as_ref().map_or(known.member_count, |now| now.member_count)
                };
                store
                    .channels
                    .try_update(|channels| channels.iter_mut().filter(|known| known.id == id).for_each(count));
                next = COUNTS.with_borrow_mut(|counts| counts.end(&id, None));
            }
        });
    }
}
