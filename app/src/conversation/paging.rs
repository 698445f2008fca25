//! Older and newer pages of a conversation, loaded before the reader runs out of lines.

use domain::{
    api::History,
    limits::ROWS_RENDERED_MAX,
    timeline::{Input, Timeline},
};
use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};

use super::list::{List, oldest};
use crate::api_client::fetch;

impl List {
    /// The reader has scrolled.
    pub fn scrolled(self) {
        if self.is_gone() {
            return;
        }
        let (older, newer, held) =
            self.timeline.with_untracked(|held| (held.has_older(), held.has_newer(), held.events().len()));
        self.store.reading.set_value(self.scroll.moved(!newer));
        let (above, below) = self.scroll.runs_out();
        // Whoever follows the newest in a tall window has enough: more would be taken away with the next line.
        let is_enough = self.store.at_end.get_untracked() && held >= ROWS_RENDERED_MAX;
        if above && older && !is_enough {
            self.load_older();
        } else if below && newer {
            self.load_newer();
        }
        if !self.store.at_end.get_untracked() {
            self.show_day();
        }
        self.look();
    }

    /// Loads what stands before.
    pub fn load_older(self) {
        let before = self.timeline.with_untracked(oldest);
        self.load(format!("?before={before}"), Input::Older);
    }

    fn load_newer(self) {
        let after = self.timeline.with_untracked(Timeline::to);
        self.load(format!("?after={after}"), Input::Newer);
    }

    fn load(self, query: String, input: fn(History) -> Input) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let page = fetch::history(&self.id.get_value(), &query).await;
            self.failed.try_set(page.is_err() && query.starts_with("?before"));
            if let Ok(page) = page {
                // What is at the other end and far out of view is forgotten; nothing that is in view, or near it.
                let (above, below) = self.scroll.far_rows();
                self.store.apply_and(&self.id.get_value(), input(page), |held| {
                    let surplus = |held: &Timeline| held.events().len().saturating_sub(ROWS_RENDERED_MAX);
                    match query.starts_with("?before") {
                        true => held.trim_newer(held.events().len() - surplus(held).min(below)),
                        false => held.trim_older(held.events().len() - surplus(held).min(above)),
                    }
                });
            }
            // The lines settle before the next page is thought of.
            tick().await;
            self.busy.try_set(false);
        });
    }
}
