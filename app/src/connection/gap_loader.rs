//! ⑪ Loads the events that the open channel lacks: one request at a time, with retries after growing waits, and never for a
//! channel that is not on the screen.

use std::cell::RefCell;

use domain::{
    api::History,
    error::ErrorCode,
    ids::{ChannelId, Pos},
    limits::PAGE_MAX,
    timeline::{Input, Need, Timeline},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::turns::Turns;
use crate::{api_client::fetch, store::Store};

/// Attempts of one load. After the last one the next heartbeat or welcome starts again.
const ATTEMPTS: u32 = 5;
/// The wait after the first failure, in milliseconds; doubled each time.
const WAIT_MS: u32 = 500;

thread_local! {
    // Only the browser runs this code, on one thread with one page. True: the newest page, false: what is missing.
    static LOADS: RefCell<Turns> = RefCell::default();
}

/// Loads what a channel on the screen lacks.
pub(super) fn load_missing(store: Store, channel: &ChannelId) {
    load(store, channel, false);
}

/// Loads what a channel on the screen lacks, if it lacks anything.
pub fn load_if_missing(store: Store, channel: &ChannelId) {
    if store.find_timeline(channel).is_some_and(|held| held.with_untracked(Timeline::need) != Need::Nothing) {
        load(store, channel, false);
    }
}

/// Loads the newest page, or the one around [`Store::open_at`], in place of the loaded events.
pub fn load_first_page(store: Store, channel: &ChannelId) {
    load(store, channel, true);
}

fn load(store: Store, channel: &ChannelId, newest: bool) {
    if !store.is_open(channel) {
        return;
    }
    let Some(newest) = LOADS.with_borrow_mut(|loads| loads.begin(channel, newest)) else { return };
    let channel = channel.clone();
    spawn_local(async move {
        let mut next = Some(newest);
        while let Some(newest) = next {
            let needs_more = load_once(store, &channel, newest).await;
            next = LOADS.with_borrow_mut(|loads| loads.end(&channel, needs_more.then_some(false)));
        }
    });
}

/// Loads one page, with retries. Returns true if another page is needed immediately.
async fn load_once(store: Store, channel: &ChannelId, newest: bool) -> bool {
    for attempt in 0..ATTEMPTS {
        if !store.is_open(channel) {
            return false;
        }
        let Some(query) = query(store, channel, newest) else { return false };
        match fetch::history(channel, &query).await {
            Ok(page) => return store.apply_quietly(channel, as_input(&query, page)) != Need::Nothing,
            Err(ErrorCode::NotFound | ErrorCode::Unauthorized) => return false,
            Err(_) => TimeoutFuture::new(WAIT_MS << attempt).await,
        }
    }
    false
}

/// Returns the query of what is to be loaded, if anything is.
fn query(store: Store, channel: &ChannelId, newest: bool) -> Option<Vec<(&'static str, String)>> {
    let timeline = store.find_timeline(channel)?;
    match timeline.try_with_untracked(Timeline::need)? {
        // A user who reads above the end stays there, though everything is loaded again.
        Need::Newest if !newest => {
            Some(reading_position(store, timeline).map(|at| vec![("around", at.to_string())]).unwrap_or_default())
        }
        Need::After(pos) if !newest => Some(vec![("after", pos.to_string()), ("limit", "100".to_owned())]),
        _ if newest => {
            let around = |at: Pos| vec![("around", at.to_string()), ("limit", PAGE_MAX.to_string())];
            Some(store.open_at.try_get_value()?.map(around).unwrap_or_default())
        }
        _ => None,
    }
}

fn as_input(query: &fetch::Query, page: History) -> Input {
    if query.first().is_some_and(|(name, _)| *name == "after") { Input::Newer(page) } else { Input::Opened(page) }
}

/// Returns the position of the topmost message in view, for a user who reads above the end.
fn reading_position(store: Store, timeline: RwSignal<Timeline>) -> Option<Pos> {
    let topmost = store.topmost_message.try_get_value()?.filter(|_| store.at_end.try_get_untracked() == Some(false))?;
    timeline.with_untracked(|held| {
        held.events()
            .iter()
            .find(|event| event.message().is_some_and(|message| message.id == topmost))
            .map(|event| event.pos)
    })
}
