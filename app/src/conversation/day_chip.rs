//! The day of the topmost lines, over them while somebody scrolls. It lies beside the lines, so that it cannot move them.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{list::List, message_actions::element};

/// Its element.
const CHIP: &str = "day-chip";
/// The class that shows it.
const SHOWN: &str = "shown";
/// So long after the last scrolling it stays, in milliseconds.
const STAYS_MS: u32 = 1_000;
/// A divider so near below the edge says the same, or soon will, in pixels.
const NEAR: i32 = 44;

/// Where it is.
#[component]
pub fn DayChip() -> impl IntoView {
    view! { <div class="day-chip" id=CHIP aria-hidden="true"></div> }
}

impl List {
    /// Somebody scrolls above the end.
    pub(super) fn show_day(self) {
        let (Some(pane), Some(chip)) = (self.scroll.pane.get_untracked(), element(CHIP)) else { return };
        let top = pane.scroll_top();
        let days = pane.get_elements_by_class_name("day");
        let mut day = None;
        for at in 0..days.length() {
            let Some(next) = days.item(at).map(|day| day.unchecked_into::<HtmlElement>()) else { break };
            if next.offset_top() > top + NEAR {
                break;
            }
            // None while a divider itself stands there.
            day = (next.offset_top() + next.offset_height() <= top).then(|| next.text_content()).flatten();
        }
        // No browser refuses a class.
        let _ = chip.class_list().toggle_with_force(SHOWN, day.is_some());
        if chip.text_content() != day && day.is_some() {
            chip.set_text_content(day.as_deref());
        }
        self.hide_day_later();
    }

    fn hide_day_later(self) {
        let now = js_sys::Date::now();
        if self.scrolled_at.try_update_value(|at| std::mem::replace(at, now)).is_some_and(|before| before > 0.0) {
            return;
        }
        spawn_local(async move {
            let mut left = f64::from(STAYS_MS);
            while left > 0.0 {
                TimeoutFuture::new(left as u32).await;
                let Some(at) = self.scrolled_at.try_get_value() else { return };
                left = at + f64::from(STAYS_MS) - js_sys::Date::now();
            }
            self.scrolled_at.set_value(0.0);
            if let Some(chip) = element(CHIP) {
                let _ = chip.class_list().remove_1(SHOWN);
            }
        });
    }
}
