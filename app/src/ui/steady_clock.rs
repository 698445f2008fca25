//! Spans of time. The clock of a device can be set, forwards and backwards, so no span is measured by it alone.

use leptos::prelude::window;

/// Returns the milliseconds since the page was opened, by a clock that cannot be set. On some devices it stops while they sleep.
pub fn steady_ms() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |performance| performance.now())
}

/// A moment, to measure the time since it.
#[derive(Clone, Copy)]
pub struct Moment {
    steady: f64,
    wall: f64,
}

impl Moment {
    /// Returns the present moment.
    pub fn now() -> Self {
        Self { steady: steady_ms(), wall: js_sys::Date::now() }
    }

    /// Returns the milliseconds since this moment, including the time in which the device slept: the longer of what both clocks
    /// say. A clock that is set forward makes it too long, one that is set back does not make it too short.
    pub fn elapsed_ms(self) -> f64 {
        (steady_ms() - self.steady).max(js_sys::Date::now() - self.wall)
    }
}
