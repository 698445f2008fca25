//! Which key strokes belong to the input method. Such a key is left alone, whatever it is: Enter ends a composition, it
//! does not send.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// The key code that every browser gives to a key that an input method has taken.
const TAKEN: u32 = 229;

/// Guards one text field.
#[derive(Clone, Copy, Default)]
pub struct Ime {
    composing: StoredValue<bool>,
}

impl Ime {
    /// A composition has begun.
    pub fn begins(self) {
        self.set(true);
    }

    /// A composition has ended. Safari sends the key that ended it only now, so the flag goes down in a later task.
    pub fn ends(self) {
        set_timeout(move || self.set(false), std::time::Duration::ZERO);
    }

    /// Whether the input method has this key.
    pub fn owns(self, event: &KeyboardEvent) -> bool {
        event.is_composing() || event.key_code() == TAKEN || self.get()
    }

    fn set(self, composing: bool) {
        // The field may be gone by the time a late task comes here.
        let _ = self.composing.try_set_value(composing);
    }

    fn get(self) -> bool {
        self.composing.try_get_value().unwrap_or(false)
    }
}
