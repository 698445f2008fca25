//! The loading of older and newer pages, one at a time.

use domain::{
    api::History,
    ids::{ChannelId, Pos},
};
use leptos::prelude::*;

use crate::api_client::fetch;

/// The loading of pages.
#[derive(Clone, Copy)]
pub struct Paging {
    /// Whether a page is being loaded.
    pub is_loading: RwSignal<bool>,
    /// Whether the last load of an older page failed.
    pub has_failed: RwSignal<bool>,
}

impl Paging {
    pub(super) fn new() -> Self {
        Self { is_loading: RwSignal::new(false), has_failed: RwSignal::new(false) }
    }

    /// Begins to load a page. Returns false if one is being loaded already.
    pub fn begin(self) -> bool {
        let may_begin = !self.is_loading.get_untracked();
        if may_begin {
            self.is_loading.set(true);
        }
        may_begin
    }

    /// Loads the page before a position if `is_older`, else the one after it.
    pub async fn load(self, channel: ChannelId, pos: Pos, is_older: bool) -> Option<History> {
        let side = if is_older { "before" } else { "after" };
        let page = fetch::history(&channel, &[(side, pos.to_string())]).await;
        self.has_failed.try_set(page.is_err() && is_older);
        page.ok()
    }

    /// Ends the load.
    pub fn end(self) {
        self.is_loading.try_set(false);
    }
}
