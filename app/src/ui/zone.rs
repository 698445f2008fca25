//! The user's time zone.

use domain::clock::{Local, Timestamp};
use leptos::prelude::*;

use crate::boot::Boot;

/// The user's time zone. Until the page is hydrated it is the one that the browser last reported, so that both sides render the
/// same.
#[derive(Clone, Copy)]
pub struct Zone {
    is_known: RwSignal<bool>,
    before: i32,
    now: Timestamp,
}

impl Zone {
    /// Creates it for a page.
    pub fn of_page(boot: &Boot) -> Self {
        let is_known = RwSignal::new(false);
        Effect::new(move |_| is_known.set(true));
        Self { is_known, before: boot.zone, now: boot.now }
    }

    /// Returns the minutes east of Greenwich at a time.
    pub fn offset(self, at: Timestamp) -> i32 {
        if self.is_known.get() { offset_of(at) } else { self.before }
    }

    /// Returns the user's present day. The browser's clock is used for nothing else.
    pub fn today(self) -> Local {
        let now = match self.is_known.get() {
            true => Timestamp::from_millis(js_sys::Date::now() as i64),
            false => self.now,
        };
        now.local(self.offset(now))
    }
}

/// Returns the minutes east of Greenwich at a time, in the browser.
pub fn offset_of(at: Timestamp) -> i32 {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.millis() as f64));
    -(date.get_timezone_offset() as i32)
}
