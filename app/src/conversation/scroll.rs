//! The scroll position: at the newest messages, which are followed, or above them. Above the end nothing moves on the screen:
//! whatever changes, the topmost message in view stays where it is.

use domain::{
    event::Event,
    ids::{MessageId, Pos},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCollection, HtmlElement};

use crate::ui::{dom::element, is_visible};

/// Distance from the end that counts as at the end, in pixels.
const NEAR_END: i32 = 100;

/// Distance from which messages may be removed, in heights of the pane: more than the distance at which pages are loaded.
const FAR_SCREENS: i32 = 3;

/// The scroll position of one conversation.
#[derive(Clone, Copy)]
pub struct Scroll {
    /// The element that scrolls.
    pub pane: NodeRef<html::Div>,
    /// Whether the newest messages are followed.
    pub at_end: RwSignal<bool>,
    /// Whether the end is further away than the height of the pane.
    pub is_far: RwSignal<bool>,
    /// The topmost message in view, and its distance from the upper edge in pixels.
    anchor: StoredValue<Option<(String, f64)>>,
    /// Whether messages have been shown.
    has_settled: StoredValue<bool>,
}

impl Scroll {
    /// Creates the scroll position of a conversation that has just been opened.
    pub fn new(at_end: RwSignal<bool>) -> Self {
        let (pane, is_far) = (NodeRef::new(), RwSignal::new(false));
        Self { pane, at_end, is_far, anchor: StoredValue::new(None), has_settled: StoredValue::new(false) }
    }

    /// Updates the state after scrolling; `is_complete` is whether the loaded messages reach up to the newest. Returns the topmost
    /// message in view.
    pub fn moved(self, is_complete: bool) -> Option<MessageId> {
        let pane = self.pane.get_untracked()?;
        let below = pane.scroll_height() - pane.scroll_top() - pane.client_height();
        let (at_end, is_far) = (is_complete && below < NEAR_END, below > pane.client_height());
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
        }
        if self.is_far.get_untracked() != is_far {
            self.is_far.set(is_far);
        }
        let topmost = topmost(&pane);
        let id = topmost.as_ref().and_then(|(message, _)| message.strip_prefix("m-")?.parse().ok());
        self.anchor.set_value(topmost);
        id
    }

    /// Returns the number of messages that are far above, and far below: they can be loaded again before the user sees their place.
    pub fn far_rows(self) -> (usize, usize) {
        let Some(pane) = self.pane.get_untracked() else { return (0, 0) };
        let messages = pane.get_elements_by_class_name("msg");
        let (top, height) = (pane.scroll_top(), pane.client_height());
        // The message before the first near one reaches down to that one: it stays.
        let above = first_from(&messages, top - FAR_SCREENS * height).saturating_sub(1);
        let below = messages.length() - first_from(&messages, top + (1 + FAR_SCREENS) * height);
        (above as usize, below as usize)
    }

    /// Returns whether few messages are left above, and below, so that more should be loaded.
    pub fn runs_out(self) -> (bool, bool) {
        let Some(pane) = self.pane.get_untracked() else { return (false, false) };
        let (top, height) = (pane.scroll_top(), pane.client_height());
        (top < 2 * height, pane.scroll_height() - top - height < 2 * height)
    }

    /// Restores the scroll position after the messages or their room have changed: the end, if it is followed by a user who sees
    /// it, or else the topmost message.
    pub fn settle(self) {
        let Some(pane) = self.pane.get_untracked() else { return };
        if self.at_end.get_untracked() && (is_visible() || !self.has_settled.get_value()) {
            pane.set_scroll_top(pane.scroll_height());
        } else if let Some((id, offset)) = self.anchor.get_value()
            && let Some(message) = element(&id)
        {
            let moved = offset_in(&pane, &message) - offset;
            if moved.abs() >= 1.0 {
                pane.set_scroll_top(pane.scroll_top() + moved.round() as i32);
            }
        }
        self.has_settled.set_value(true);
        self.anchor.set_value(topmost(&pane));
    }

    /// Scrolls to the end.
    pub fn to_end(self) {
        self.at_end.set(true);
        self.settle();
    }

    /// Scrolls to an element: `from_top` pixels below the upper edge, or at a third of the height. Returns false if there is no
    /// such element.
    pub fn to_element(self, id: &str, from_top: Option<f64>) -> bool {
        let (Some(pane), Some(element)) = (self.pane.get_untracked(), element(id)) else {
            return false;
        };
        let wanted = from_top.unwrap_or_else(|| f64::from(pane.client_height()) / 3.0);
        self.at_end.set(false);
        self.has_settled.set_value(true);
        pane.set_scroll_top(pane.scroll_top() + (offset_in(&pane, &element) - wanted).round() as i32);
        self.anchor.set_value(topmost(&pane));
        true
    }

    /// Returns the positions of the messages whose last line is in view.
    pub fn in_view<'a>(self, messages: impl Iterator<Item = &'a Event>) -> Vec<Pos> {
        let Some(pane) = self.pane.get_untracked() else { return Vec::new() };
        let edges = pane.get_bounding_client_rect();
        let mut positions = Vec::new();
        for event in messages {
            let message = event.message().and_then(|message| element(&element_id(message.id)));
            let Some(bottom) = message.map(|message| message.get_bounding_client_rect().bottom()) else { continue };
            if bottom > edges.top() && bottom < edges.bottom() + 1.0 {
                positions.push(event.pos);
            }
        }
        positions
    }

    /// Returns the topmost message in view, and its distance from the upper edge in pixels.
    pub fn topmost(self) -> Option<(MessageId, f64)> {
        let (message, from_top) = topmost(&*self.pane.get_untracked()?)?;
        Some((message.strip_prefix("m-")?.parse().ok()?, from_top))
    }
}

/// Returns the id of a message's element.
pub fn element_id(id: MessageId) -> String {
    format!("m-{id}")
}

/// Returns the id of the topmost message whose upper edge is in view, and its distance from the pane's edge in pixels.
fn topmost(pane: &HtmlElement) -> Option<(String, f64)> {
    let messages = pane.get_elements_by_class_name("msg");
    let found = messages.item(first_from(&messages, pane.scroll_top()))?;
    Some((found.id(), offset_in(pane, &found)))
}

/// Returns the index of the first message that begins at `from`, in pixels from the top of all messages, or below. Messages are in
/// order: this is a binary search.
fn first_from(messages: &HtmlCollection, from: i32) -> u32 {
    let (mut low, mut high) = (0, messages.length());
    while low < high {
        let middle = low + (high - low) / 2;
        let begins = messages.item(middle).map_or(0, |message| message.unchecked_into::<HtmlElement>().offset_top());
        if begins < from {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn offset_in(pane: &HtmlElement, element: &Element) -> f64 {
    element.get_bounding_client_rect().top() - pane.get_bounding_client_rect().top()
}
