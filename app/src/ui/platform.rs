//! What the page knows of the device that it runs on.

use leptos::prelude::*;

/// Returns whether the main modifier key is ⌘. On a Mac the text field uses Ctrl and Option itself.
pub fn is_mac() -> bool {
    window().navigator().platform().is_ok_and(|platform| platform.starts_with("Mac"))
}

/// Returns whether the main modifier key of this platform is held, and the other one is not: ⌘ on a Mac, Ctrl elsewhere.
pub fn is_main(event: &web_sys::KeyboardEvent) -> bool {
    let (main, other) = match is_mac() {
        true => (event.meta_key(), event.ctrl_key()),
        false => (event.ctrl_key(), event.meta_key()),
    };
    main && !other
}

/// Returns whether the device has a mouse: it has a keyboard then, whose Enter sends. On a touch keyboard Enter breaks the line.
pub fn has_mouse() -> bool {
    window().match_media("(pointer: fine)").ok().flatten().is_some_and(|query| query.matches())
}

/// Returns whether the user can see this page.
pub fn is_visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

/// Returns the storage that all tabs on this device share, or `None` if the browser denies access.
pub fn device_storage() -> Option<web_sys::Storage> {
    window().local_storage().ok()?
}
