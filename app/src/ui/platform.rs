//! What the page knows of the device that it runs on.

use leptos::prelude::*;

/// Returns whether the main modifier key is ⌘. On a Mac the text field uses Ctrl and Option itself.
pub fn is_mac() -> bool {
    window().navigator().platform().is_ok_and(|platform| platform.starts_with("Mac"))
}

/// Returns whether the user can see this page.
pub fn is_visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

/// Returns the storage that all tabs on this device share, or `None` if the browser denies access.
pub fn device_storage() -> Option<web_sys::Storage> {
    window().local_storage().ok()?
}
