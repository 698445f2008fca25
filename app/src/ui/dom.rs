//! Small helpers for elements of the page.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};

/// Returns the element with an id.
pub fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id).map(JsCast::unchecked_into)
}

/// Returns the nearest of an element and its ancestors that a selector matches.
pub fn closest(at: &Element, selector: &str) -> Option<Element> {
    at.closest(selector).ok().flatten()
}

/// Focuses an element without scrolling. Returns whether it has the focus then.
pub fn focus_in_place(element: HtmlElement) -> bool {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    element.focus_with_options(&options).is_ok() && document().active_element().as_ref() == Some(&element)
}
