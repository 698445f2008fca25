//! The user's time zone.

use std::time::Duration;

use domain::clock::{Local, Timestamp};
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};

use crate::boot::Boot;

/// The user's time zone. Until the page is hydrated it is the one that the browser last reported, so that both sides render the
/// same.
#[derive(Clone, Copy)]
pub struct Zone {
    is_known: RwSignal<bool>,
    before: i32,
    now: Timestamp,
    /// The number of the user's present day, so that what names a day is rendered again after midnight.
    day: RwSignal<i64>,
}

/// How often the page looks whether another day has begun.
const DAY_CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// Milliseconds of a minute, and of a day.
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

impl Zone {
    /// Creates it for a page.
    pub fn of_page(boot: &Boot) -> Self {
        let (is_known, day) = (RwSignal::new(false), RwSignal::new(0));
        Effect::new(move |_| {
            is_known.set(true);
            day.set(present_day());
            let look = move || {
                let present = present_day();
                if day.try_get_untracked().is_some_and(|day| day != present) {
                    day.set(present);
                }
            };
            // Without a timer a day keeps its name until the page is opened again.
            let timer = set_interval_with_handle(look, DAY_CHECK_INTERVAL).ok();
            on_cleanup(move || {
                timer.inspect(IntervalHandle::clear);
            });
        });
        Self { is_known, before: boot.zone, now: boot.now, day }
    }

    /// Returns the minutes east of Greenwich at a time.
    pub fn offset(self, at: Timestamp) -> i32 {
        if self.is_known.get() { offset_of(at) } else { self.before }
    }

    /// Returns the user's present day. The browser's clock is used for nothing else.
    pub fn today(self) -> Local {
        self.day.track();
        let now = match self.is_known.get() {
            true => Timestamp::from_millis(js_sys::Date::now() as i64),
            false => self.now,
        };
        now.local(self.offset(now))
    }
}

/// Returns the number of the user's present day, in the browser.
fn present_day() -> i64 {
    let now = Timestamp::from_millis(js_sys::Date::now() as i64);
    (now.millis() + i64::from(offset_of(now)) * MINUTE_MS).div_euclid(DAY_MS)
}

/// Returns the minutes east of Greenwich at a time, in the browser.
pub fn offset_of(at: Timestamp) -> i32 {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.millis() as f64));
    -(date.get_timezone_offset() as i32)
}
