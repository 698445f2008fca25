//! The day of the topmost messages, shown above them while the user scrolls. It is beside the messages, so that it cannot move
//! them.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::ui::{dom::element, steady_ms};

/// The id of the element.
const CHIP: &str = "day-chip";
/// The class that shows it.
const SHOWN: &str = "shown";
/// How long it is shown after the last scrolling, in milliseconds.
const SHOWN_MS: u32 = 1_000;
/// Distance from the edge at which a divider shows the day itself, in pixels.
const NEAR: i32 = 44;

/// The element that shows the day.
#[component]
pub fn DayChip() -> impl IntoView {
    view! { <div class="day-chip" id=CHIP aria-hidden="true"></div> }
}

/// Shows and hides the element.
#[derive(Clone, Copy)]
pub struct DayChipTimer {
    /// When the user last scrolled, in milliseconds; 0 while the element is hidden.
    scrolled_at: StoredValue<f64>,
}

impl DayChipTimer {
    pub(super) fn new() -> Self {
        Self { scrolled_at: StoredValue::new(0.0) }
    }

    /// Shows the day after scrolling.
    pub fn show(self, pane: &HtmlElement) {
        let Some(chip) = element(CHIP) else { return };
        let top = pane.scroll_top();
        let days = pane.get_elements_by_class_name("day");
        let mut day = None;
        for at in 0..days.length() {
            let Some(next) = days.item(at).map(|day| day.unchecked_into::<HtmlElement>()) else { break };
            if next.offset_top() > top + NEAR {
                break;
            }
            // No day is shown while the divider itself is in view.
            day = (next.offset_top() + next.offset_height() <= top).then(|| next.text_content()).flatten();
        }
        // No browser refuses a class.
        let _ = chip.class_list().toggle_with_force(SHOWN, day.is_some());
        if chip.text_content() != day && day.is_some() {
            chip.set_text_content(day.as_deref());
        }
        self.hide_later();
    }

    fn hide_later(self) {
        let now = steady_ms();
        if self.scrolled_at.try_update_value(|at| std::mem::replace(at, now)).is_some_and(|before| before > 0.0) {
            return;
        }
        spawn_local(async move {
            let mut left = f64::from(SHOWN_MS);
            while left > 0.0 {
                TimeoutFuture::new(left as u32).await;
                let Some(at) = self.scrolled_at.try_get_value() else { return };
                left = at + f64::from(SHOWN_MS) - steady_ms();
            }
            self.scrolled_at.set_value(0.0);
            if let Some(chip) = element(CHIP) {
                let _ = chip.class_list().remove_1(SHOWN);
            }
        });
    }
}
