//! Where the reader is: at the newest messages, which are followed, or somewhere above, where nothing may move. Whatever
//! changes, the topmost message in view stays where it is.

use domain::{
    clock::{Local, Timestamp},
    ids::MessageId,
};
use leptos::{html, prelude::*};
use web_sys::{Element, HtmlElement};

/// So near to the end counts as at the end, in pixels.
const NEAR_END: i32 = 100;

/// Messages further away than so many screens may be forgotten: more than where the next page is loaded.
const FAR_SCREENS: f64 = 3.0;

/// The reader's time zone, once the browser has said it: the server renders in UTC.
#[derive(Clone, Copy)]
pub struct Zone(RwSignal<bool>);

impl Zone {
    /// UTC until the page has come alive: for the life of the page it stands in.
    pub fn of_page() -> Self {
        let known = RwSignal::new(false);
        Effect::new(move |_| known.set(true));
        Self(known)
    }

    /// Minutes east of Greenwich at a moment.
    pub fn offset(self, at: Timestamp) -> i32 {
        if !self.0.get() {
            return 0;
        }
        let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.millis() as f64));
        -(date.get_timezone_offset() as i32)
    }

    /// The reader's day, once it is known. The browser's clock is used for that alone.
    pub fn today(self) -> Option<Local> {
        self.0.get().then(|| {
            let now = Timestamp::from_millis(js_sys::Date::now() as i64);
            now.local(self.offset(now))
        })
    }
}

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
}

impl Scroll {
    /// Of a conversation that has just been opened: at the end.
    pub fn new(at_end: RwSignal<bool>) -> Self {
        Self { pane: NodeRef::new(), at_end, far: RwSignal::new(false), anchor: StoredValue::new(None) }
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
        let screen = f64::from(pane.client_height());
        let lines = pane.get_elements_by_class_name("msg");
        let top = pane.get_bounding_client_rect().top();
        let places = (0..lines.length()).filter_map(|at| lines.item(at)).map(|line| line.get_bounding_client_rect());
        places.fold((0, 0), |(above, below), line| {
            let is_above = line.bottom() - top < -FAR_SCREENS * screen;
            let is_below = line.top() - top > (1.0 + FAR_SCREENS) * screen;
            (above + usize::from(is_above), below + usize::from(is_below))
        })
    }

    /// Whether so little is left above, or below, that more should be loaded.
    pub fn runs_out(self) -> (bool, bool) {
        let Some(pane) = self.pane.get_untracked() else { return (false, false) };
        let (top, screen) = (pane.scroll_top(), pane.client_height());
        (top < 2 * screen, pane.scroll_height() - top - screen < 2 * screen)
    }

    /// The lines have changed: to the end if it is followed, else the topmost one back to where it was.
    pub fn settle(self) {
        let Some(pane) = self.pane.get_untracked() else { return };
        if self.at_end.get_untracked() {
            pane.set_scroll_top(pane.scroll_height());
        } else if let Some((id, offset)) = self.anchor.get_value()
            && let Some(line) = document().get_element_by_id(&id)
        {
            let moved = offset_in(&pane, &line) - offset;
            if moved.abs() >= 1.0 {
                pane.set_scroll_top(pane.scroll_top() + moved.round() as i32);
            }
        }
        self.anchor.set_value(topmost(&pane));
    }

    /// To the end.
    pub fn to_end(self) {
        self.at_end.set(true);
        self.settle();
    }
}

/// The topmost message that is in view with its upper edge, and how far below the pane's edge that is.
fn topmost(pane: &HtmlElement) -> Option<(String, f64)> {
    let lines = pane.get_elements_by_class_name("msg");
    let line = |index| lines.item(index);
    // The lines are in order: half of those left are looked at no more each time.
    let (mut low, mut high) = (0, lines.length());
    while low < high {
        let middle = low + (high - low) / 2;
        if offset_in(pane, &line(middle)?) < 0.0 {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let found = line(low)?;
    Some((found.id(), offset_in(pane, &found)))
}

fn offset_in(pane: &HtmlElement, line: &Element) -> f64 {
    line.get_bounding_client_rect().top() - pane.get_bounding_client_rect().top()
}
