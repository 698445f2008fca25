//! The reader's time zone.

use domain::clock::{Local, Timestamp};
use leptos::prelude::*;

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
        offset_of(at)
    }

    /// The reader's day, once it is known. The browser's clock is used for that alone.
    pub fn today(self) -> Option<Local> {
        self.0.get().then(|| {
            let now = Timestamp::from_millis(js_sys::Date::now() as i64);
            now.local(self.offset(now))
        })
    }
}

/// The same, where only the browser comes.
pub fn offset_of(at: Timestamp) -> i32 {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.millis() as f64));
    -(date.get_timezone_offset() as i32)
}
