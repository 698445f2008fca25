//! Pages of history on their way: each is cut by the server at one time and reaches the page at a later one.

use super::{
    super::Input,
    page::{HELD_MAX, World},
};
use crate::{api::History, ids::Pos};

/// Loads that are under way at the most.
const LOADS_MAX: usize = 6;

/// What a load asks for, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Newest,
    Latest,
    Around(Pos),
    After(Pos),
    Older(Pos),
    Deeper(Pos),
}

/// A page that is being loaded.
#[derive(Clone, Debug)]
pub struct Load {
    pub ask: Ask,
    page: Option<History>,
}

impl World {
    pub fn load(&mut self, ask: Ask) {
        match self.loads.len() < LOADS_MAX {
            true => self.loads.push(Load { ask, page: None }),
            false => self.is_flawless = false,
        }
    }

    /// One page at a time is loaded for a reader who scrolls.
    pub fn scroll(&mut self, ask: Ask) {
        if !self.loads.iter().any(|load| matches!(load.ask, Ask::Older(_) | Ask::Deeper(_))) {
            self.load(ask);
        }
    }

    pub fn cut(&mut self, which: usize) {
        let Load { ask, page } = &mut self.loads[which];
        page.get_or_insert_with(|| match ask {
            Ask::Newest | Ask::Latest => self.server.newest(),
            Ask::Around(pos) => self.server.around(*pos),
            Ask::After(pos) | Ask::Deeper(pos) => self.server.after(*pos),
            Ask::Older(pos) => self.server.before(*pos),
        });
    }

    pub fn loaded(&mut self, which: usize) {
        let Load { ask, page } = self.loads.remove(which);
        let Some(page) = page else { return };
        match ask {
            Ask::Newest => self.apply(Input::Opened(page)),
            Ask::Latest => {
                self.at_end = true;
                self.apply(Input::Opened(page));
            }
            Ask::Around(_) => {
                // Where the reader went on purpose, an earlier load may not lead away from.
                self.loads.drain(..which);
                self.is_flawless = false;
                self.at_end = false;
                self.apply(Input::Opened(page));
            }
            Ask::After(_) => self.apply(Input::Newer(page)),
            Ask::Older(_) => {
                self.apply(Input::Older(page));
                self.timeline.trim_newer(HELD_MAX);
            }
            Ask::Deeper(_) => {
                self.apply(Input::Newer(page));
                self.timeline.trim_older(HELD_MAX);
            }
        }
    }
}
