//! The number of a channel's members. Joins and leaves are not counted here, because the page does not know which of them the
//! loaded number includes: the server counts.

use std::cell::RefCell;

use domain::{api::Channel, ids::ChannelId};
use leptos::{prelude::*, task::spawn_local};

use super::turns::Turns;
use crate::{api_client::fetch, store::Store};

thread_local! {
    // Only the browser runs this code, on one thread with one page.
    static REQUESTS: RefCell<Turns> = RefCell::default();
}

/// Loads the number of members after a change. Changes during a request cause one more request.
pub(super) fn refresh(store: Store, channel: &ChannelId) {
    if REQUESTS.with_borrow_mut(|requests| requests.begin(channel, false)).is_none() {
        return;
    }
    let id = channel.clone();
    spawn_local(async move {
        let mut next = Some(false);
        while next.is_some() {
            let now = fetch::channel(&id).await;
            let count = |known: &mut Channel| {
                known.member_count = now.as_ref().map_or(known.member_count, |now| now.member_count)
            };
            store.channels.try_update(|channels| channels.iter_mut().filter(|known| known.id == id).for_each(count));
            next = REQUESTS.with_borrow_mut(|requests| requests.end(&id, None));
        }
    });
}
