//! Where the reader is: at the newest messages, which are followed, or somewhere above, where nothing may move. Whatever
//! changes, the topmost message in view stays where it is.

use domain::{
    event::Event,
    ids::{MessageId, Pos},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCollection, HtmlElement};

/// So near to the end counts as at the end, in pixels.
const NEAR_END: i32 = 100;

/// Messages further away than so many screens may be forgotten: more than where the next page is loaded.
const FAR_SCREENS: i32 = 3;

/// The scrolling of one conversation.
#[derive(Clone, Copy)]
pub struct Scroll {
    /// What scrolls.
    pub pane: NodeRef<html::Div>,
    /// Whether the newest messages are followed.
    pub at_end: RwSignal<bool>,
    /// Whether the end is more than a screen away.
    pub far: RwSignal<bool>,
    anchor: StoredValue<Option<(String, f64)>>,
    /// Whether anything has been shown.
    has_settled: StoredValue<bool>,
}

impl Scroll {
    /// Of a conversation that has just been opened.
    pub fn new(at_end: RwSignal<bool>) -> Self {
        let (pane, far) = (NodeRef::new(), RwSignal::new(false));
        Self { pane, at_end, far, anchor: StoredValue::new(None), has_settled: StoredValue::new(false) }
    }

    /// The reader has scrolled; `is_whole` says whether the lines reach up to the newest. Returns the topmost message.
    pub fn moved(self, is_whole: bool) -> Option<MessageId> {
        let pane = self.pane.get_untracked()?;
        let below = pane.scroll_height() - pane.scroll_top() - pane.client_height();
        let (at_end, far) = (is_whole && below < NEAR_END, below > pane.client_height());
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
        }
        if self.far.get_untracked() != far {
            self.far.set(far);
        }
        let topmost = topmost(&pane);
        let reading = topmost.as_ref().and_then(|(line, _)| line.strip_prefix("m-")?.parse().ok());
        self.anchor.set_value(topmost);
        reading
    }

    /// How many messages are so far above, and below, that the reader does not miss them before they are loaded again.
    pub fn far_rows(self) -> (usize, usize) {
        let Some(pane) = self.pane.get_untracked() else { return (0, 0) };
        let lines = pane.get_elements_by_class_name("msg");
        let (top, screen) = (pane.scroll_top(), pane.client_height());
        // The line before the first near one reaches down to that: it is left.
        let above = first_from(&lines, top - FAR_SCREENS * screen).saturating_sub(1);
        let below = lines.length() - first_from(&lines, top + (1 + FAR_SCREENS) * screen);
        (above as usize, below as usize)
    }

    /// Whether so little is left above, or below, that more should be loaded.
    pub fn runs_out(self) -> (bool, bool) {
        let Some(pane) = self.pane.get_untracked() else { return (false, false) };
        let (top, screen) = (pane.scroll_top(), pane.client_height());
        (top < 2 * screen, pane.scroll_height() - top - screen < 2 * screen)
    }

    /// The lines have changed, or their room: to the end if it is followed by somebody who sees it, else the topmost one back
    /// to where it was.
    pub fn settle(self) {
        let Some(pane) = self.pane.get_untracked() else { return };
        let is_seen = document().visibility_state() == web_sys::VisibilityState::Visible;
        if self.at_end.get_untracked() && (is_seen || !self.has_settled.get_value()) {
            pane.set_scroll_top(pane.scroll_height());
        } else if let Some((id, offset)) = self.anchor.get_value()
            && let Some(line) = document().get_element_by_id(&id)
        {
            let moved = offset_in(&pane, &line) - offset;
            if moved.abs() >= 1.0 {
                pane.set_scroll_top(pane.scroll_top() + moved.round() as i32);
            }
        }
        self.has_settled.set_value(true);
        self.anchor.set_value(topmost(&pane));
    }

    /// To the end.
    pub fn to_end(self) {
        self.at_end.set(true);
        self.settle();
    }

    /// To a line: `from_top` pixels below the upper edge, or at a third of the height. False if it is not there.
    pub fn to_line(self, line: &str, from_top: Option<f64>) -> bool {
        let (Some(pane), Some(line)) = (self.pane.get_untracked(), document().get_element_by_id(line)) else {
            return false;
        };
        let wanted = from_top.unwrap_or_else(|| f64::from(pane.client_height()) / 3.0);
        self.at_end.set(false);
        self.has_settled.set_value(true);
        pane.set_scroll_top(pane.scroll_top() + (offset_in(&pane, &line) - wanted).round() as i32);
        self.anchor.set_value(topmost(&pane));
        true
    }

    /// Places of those messages whose last line is in view.
    pub fn in_view<'a>(self, messages: impl Iterator<Item = &'a Event>) -> Vec<Pos> {
        let Some(pane) = self.pane.get_untracked() else { return Vec::new() };
        let edges = pane.get_bounding_client_rect();
        let mut places = Vec::new();
        for event in messages {
            let line = event.message().and_then(|message| document().get_element_by_id(&line_id(message.id)));
            let Some(bottom) = line.map(|line| line.get_bounding_client_rect().bottom()) else { continue };
            if bottom > edges.top() && bottom < edges.bottom() + 1.0 {
                places.push(event.pos);
            }
        }
        places
    }

    /// The topmost message in view, and how far below the upper edge it is.
    pub fn topmost(self) -> Option<(MessageId, f64)> {
        let (line, from_top) = topmost(&*self.pane.get_untracked()?)?;
        Some((line.strip_prefix("m-")?.parse().ok()?, from_top))
    }
}

/// The id of a message's element.
pub fn line_id(id: MessageId) -> String {
    format!("m-{id}")
}

/// The topmost message that is in view with its upper edge, and how far below the pane's edge that is.
fn topmost(pane: &HtmlElement) -> Option<(String, f64)> {
    let lines = pane.get_elements_by_class_name("msg");
    let found = lines.item(first_from(&lines, pane.scroll_top()))?;
    Some((found.id(), offset_in(pane, &found)))
}

/// The first of the lines that begins here, in pixels from the top of all lines, or further down.
fn first_from(lines: &HtmlCollection, from: i32) -> u32 {
    // They are in order: half of those left are looked at no more each time.
    let (mut low, mut high) = (0, lines.length());
    while low < high {
        let middle = low + (high - low) / 2;
        let begins = lines.item(middle).map_or(0, |line| line.unchecked_into::<HtmlElement>().offset_top());
        if begins < from {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn offset_in(pane: &HtmlElement, line: &Element) -> f64 {
    line.get_bounding_client_rect().top() - pane.get_bounding_client_rect().top()
}
